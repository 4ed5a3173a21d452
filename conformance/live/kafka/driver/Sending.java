import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The client library's producer, for what it decides itself: the partition of a record. */
final class Sending {
  private final Wires wires;

  Sending(Wires wires) { this.wires = wires; }

  JsonNode send(JsonNode op) throws Exception {
    String topic = op.get("topic").asText();
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    p.put("linger.ms", "0");
    p.putAll(Json.strings(op, "config"));
    ArrayNode partitions = Json.array();
    TreeSet<Integer> seen = new TreeSet<>();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < Json.number(op, "times", 1); i++) for (JsonNode record : op.get("records")) {
        Integer partition = record.hasNonNull("partition") ? Integer.valueOf(record.get("partition").asInt()) : null;
        int taken = producer.send(new ProducerRecord<>(topic, partition, Json.text(record, "key", null), "v")).get().partition();
        partitions.add(taken);
        seen.add(taken);
      }
    }
    if (Json.is(op, "byAppearance")) return Json.object().set("partitions", byAppearance(Json.numbers(partitions)));
    if (Json.is(op, "distinct")) return Json.object().set("partitions", Json.array(seen));
    return Json.is(op, "spread") ? Json.object().put("partitions", seen.size() == 1 ? "one" : "several") : Json.object().set("partitions", partitions);
  }
  /** Numbered in the order in which they were first taken. */
  static ArrayNode byAppearance(List<Integer> partitions) {
    List<Integer> order = new ArrayList<>();
    ArrayNode numbers = Json.array();
    for (int partition : partitions) {
      if (!order.contains(partition)) order.add(partition);
      numbers.add(order.indexOf(partition));
    }
    return numbers;
  }
}
