import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Does the operations of conformance/FORMAT.md ("Pulsar") on a real broker: one JSON object per line in, one out, with the same id.
 * An operation is one command of the binary protocol, so that nothing is done by itself, or a call of the client library (Clients).
 */
public class Driver {
  interface Verb { JsonNode run(JsonNode op) throws Exception; }

  private final Topics topics = new Topics();
  private final Seen seen = new Seen();
  private final Producers producers = new Producers(topics, seen);
  private final Consumers consumers = new Consumers(topics, seen);
  private final Clients clients = new Clients(topics);
  private final Map<String, Verb> verbs = new HashMap<>();

  Driver() {
    verbs.put("reset", this::reset);
    verbs.put("seen", op -> seen.tell());
    verbs.put("nonPersistent", topics::nonPersistent);
    verbs.put("createProducer", producers::create);
    verbs.put("closeProducer", producers::close);
    verbs.put("produce", producers::produce);
    verbs.put("subscribe", consumers::subscribe);
    verbs.put("flow", consumers::flow);
    verbs.put("ack", consumers::ack);
    verbs.put("ackUpTo", consumers::ackUpTo);
    verbs.put("redeliver", consumers::redeliver);
    verbs.put("seek", consumers::seek);
    verbs.put("close", consumers::close);
    verbs.put("crash", consumers::crash);
    verbs.put("openConsumer", clients::openConsumer);
    verbs.put("receive", clients::receive);
    verbs.put("acknowledge", clients::acknowledge);
    verbs.put("negativeAcknowledge", clients::negativeAcknowledge);
    verbs.put("reconsumeLater", clients::reconsumeLater);
    verbs.put("closeConsumer", clients::closeConsumer);
  }

  public static void main(String[] args) throws Exception {
    Driver driver = new Driver();
    ExecutorService pool = Executors.newCachedThreadPool(task -> { Thread t = new Thread(task); t.setDaemon(true); return t; });
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = Json.MAPPER.readTree(line);
      pool.submit(() -> {
        ObjectNode answer = Json.object().put("id", request.get("id").asInt());
        try {
          answer.set("result", driver.run(request));
        } catch (Throwable error) {
          answer.put("failed", String.valueOf(error));
        }
        synchronized (System.out) { System.out.println(answer); System.out.flush(); }
      });
    }
    System.exit(0);
  }

  private JsonNode run(JsonNode op) throws Exception {
    Verb verb = verbs.get(op.get("op").asText());
    if (verb == null) throw new IllegalArgumentException("operation " + op.get("op").asText() + " is not known");
    return verb.run(op);
  }
  /** Everybody goes, and the broker is the one on this port. */
  private JsonNode reset(JsonNode op) throws Exception {
    producers.reset();
    consumers.reset();
    clients.reset();
    seen.tell();
    topics.reset(op.get("port").asInt());
    return null;
  }
}
