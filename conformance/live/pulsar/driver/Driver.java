import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/**
 * Does the operations of conformance/FORMAT.md ("Pulsar") on a real broker: one JSON object per line in, one out, with the same id.
 * An operation is one command of the binary protocol, so that nothing is done by itself, or a call of the client library (Clients).
 */
public class Driver {
  private final Topics topics = new Topics();
  private final Seen seen = new Seen();
  private final Producers producers = new Producers(topics, seen);
  private final Consumers consumers = new Consumers(topics, seen);
  private final Clients clients = new Clients(topics);
  private final Senders senders = new Senders(topics, seen);
  private final Map<String, Requests.Verb> verbs = new HashMap<>();

  Driver() {
    verbs.put("reset", this::reset);
    verbs.put("seen", op -> seen.tell());
    verbs.put("nonPersistent", topics::nonPersistent);
    verbs.put("createProducer", producers::create);
    verbs.put("closeProducer", op -> senders.has(op) ? senders.close(op) : producers.close(op));
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
    verbs.put("openProducer", senders::open);
    verbs.put("send", senders::send);
    verbs.put("callbacks", senders::callbacks);
    verbs.put("batches", senders::batches);
    verbs.put("placed", senders::placed);
    verbs.put("flush", senders::flush);
    verbs.put("holdBack", senders::holdBack);
    verbs.put("letThrough", senders::letThrough);
    verbs.put("cut", senders::cut);
  }

  public static void main(String[] args) throws Exception {
    Requests.serve(new Driver().verbs);
  }

  /** Everybody goes, and the broker is the one on this port. */
  private JsonNode reset(JsonNode op) throws Exception {
    producers.reset();
    consumers.reset();
    clients.reset();
    senders.reset();
    seen.tell();
    topics.reset(op.get("port").asInt());
    return null;
  }
}
