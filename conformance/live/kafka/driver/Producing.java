import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** Producers: ids and epochs, batches, the end of transactions. */
final class Producing {
  /** ms that a batch without an answer is listened for. */
  private static final int LISTEN = 400;
  static final class Producer { String transactionalId; long id; short epoch; final Map<String, Integer> sequences = new ConcurrentHashMap<>(); }

  private final Wires wires;
  private final Map<String, Producer> producers = new ConcurrentHashMap<>();

  Producing(Wires wires) { this.wires = wires; }
  void reset() { producers.clear(); }
  Producer named(JsonNode op) { return op.has("producer") ? producers.get(op.get("producer").asText()) : null; }

  private InitProducerIdResponse initProducer(String transactionalId, int timeoutMs) throws IOException {
    var data = new InitProducerIdRequestData().setTransactionalId(transactionalId).setTransactionTimeoutMs(timeoutMs);
    int node = transactionalId == null ? wires.any() : wires.transactions();
    return (InitProducerIdResponse) wires.send("transactions", node, new InitProducerIdRequest.Builder(data).build(Wires.version(ApiKeys.INIT_PRODUCER_ID, 5)));
  }
  JsonNode initProducer(JsonNode op) throws Exception {
    String transactionalId = Json.text(op, "transactionalId", null);
    InitProducerIdResponse response = initProducer(transactionalId, Json.number(op, "timeoutMs", 60000));
    // A coordinator that is still finishing the transaction before asks to come again.
    for (int i = 0; i < 100 && (response.error() == Errors.CONCURRENT_TRANSACTIONS || Wires.loading(response.error())); i++) {
      Thread.sleep(20);
      response = initProducer(transactionalId, Json.number(op, "timeoutMs", 60000));
    }
    if (response.error() == Errors.NONE) {
      Producer producer = new Producer();
      producer.transactionalId = transactionalId;
      producer.id = response.data().producerId();
      producer.epoch = response.data().producerEpoch();
      producers.put(op.get("producer").asText(), producer);
    }
    return Json.outcome(response.error());
  }
  JsonNode produce(JsonNode op) throws Exception {
    String topic = op.get("topic").asText();
    if (!op.has("keys")) {
      List<String> values = new ArrayList<>();
      if (op.has("values")) op.get("values").forEach(v -> values.add(v.isNull() ? null : v.asText()));
      else values.add(op.hasNonNull("bytes") ? "x".repeat(op.get("bytes").asInt()) : op.get("value").isNull() ? null : op.get("value").asText());
      return produceBatch(op, topic, Json.text(op, "key", null), values);
    }
    ArrayNode placed = Json.array();
    for (JsonNode key : op.get("keys")) placed.add(Json.object().put("key", key.asText()).setAll(produceBatch(op, topic, key.asText(), List.of(key.asText()))));
    return Json.object().set("records", placed);
  }
  private ObjectNode produceBatch(JsonNode op, String topic, String key, List<String> values) throws Exception {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    int partition = op.hasNonNull("partition") || key == null ? Json.number(op, "partition", 0) : BuiltInPartitioner.partitionForKey(keyBytes, wires.topic(topic).partitions().size());
    SimpleRecord[] records = values.stream().map(v -> new SimpleRecord(System.currentTimeMillis(), keyBytes, v == null ? null : v.getBytes(StandardCharsets.UTF_8))).toArray(SimpleRecord[]::new);
    Producer producer = named(op);
    MemoryRecords batch;
    int sequence = 0;
    String place = topic + "-" + partition;
    if (producer == null) batch = MemoryRecords.withRecords(Compression.NONE, records);
    else {
      short epoch = (short) (producer.epoch - Json.number(op, "epochsBack", 0));
      sequence = op.hasNonNull("sequence") ? op.get("sequence").asInt() : producer.sequences.getOrDefault(place, 0);
      batch = producer.transactionalId == null
        ? MemoryRecords.withIdempotentRecords(Compression.NONE, producer.id, epoch, sequence, records)
        : MemoryRecords.withTransactionalRecords(Compression.NONE, producer.id, epoch, sequence, records);
    }
    short acks = (short) Json.number(op, "acks", -1);
    ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(Json.number(op, "timeoutMs", 5000)).setTransactionalId(producer == null ? null : producer.transactionalId);
    ProduceRequestData.TopicProduceData part = new ProduceRequestData.TopicProduceData().setName(topic);
    part.setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setIndex(partition).setRecords(batch)));
    data.topicData().add(part);
    // Version 12 names topics and adds partitions to a transaction by itself.
    ProduceRequest request = new ProduceRequest.Builder((short) 3, (short) 12, data).build((short) 12);
    int node = op.hasNonNull("node") ? op.get("node").asInt() : wires.leader(topic, partition);
    if (node < 0) return Json.error(Errors.LEADER_NOT_AVAILABLE.name());
    if (acks == 0) {
      Wires.Wire wire = wires.fresh(node);
      String back = wire.sendAndListen(request, LISTEN);
      wire.close();
      return Json.object().put("partition", partition).put("answered", back.equals("an answer")).put("closed", back.equals("the end"));
    }
    ProduceResponse response;
    try {
      response = (ProduceResponse) wires.send("produce" + Json.text(op, "connection", Json.text(op, "as", "")), node, request);
    } catch (IOException broken) {
      return Json.error("DISCONNECTED");
    }
    var answer = response.data().responses().iterator().next().partitionResponses().get(0);
    if (answer.errorCode() != 0) return Json.outcome(answer.errorCode());
    if (producer != null && !op.hasNonNull("sequence")) producer.sequences.put(place, sequence + records.length);
    ObjectNode shown = Json.object().put("partition", partition).put("offset", answer.baseOffset());
    return Json.is(op, "throttle") ? shown.put("throttled", response.throttleTimeMs() > 0) : shown;
  }
  JsonNode endTransaction(JsonNode op) throws Exception {
    Producer producer = named(op);
    EndTxnRequestData data = new EndTxnRequestData().setTransactionalId(producer.transactionalId).setProducerId(producer.id).setProducerEpoch((short) (producer.epoch - Json.number(op, "epochsBack", 0))).setCommitted(op.get("commit").asBoolean());
    EndTxnResponse response = (EndTxnResponse) wires.send("transactions", wires.transactions(), new EndTxnRequest.Builder(data, true).build(Wires.version(ApiKeys.END_TXN, 5)));
    // Every transaction has an epoch of its own, in which sequence numbers begin anew.
    if (response.error() == Errors.NONE && response.data().producerId() >= 0) {
      producer.id = response.data().producerId();
      producer.epoch = response.data().producerEpoch();
      producer.sequences.clear();
    }
    return Json.outcome(response.error());
  }
}
