import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Reading operations and writing what they showed. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private Json() {}

  static String text(JsonNode from, String name, String otherwise) { return from.hasNonNull(name) ? from.get(name).asText() : otherwise; }
  static int number(JsonNode from, String name, int otherwise) { return from.hasNonNull(name) ? from.get(name).asInt() : otherwise; }
  static boolean is(JsonNode from, String name) { return from.hasNonNull(name) && from.get(name).asBoolean(); }
  /** A list of texts, or one of them. */
  static List<String> texts(JsonNode from, String name) {
    List<String> all = new ArrayList<>();
    if (!from.hasNonNull(name)) return all;
    if (from.get(name).isArray()) from.get(name).forEach(one -> all.add(one.asText()));
    else all.add(from.get(name).asText());
    return all;
  }
  static ObjectNode object() { return MAPPER.createObjectNode(); }
  static ArrayNode array() { return MAPPER.createArrayNode(); }
  static ObjectNode error(String name) { return object().put("error", name); }
}
