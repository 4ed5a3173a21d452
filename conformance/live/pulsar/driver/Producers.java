import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.common.api.proto.BaseCommand;
import org.apache.pulsar.common.api.proto.CommandProducerSuccess;
import org.apache.pulsar.common.api.proto.MessageIdData;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.common.api.proto.SingleMessageMetadata;
import org.apache.pulsar.common.protocol.ByteBufPair;
import org.apache.pulsar.common.protocol.Commands;

/** Producers as bare clients of the protocol: each has a connection of its own and sends nothing twice. */
final class Producers {
  private static final long ID = 1;
  /** ms that a receipt may take */
  private static final int PATIENCE = 3_000;
  private final class Producer {
    final String session;
    final String name;
    final String at;
    final Wire wire;
    long sequence;
    volatile boolean open = true;
    volatile CompletableFuture<BaseCommand> receipt = new CompletableFuture<>();

    Producer(String session, String name, String topic) throws Exception {
      this.session = session;
      this.name = name;
      at = key(topic, session);
      wire = topics.wire(topic, this::heard, this::lost);
    }
    void hangUp() {
      open = false;
      wire.close();
    }
    private void lost() {
      if (open) seen.closed(session);
      open = false;
      receipt.completeExceptionally(new IOException("the connection is closed"));
    }
    private void heard(BaseCommand command, ByteBuf rest) {
      switch (command.getType()) {
        case PRODUCER_SUCCESS -> {
          epochs.put(at, command.getProducerSuccess().getTopicEpoch());
          seen.granted(session);
        }
        case ERROR -> seen.closed(session);
        case SEND_RECEIPT, SEND_ERROR -> receipt.complete(command);
        case CLOSE_PRODUCER -> {
          open = false;
          seen.closed(session);
        }
        default -> { }
      }
    }
  }
  private final Topics topics;
  private final Seen seen;
  private final Map<String, Producer> producers = new ConcurrentHashMap<>();
  /** Of the topic, as producers were told when they got exclusive access: with them they connect again. */
  private final Map<String, Long> epochs = new ConcurrentHashMap<>();

  Producers(Topics topics, Seen seen) {
    this.topics = topics;
    this.seen = seen;
  }
  void reset() {
    producers.values().forEach(Producer::hangUp);
    producers.clear();
    epochs.clear();
  }
  JsonNode create(JsonNode op) throws Exception {
    String session = op.get("producer").asText();
    String topic = Json.text(op, "topic", "t");
    Producer producer = new Producer(session, Json.text(op, "name", session), topic);
    long request = producer.wire.nextRequest();
    ProducerAccessMode mode = ProducerAccessMode.valueOf(Json.text(op, "accessMode", "Shared"));
    BaseCommand answer = producer.wire.ask(request, Commands.newProducer(topics.full(topic), ID, request, producer.name, false, Map.of(), null, 0, true, mode, Optional.ofNullable(epochs.get(producer.at)), false));
    if (answer.getType() == BaseCommand.Type.ERROR) {
      producer.hangUp();
      return Json.error(answer.getError().getError().name());
    }
    producers.put(producer.at, producer);
    CommandProducerSuccess success = answer.getProducerSuccess();
    if (success.isProducerReady() && mode != ProducerAccessMode.Shared) epochs.put(producer.at, success.getTopicEpoch());
    return success.isProducerReady() ? null : Json.object().put("waiting", true);
  }
  JsonNode close(JsonNode op) throws Exception {
    Producer producer = producers.remove(key(Json.text(op, "topic", "t"), op.get("producer").asText()));
    if (producer == null) return null;
    epochs.remove(producer.at);
    long request = producer.wire.nextRequest();
    producer.wire.ask(request, Commands.newCloseProducer(ID, request));
    producer.hangUp();
    return null;
  }
  /** One entry: a message, or with `bodies` a batch of them. A batch has the key of its first message. */
  JsonNode produce(JsonNode op) throws Exception {
    String topic = Json.text(op, "topic", "t");
    String session = Json.text(op, "producer", "p");
    Producer producer = producers.get(key(topic, session));
    if (producer == null || !producer.open) {
      JsonNode refused = create(((ObjectNode) op.deepCopy()).put("producer", session).put("topic", topic));
      if (refused != null) {
        seen.failed(Json.text(refused, "error", "waiting"));
        return null;
      }
      producer = producers.get(key(topic, session));
    }
    boolean batched = op.hasNonNull("bodies");
    List<String> bodies = Json.texts(op, batched ? "bodies" : "body");
    long first = op.hasNonNull("sequence") ? op.get("sequence").asLong() : producer.sequence;
    producer.sequence = Math.max(producer.sequence, first + bodies.size());
    MessageMetadata metadata = new MessageMetadata().setProducerName(producer.name).setSequenceId(first).setPublishTime(System.currentTimeMillis());
    List<String> keys = Json.texts(op, op.hasNonNull("keys") ? "keys" : "key");
    if (!keys.isEmpty()) metadata.setPartitionKey(keys.get(0));
    if (op.hasNonNull("orderingKey")) metadata.setOrderingKey(op.get("orderingKey").asText().getBytes(StandardCharsets.UTF_8));
    if (op.hasNonNull("deliverAfterMs")) metadata.setDeliverAtTime(System.currentTimeMillis() + op.get("deliverAfterMs").asLong());
    if (batched) metadata.setNumMessagesInBatch(bodies.size());
    ByteBuf payload = batched ? batch(bodies, keys) : Unpooled.wrappedBuffer(padded(bodies.get(0), Json.number(op, "bytes", 0)).getBytes(StandardCharsets.UTF_8));
    CompletableFuture<BaseCommand> receipt = new CompletableFuture<>();
    producer.receipt = receipt;
    ByteBufPair pair = Commands.newSend(ID, first, bodies.size(), Commands.ChecksumType.Crc32c, metadata, payload);
    producer.wire.send(ByteBufPair.coalesce(pair));
    try {
      BaseCommand answer = receipt.get(PATIENCE, TimeUnit.MILLISECONDS);
      if (answer.getType() == BaseCommand.Type.SEND_ERROR) seen.failed(answer.getSendError().getError().name());
      else topics.of(topic).stored(bodies, new MessageIdData().copyFrom(answer.getSendReceipt().getMessageId()));
    } catch (TimeoutException silent) {
      seen.failed("(no receipt)");
    } catch (ExecutionException closed) {
      // That it was closed is told.
    }
    return null;
  }

  private static ByteBuf batch(List<String> bodies, List<String> keys) {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < bodies.size(); i++) {
      byte[] bytes = bodies.get(i).getBytes(StandardCharsets.UTF_8);
      SingleMessageMetadata single = new SingleMessageMetadata().setPayloadSize(bytes.length);
      if (!keys.isEmpty()) single.setPartitionKey(keys.get(Math.min(i, keys.size() - 1)));
      Commands.serializeSingleMessageInBatchWithPayload(single, Unpooled.wrappedBuffer(bytes), all);
    }
    return all;
  }
  /** As long as the case says, by blanks. */
  static String padded(String body, int bytes) { return body + " ".repeat(Math.max(0, bytes - body.length())); }
  private static String key(String topic, String session) { return topic + " " + session; }
}
