import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What is asked of a driver: one JSON object per line in, one out, with the same number under `request`: its result, that it cannot be done, or that it failed. Each has a thread of its own: one may wait for another. */
final class Requests {
  interface Verb { JsonNode run(JsonNode op) throws Exception; }
  private Requests() {}

  /** Answers until the standard input ends. */
  static void serve(Map<String, Verb> verbs) throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool(task -> { Thread t = new Thread(task); t.setDaemon(true); return t; });
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = Json.MAPPER.readTree(line);
      pool.submit(() -> {
        ObjectNode answer = Json.object().put("request", request.get("request").asInt());
        try {
          answer.set("result", run(verbs, request));
        } catch (UnsupportedOperationException error) {
          answer.put("cannot", error.getMessage());
        } catch (Throwable error) {
          answer.put("failed", String.valueOf(error));
        }
        synchronized (System.out) { System.out.println(answer); System.out.flush(); }
      });
    }
    System.exit(0);
  }
  private static JsonNode run(Map<String, Verb> verbs, JsonNode op) throws Exception {
    Verb verb = verbs.get(op.get("op").asText());
    if (verb == null) throw new UnsupportedOperationException("operation " + op.get("op").asText() + " is not known");
    return verb.run(op);
  }
}
