import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The client library's consumers that stay: they subscribe, poll, and commit as they are set to. */
final class Consumers {
  /** ms that poll() waits for records; the first one joins the group as well. */
  private static final int PATIENCE = 2_000;
  private final Wires wires;
  private final Map<String, KafkaConsumer<String, String>> consumers = new ConcurrentHashMap<>();

  Consumers(Wires wires) { this.wires = wires; }
  void reset() {
    consumers.values().forEach(one -> one.close(Duration.ZERO));
    consumers.clear();
  }
  private KafkaConsumer<String, String> of(JsonNode op) { return consumers.get(op.get("consumer").asText()); }

  JsonNode subscribe(JsonNode op) {
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    p.put("group.id", op.get("group").asText());
    p.putAll(Json.strings(op, "config"));
    KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    consumer.subscribe(List.of(op.get("topic").asText()));
    consumers.put(op.get("consumer").asText(), consumer);
    return Json.ok();
  }
  /** Until something comes, or nothing does for long. */
  JsonNode poll(JsonNode op) {
    ArrayNode records = Json.array();
    for (long deadline = System.currentTimeMillis() + PATIENCE; records.isEmpty() && System.currentTimeMillis() < deadline; ) {
      of(op).poll(Duration.ofMillis(100)).forEach(one -> records.add(Json.object().put("offset", one.offset()).put("value", one.value())));
    }
    return Json.object().set("records", records);
  }
  JsonNode pausePartitions(JsonNode op) {
    of(op).pause(of(op).assignment());
    return Json.ok();
  }
  JsonNode resumePartitions(JsonNode op) {
    of(op).resume(of(op).assignment());
    return Json.ok();
  }
  JsonNode seekTo(JsonNode op) {
    if (op.get("to").asText().equals("earliest")) of(op).seekToBeginning(of(op).assignment());
    else of(op).seekToEnd(of(op).assignment());
    return Json.ok();
  }
  JsonNode commitSync(JsonNode op) {
    try {
      of(op).commitSync();
      return Json.ok();
    } catch (KafkaException error) {
      return Json.error(error.getClass().getSimpleName());
    }
  }
  /** With what its callback was called, which poll() does. */
  JsonNode commitAsync(JsonNode op) {
    ObjectNode[] called = new ObjectNode[1];
    of(op).commitAsync((offsets, error) -> called[0] = error == null ? Json.ok() : Json.error(error.getClass().getSimpleName()));
    // Records are for the case's own poll().
    pausePartitions(op);
    for (long deadline = System.currentTimeMillis() + PATIENCE; called[0] == null && System.currentTimeMillis() < deadline; ) of(op).poll(Duration.ZERO);
    resumePartitions(op);
    return called[0] == null ? Json.object().put("called", false) : called[0];
  }
  JsonNode closeConsumer(JsonNode op) {
    consumers.remove(op.get("consumer").asText()).close();
    return Json.ok();
  }
}
