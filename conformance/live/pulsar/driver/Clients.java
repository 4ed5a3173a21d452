import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pulsar.client.api.Consumer;
import org.apache.pulsar.client.api.ConsumerBuilder;
import org.apache.pulsar.client.api.DeadLetterPolicy;
import org.apache.pulsar.client.api.KeySharedPolicy;
import org.apache.pulsar.client.api.Message;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Range;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.client.impl.MultiplierRedeliveryBackoff;

/** Consumers of the client library, with all that it does by itself. */
final class Clients {
  /** ms that receive() waits for a message */
  private static final int PATIENCE = 1_500;
  private final Topics topics;
  private final Map<String, Consumer<String>> consumers = new ConcurrentHashMap<>();
  private final Map<String, Message<String>> taken = new ConcurrentHashMap<>();
  private final Set<Consumer<String>> withoutQueue = ConcurrentHashMap.newKeySet();
  private PulsarClient client;

  Clients(Topics topics) { this.topics = topics; }
  void reset() throws Exception {
    consumers.clear();
    taken.clear();
    withoutQueue.clear();
    if (client != null) client.shutdown();
    client = null;
  }
  JsonNode openConsumer(JsonNode op) throws Exception {
    JsonNode config = op.path("config");
    ConsumerBuilder<String> builder = client().newConsumer(Schema.STRING).topic(topics.full(Json.text(op, "topic", "t"))).consumerName(op.get("consumer").asText()).subscriptionName(Json.text(config, "subscriptionName", "s"));
    builder.subscriptionType(SubscriptionType.valueOf(Json.text(config, "subscriptionType", "Exclusive"))).subscriptionInitialPosition(SubscriptionInitialPosition.valueOf(Json.text(config, "subscriptionInitialPosition", "Latest")));
    if (config.has("receiverQueueSize")) builder.receiverQueueSize(config.get("receiverQueueSize").asInt());
    if (config.has("acknowledgementsGroupTimeMicros")) builder.acknowledgmentGroupTime(config.get("acknowledgementsGroupTimeMicros").asLong(), TimeUnit.MICROSECONDS);
    if (config.has("batchIndexAckEnabled")) builder.enableBatchIndexAcknowledgment(config.get("batchIndexAckEnabled").asBoolean());
    if (config.has("negativeAckRedeliveryDelayMicros")) builder.negativeAckRedeliveryDelay(config.get("negativeAckRedeliveryDelayMicros").asLong(), TimeUnit.MICROSECONDS);
    if (config.has("negativeAckRedeliveryBackoffMinDelayMs")) builder.negativeAckRedeliveryBackoff(MultiplierRedeliveryBackoff.builder().minDelayMs(config.get("negativeAckRedeliveryBackoffMinDelayMs").asLong()).maxDelayMs(Json.number(config, "negativeAckRedeliveryBackoffMaxDelayMs", 600_000)).multiplier(2).build());
    if (config.has("ackTimeoutMillis")) builder.ackTimeout(config.get("ackTimeoutMillis").asLong(), TimeUnit.MILLISECONDS);
    if (config.has("tickDurationMillis")) builder.ackTimeoutTickTime(config.get("tickDurationMillis").asLong(), TimeUnit.MILLISECONDS);
    if (config.has("retryEnable")) builder.enableRetry(config.get("retryEnable").asBoolean());
    if (config.has("maxRedeliverCount")) builder.deadLetterPolicy(deadLetters(config));
    try {
      if (Json.text(config, "keySharedMode", "AUTO_SPLIT").equals("STICKY")) builder.keySharedPolicy(KeySharedPolicy.stickyHashRange().ranges(ranges(config)));
      Consumer<String> consumer = builder.subscribe();
      consumers.put(op.get("consumer").asText(), consumer);
      if (Json.number(config, "receiverQueueSize", 1) == 0) withoutQueue.add(consumer);
      return null;
    } catch (PulsarClientException | IllegalArgumentException error) {
      return Json.error(error.getClass().getSimpleName());
    }
  }
  /** The next message, or null when none comes. */
  JsonNode receive(JsonNode op) throws Exception {
    Message<String> message;
    try {
      message = next(of(op), Json.number(op, "ms", PATIENCE));
    } catch (PulsarClientException error) {
      return Json.error(error.getClass().getSimpleName());
    }
    if (message == null) return Json.object();
    taken.put(key(op, message.getValue()), message);
    ObjectNode shown = Json.object().put("body", message.getValue());
    if (message.getRedeliveryCount() > 0) shown.put("redeliveryCount", message.getRedeliveryCount());
    return shown;
  }
  /** Without a receiver queue receive() takes no time limit. */
  private Message<String> next(Consumer<String> consumer, int ms) throws Exception {
    if (!withoutQueue.contains(consumer)) return consumer.receive(ms, TimeUnit.MILLISECONDS);
    CompletableFuture<Message<String>> asked = consumer.receiveAsync();
    try {
      return asked.get(ms, TimeUnit.MILLISECONDS);
    } catch (TimeoutException none) {
      asked.cancel(false);
      return null;
    }
  }
  JsonNode acknowledge(JsonNode op) throws Exception {
    of(op).acknowledgeAsync(message(op)).get();
    return null;
  }
  JsonNode negativeAcknowledge(JsonNode op) {
    of(op).negativeAcknowledge(message(op));
    return null;
  }
  JsonNode reconsumeLater(JsonNode op) throws Exception {
    of(op).reconsumeLater(message(op), Json.number(op, "delayMs", 0), TimeUnit.MILLISECONDS);
    return null;
  }
  JsonNode closeConsumer(JsonNode op) throws Exception {
    of(op).close();
    consumers.remove(op.get("consumer").asText());
    return null;
  }

  private PulsarClient client() throws Exception {
    if (client == null) client = PulsarClient.builder().serviceUrl("pulsar://127.0.0.1:" + topics.port()).build();
    return client;
  }
  private DeadLetterPolicy deadLetters(JsonNode config) {
    DeadLetterPolicy.DeadLetterPolicyBuilder policy = DeadLetterPolicy.builder().maxRedeliverCount(config.get("maxRedeliverCount").asInt());
    if (config.has("deadLetterTopic")) policy.deadLetterTopic(topics.full(config.get("deadLetterTopic").asText()));
    if (config.has("initialSubscriptionName")) policy.initialSubscriptionName(config.get("initialSubscriptionName").asText());
    return policy.build();
  }
  private static List<Range> ranges(JsonNode config) {
    List<Range> ranges = new ArrayList<>();
    for (int[] one : Consumers.ranges(config.get("stickyHashRanges").asText())) ranges.add(Range.of(one[0], one[1]));
    return ranges;
  }
  private Consumer<String> of(JsonNode op) {
    Consumer<String> consumer = consumers.get(op.get("consumer").asText());
    if (consumer == null) throw new IllegalStateException("there is no consumer " + op.get("consumer").asText());
    return consumer;
  }
  private Message<String> message(JsonNode op) {
    Message<String> message = taken.get(key(op, op.get("body").asText()));
    if (message == null) throw new IllegalStateException("nobody has received " + op.get("body").asText());
    return message;
  }
  private static String key(JsonNode op, String body) { return op.get("consumer").asText() + " " + body; }
}
