import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.protocol.Errors;

/** Reading operations and writing what they showed. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private Json() {}

  static String text(JsonNode from, String name, String otherwise) { return from.hasNonNull(name) ? from.get(name).asText() : otherwise; }
  static int number(JsonNode from, String name, int otherwise) { return from.hasNonNull(name) ? from.get(name).asInt() : otherwise; }
  static boolean is(JsonNode from, String name) { return from.hasNonNull(name) && from.get(name).asBoolean(); }
  static List<String> texts(JsonNode from, String name) {
    List<String> all = new ArrayList<>();
    if (from.hasNonNull(name)) from.get(name).forEach(one -> all.add(one.asText()));
    return all;
  }
  static List<Integer> numbers(JsonNode list) {
    List<Integer> all = new ArrayList<>();
    list.forEach(one -> all.add(one.asInt()));
    return all;
  }
  /** `partitions`, else `partition`, else 0. */
  static List<Integer> partitions(JsonNode from) { return from.hasNonNull("partitions") ? numbers(from.get("partitions")) : List.of(number(from, "partition", 0)); }
  static Map<String, String> strings(JsonNode from, String name) {
    return from.hasNonNull(name) ? MAPPER.convertValue(from.get(name), MAPPER.getTypeFactory().constructMapType(HashMap.class, String.class, String.class)) : new HashMap<>();
  }
  static IsolationLevel isolation(JsonNode from) { return text(from, "isolation", "read_uncommitted").equals("read_committed") ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED; }
  static ObjectNode object() { return MAPPER.createObjectNode(); }
  static ArrayNode array() { return MAPPER.createArrayNode(); }
  static ArrayNode array(Iterable<Integer> numbers) {
    ArrayNode all = array();
    numbers.forEach(all::add);
    return all;
  }
  static ObjectNode ok() { return object().put("ok", true); }
  static ObjectNode error(String name) { return object().put("error", name); }
  static ObjectNode outcome(Errors error) { return error == Errors.NONE ? ok() : error(error.name()); }
  static ObjectNode outcome(short code) { return outcome(Errors.forCode(code)); }
}
