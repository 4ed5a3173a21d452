import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import com.fasterxml.jackson.databind.JsonNode;
import org.apache.pulsar.common.protocol.Commands;

/** The topics of a case by their short names, and the connections to their broker. */
final class Topics {
  private static final String NAMESPACE = "public/default";
  private final Set<String> passing = ConcurrentHashMap.newKeySet();
  private final Map<String, Places> places = new ConcurrentHashMap<>();
  private int port;

  void reset(int port) {
    this.port = port;
    passing.clear();
    places.clear();
  }
  JsonNode nonPersistent(JsonNode op) {
    passing.add(op.get("topic").asText());
    return Json.object();
  }
  int port() { return port; }
  String full(String topic) { return (passing.contains(topic.replaceAll("-partition-\\d+$", "")) ? "non-persistent://" : "persistent://") + NAMESPACE + "/" + topic; }
  Places of(String topic) { return places.computeIfAbsent(topic, name -> new Places()); }
  /** A connection after a lookup of the topic, by which the broker takes it on. */
  Wire wire(String topic, Wire.Listener listener, Runnable lost) throws Exception {
    Wire wire = new Wire(port, listener, lost);
    long request = wire.nextRequest();
    wire.ask(request, Commands.newLookup(full(topic), false, request));
    return wire;
  }
}
