import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Reading operations and writing what they showed. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private Json() {}

  static ObjectNode object() { return MAPPER.createObjectNode(); }
}
