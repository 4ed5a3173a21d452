import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What can be read: by the client library's consumer, and by single requests. */
final class Reading {
  /** ms */
  private static final int READ_AT_MOST = 10_000;
  /** ms that the client waits for its position: for ever when it wants stable offsets and a transaction is open. */
  private static final int POSITION_AT_MOST = 3_000;
  private final Wires wires;

  Reading(Wires wires) { this.wires = wires; }

  private JsonNode offset(int node, int replicaId, JsonNode op) throws IOException {
    long at = Json.text(op, "at", "latest").equals("earliest") ? ListOffsetsRequest.EARLIEST_TIMESTAMP : ListOffsetsRequest.LATEST_TIMESTAMP;
    var partition = new ListOffsetsPartition().setPartitionIndex(Json.number(op, "partition", 0)).setTimestamp(at).setCurrentLeaderEpoch(-1);
    var topic = new ListOffsetsTopic().setName(op.get("topic").asText()).setPartitions(List.of(partition));
    var request = replicaId < -1 ? ListOffsetsRequest.Builder.forReplica((short) 1, replicaId) : ListOffsetsRequest.Builder.forConsumer(true, Json.isolation(op));
    var response = (ListOffsetsResponse) wires.send("offsets", node, request.setTargetTimes(List.of(topic)).build((short) 7));
    var found = response.data().topics().get(0).partitions().get(0);
    return found.errorCode() == 0 ? Json.object().put("offset", found.offset()) : Json.outcome(found.errorCode());
  }
  JsonNode listOffsets(JsonNode op) throws Exception {
    int leader = wires.leader(op.get("topic").asText(), Json.number(op, "partition", 0));
    return leader < 0 ? Json.error(Errors.LEADER_NOT_AVAILABLE.name()) : offset(leader, ListOffsetsRequest.CONSUMER_REPLICA_ID, op);
  }
  /** The end of one replica's log, whatever the high watermark is. */
  JsonNode logEnd(JsonNode op) throws Exception { return offset(op.get("node").asInt(), ListOffsetsRequest.DEBUGGING_REPLICA_ID, op); }

  JsonNode fetch(JsonNode op) throws Exception {
    TopicPartition at = new TopicPartition(op.get("topic").asText(), Json.number(op, "partition", 0));
    int node = op.hasNonNull("node") ? op.get("node").asInt() : wires.leader(at.topic(), at.partition());
    if (node < 0) return Json.error(Errors.LEADER_NOT_AVAILABLE.name());
    long from = Json.number(op, "from", 0);
    var data = new FetchRequest.PartitionData(Uuid.ZERO_UUID, from, FetchRequest.INVALID_LOG_START_OFFSET, Json.number(op, "partitionMaxBytes", 1_048_576), Optional.empty());
    // Version 12 names topics.
    FetchRequest request = FetchRequest.Builder.forConsumer((short) 12, Json.number(op, "maxWaitMs", 0), Json.number(op, "minBytes", 1), Map.of(at, data)).setMaxBytes(Json.number(op, "maxBytes", 52_428_800)).isolationLevel(Json.isolation(op)).rackId(Json.text(op, "rack", "")).build((short) 12);
    FetchResponse response;
    try {
      response = (FetchResponse) wires.send("fetch" + Json.text(op, "as", ""), node, request);
    } catch (IOException broken) {
      return Json.error("DISCONNECTED");
    }
    if (response.error() != Errors.NONE) return Json.outcome(response.error());
    // A throttled answer may name no partition at all.
    if (response.data().responses().isEmpty()) return Json.object().<ObjectNode>set("records", Json.array()).put("throttled", response.throttleTimeMs() > 0);
    var answer = response.data().responses().get(0).partitions().get(0);
    if (answer.errorCode() != 0) return Json.outcome(answer.errorCode());
    if (answer.preferredReadReplica() >= 0) return Json.object().put("preferred", answer.preferredReadReplica());
    ArrayNode records = Json.array();
    for (RecordBatch batch : ((Records) answer.records()).batches()) {
      if (!batch.isControlBatch()) for (Record one : batch) if (one.offset() >= from) records.add(value(one));
    }
    ObjectNode shown = Json.object().set("records", records);
    return Json.is(op, "throttle") ? shown.put("throttled", response.throttleTimeMs() > 0) : shown;
  }
  private static ObjectNode value(Record record) {
    String value = record.hasValue() ? StandardCharsets.UTF_8.decode(record.value()).toString() : null;
    ObjectNode shown = Json.object().put("offset", record.offset());
    return value != null && value.length() > 100 ? shown.put("bytes", value.length()) : shown.put("value", value);
  }

  JsonNode read(JsonNode op) throws Exception {
    String topic = op.get("topic").asText();
    List<TopicPartition> partitions = Json.partitions(op).stream().map(one -> new TopicPartition(topic, one)).toList();
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    p.put("enable.auto.commit", "false");
    p.put("auto.offset.reset", Json.text(op, "reset", "none"));
    p.put("isolation.level", Json.text(op, "isolation", "read_uncommitted"));
    p.put("fetch.max.wait.ms", "50");
    if (op.has("group")) p.put("group.id", op.get("group").asText());
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(partitions);
      if (op.hasNonNull("from")) for (TopicPartition one : partitions) consumer.seek(one, op.get("from").asLong());
      List<ConsumerRecord<String, String>> found = new ArrayList<>();
      try {
        for (TopicPartition one : partitions) consumer.position(one, Duration.ofMillis(POSITION_AT_MOST));
        // Until the end, and a little longer. Who begins past it is told so.
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (long deadline = System.currentTimeMillis() + READ_AT_MOST; System.currentTimeMillis() < deadline; ) {
          int before = found.size();
          consumer.poll(Duration.ofMillis(120)).forEach(found::add);
          if (found.size() == before && partitions.stream().allMatch(one -> consumer.position(one) == ends.get(one))) break;
        }
      } catch (InvalidOffsetException | TimeoutException error) {
        return Json.error(error.getClass().getSimpleName());
      }
      found.sort((a, b) -> a.partition() != b.partition() ? a.partition() - b.partition() : Long.compare(a.offset(), b.offset()));
      ArrayNode records = Json.array();
      for (ConsumerRecord<String, String> r : found) {
        ObjectNode one = Json.object();
        if (op.has("partitions")) one.put("partition", r.partition());
        one.put("offset", r.offset());
        if (r.key() != null) one.put("key", r.key());
        records.add(one.put("value", r.value()));
      }
      ObjectNode positions = Json.object();
      for (TopicPartition one : partitions) positions.put(String.valueOf(one.partition()), consumer.position(one));
      if (Json.is(op, "commit")) consumer.commitSync();
      return Json.object().<ObjectNode>set("records", records).set("positions", positions);
    }
  }
}
