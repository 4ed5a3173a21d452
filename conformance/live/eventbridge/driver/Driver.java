import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/** Event patterns as event-ruler matches them, Amazon's own library. The argument is its version. */
final class Driver {
  private Driver() {}

  public static void main(String[] args) throws Exception {
    Requests.serve(Map.of(
        "version", op -> Json.MAPPER.valueToTree(args[0]),
        "case", op -> null,
        "testEventPattern", op -> match(text(op.get("pattern")), text(op.get("event")))));
  }
  private static ObjectNode match(String pattern, String event) throws Exception {
    String wrong = JsonRuleCompiler.check(pattern);
    // Where in the text it is wrong follows on a line of its own.
    if (wrong != null) return Json.object().put("error", "InvalidEventPatternException").put("message", "Event pattern is not valid. Reason: " + wrong.split("\n at ")[0]);
    Machine machine = new Machine();
    machine.addRule("rule", pattern);
    return Json.object().put("match", !machine.rulesForJSONEvent(event).isEmpty());
  }
  /** Cases give them as JSON or as text. */
  private static String text(JsonNode given) { return given.isTextual() ? given.asText() : given.toString(); }
}
