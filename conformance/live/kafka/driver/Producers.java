import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** The client library's producers that stay: send() without waiting, its callbacks, flush() and transactions. */
final class Producers {
  private static final class Staying {
    final String topic;
    final boolean transactional;
    final KafkaProducer<String, String> producer;
    /** In the order in which they were sent. */
    final List<Future<RecordMetadata>> sent = new ArrayList<>();
    /** In the order in which they were called, since somebody looked. */
    private ArrayNode called = Json.array();

    Staying(String topic, Properties p) {
      this.topic = topic;
      transactional = p.containsKey("transactional.id");
      producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
    }
    /** In a transaction it says nothing yet that a batch was written. */
    synchronized void called(String value, RecordMetadata at, Exception error) {
      if (transactional && error == null) return;
      ObjectNode one = called.addObject().put("value", value);
      if (error == null) one.put("offset", at.offset());
      else one.put("error", error.getClass().getSimpleName());
    }
    synchronized ArrayNode taken() {
      ArrayNode all = called;
      called = Json.array();
      return all;
    }
  }
  private final Wires wires;
  private final Map<String, Staying> producers = new ConcurrentHashMap<>();

  Producers(Wires wires) { this.wires = wires; }
  void reset() {
    producers.values().forEach(one -> one.producer.close(Duration.ZERO));
    producers.clear();
  }
  private Staying of(JsonNode op) { return producers.get(op.get("producer").asText()); }

  interface Call { void run(); }
  private static JsonNode outcome(Call call) {
    try {
      call.run();
      return Json.ok();
    } catch (KafkaException error) {
      return Json.error(error.getClass().getSimpleName());
    }
  }
  JsonNode openProducer(JsonNode op) {
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    if (op.has("transactionalId")) p.put("transactional.id", op.get("transactionalId").asText());
    p.putAll(Json.strings(op, "config"));
    Staying made = new Staying(op.get("topic").asText(), p);
    producers.put(op.get("producer").asText(), made);
    return op.has("transactionalId") ? outcome(made.producer::initTransactions) : Json.ok();
  }
  JsonNode sendRecords(JsonNode op) throws Exception {
    Staying staying = of(op);
    for (int time = 0; time < Json.number(op, "times", 1); time++) for (String value : Json.texts(op, "values")) {
      // The name of a record stands for its value, which may be longer.
      String written = value + " ".repeat(Math.max(0, Json.number(op, "bytes", 0) - value.length()));
      JsonNode sent = outcome(() -> staying.sent.add(staying.producer.send(new ProducerRecord<>(staying.topic, Json.text(op, "key", null), written), (at, error) -> staying.called(value, at, error))));
      if (sent.has("error")) return sent;
      Thread.sleep(Json.number(op, "everyMs", 0));
    }
    return Json.ok();
  }
  /** With `sorted` by value: between partitions their order is chance. */
  JsonNode callbacks(JsonNode op) {
    List<JsonNode> all = new ArrayList<>();
    of(op).taken().forEach(all::add);
    if (Json.is(op, "sorted")) all.sort(Comparator.comparing(one -> one.get("value").asText()));
    return Json.object().set("callbacks", Json.array().addAll(all));
  }
  /** Which partitions the records went to, in the order in which they were sent. */
  JsonNode placed(JsonNode op) throws InterruptedException, ExecutionException {
    List<Integer> taken = new ArrayList<>();
    for (Future<RecordMetadata> one : of(op).sent) taken.add(one.get().partition());
    if (op.has("last")) return Json.object().set("partitions", Json.array(new TreeSet<>(taken.subList(taken.size() - op.get("last").asInt(), taken.size()))));
    if (!Json.is(op, "avoided")) return Json.object().set("partitions", Sending.byAppearance(taken));
    ArrayNode few = Json.array();
    int partitions = of(op).producer.partitionsFor(of(op).topic).size();
    for (int partition = 0; partition < partitions; partition++) {
      int which = partition;
      if (taken.stream().filter(one -> one == which).count() * 2 * partitions < taken.size()) few.add(partition);
    }
    return Json.object().set("avoided", few);
  }
  JsonNode flush(JsonNode op) { return outcome(of(op).producer::flush); }
  JsonNode beginTransaction(JsonNode op) { return outcome(of(op).producer::beginTransaction); }
  JsonNode commitTransaction(JsonNode op) { return outcome(of(op).producer::commitTransaction); }
  JsonNode abortTransaction(JsonNode op) { return outcome(of(op).producer::abortTransaction); }
  JsonNode closeProducer(JsonNode op) {
    producers.remove(op.get("producer").asText()).producer.close(Duration.ofMillis(Json.number(op, "timeoutMs", 30_000)));
    return Json.ok();
  }
}
