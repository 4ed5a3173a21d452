import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pulsar.client.api.BatcherBuilder;
import org.apache.pulsar.client.api.HashingScheme;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.MessageRoutingMode;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.ProducerAccessMode;
import org.apache.pulsar.client.api.ProducerBuilder;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.SizeUnit;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.client.impl.ClientCnx;
import org.apache.pulsar.client.impl.PartitionedProducerImpl;
import org.apache.pulsar.client.impl.ProducerImpl;

/** Producers of the client library, with all that they do by themselves: each is a client of its own. */
final class Senders {
  /** Where a message was put. */
  private record Put(String body, int partition, long ledger, long entry) {}
  private final class Sender {
    final PulsarClient client;
    final Producer<String> producer;
    final long deliverAfter;
    /** In the order in which they were sent. */
    final List<CompletableFuture<MessageId>> sent = new ArrayList<>();
    /** In the order in which they were called, since somebody looked. */
    private ArrayNode called = Json.array();
    private final List<Put> put = new ArrayList<>();

    Sender(PulsarClient client, Producer<String> producer, long deliverAfter) {
      this.client = client;
      this.producer = producer;
      this.deliverAfter = deliverAfter;
    }
    void send(String topic, String body, String key, int bytes) {
      TypedMessageBuilder<String> message = producer.newMessage().value(Producers.padded(body, bytes));
      if (key != null) message.key(key);
      if (deliverAfter > 0) message.deliverAfter(deliverAfter, TimeUnit.MILLISECONDS);
      CompletableFuture<MessageId> future = message.sendAsync();
      sent.add(future);
      future.whenComplete((id, error) -> called(topic, body, id, error));
    }
    private synchronized void called(String topic, String body, MessageId id, Throwable error) {
      ObjectNode one = called.addObject().put("body", body);
      if (error != null) {
        one.put("error", nameOf(error));
        return;
      }
      MessageIdAdv at = (MessageIdAdv) id;
      // What a broker knows already is confirmed without a place.
      if (at.getEntryId() < 0) return;
      put.add(new Put(body, at.getPartitionIndex(), at.getLedgerId(), at.getEntryId()));
      String partition = at.getPartitionIndex() < 0 ? topic : topic + "-partition-" + at.getPartitionIndex();
      topics.of(partition).stored(body, at.getLedgerId(), at.getEntryId(), Math.max(0, at.getBatchIndex()), Math.max(1, at.getBatchSize()));
    }
    synchronized ArrayNode taken() {
      ArrayNode all = called;
      called = Json.array();
      return all;
    }
    /** The entries that it wrote, in the order in which they lie. */
    synchronized ArrayNode batches() {
      Map<Put, List<String>> entries = new TreeMap<>(Comparator.comparingInt(Put::partition).thenComparingLong(Put::ledger).thenComparingLong(Put::entry));
      for (Put one : put) entries.computeIfAbsent(one, which -> new ArrayList<>()).add(one.body());
      ArrayNode shown = Json.array();
      for (List<String> bodies : entries.values()) bodies.forEach(shown.addArray()::add);
      return shown;
    }
    Set<ClientCnx> connections() {
      List<? extends Producer<?>> all = producer instanceof PartitionedProducerImpl<?> several ? several.getProducers() : List.of(producer);
      return all.stream().map(one -> ((ProducerImpl<?>) one).getClientCnx()).filter(Objects::nonNull).collect(Collectors.toSet());
    }
  }
  /** Keeps what a broker says as long as it is there. */
  private static final class Gate extends ChannelInboundHandlerAdapter {
    private final List<Object> kept = new ArrayList<>();

    @Override public void channelRead(ChannelHandlerContext context, Object said) { kept.add(said); }
    @Override public void handlerRemoved(ChannelHandlerContext context) {
      kept.forEach(context::fireChannelRead);
      kept.clear();
      context.fireChannelReadComplete();
    }
  }
  private static final String GATE = "gate";
  /** ms that a client may take to connect again, and between two looks */
  private static final int PATIENCE = 3_000;
  private static final int STEP = 20;
  private final Topics topics;
  private final Seen seen;
  private final Map<String, Sender> senders = new ConcurrentHashMap<>();

  Senders(Topics topics, Seen seen) {
    this.topics = topics;
    this.seen = seen;
  }
  void reset() throws Exception {
    for (Sender one : senders.values()) one.client.shutdown();
    senders.clear();
  }
  boolean has(JsonNode op) { return senders.containsKey(op.get("producer").asText()); }

  JsonNode open(JsonNode op) throws Exception {
    JsonNode config = op.path("config");
    PulsarClient client = PulsarClient.builder().serviceUrl("pulsar://127.0.0.1:" + topics.port()).memoryLimit(config.path("memoryLimitBytes").asLong(67_108_864), SizeUnit.BYTES).build();
    ProducerBuilder<String> builder = client.newProducer(Schema.STRING).topic(topics.full(Json.text(op, "topic", "t"))).producerName(Json.text(config, "producerName", op.get("producer").asText()));
    builder.accessMode(ProducerAccessMode.valueOf(Json.text(config, "accessMode", "Shared"))).messageRoutingMode(MessageRoutingMode.valueOf(Json.text(config, "messageRoutingMode", "RoundRobinPartition"))).hashingScheme(HashingScheme.valueOf(Json.text(config, "hashingScheme", "JavaStringHash")));
    builder.batcherBuilder(Json.text(config, "batcherBuilder", "DEFAULT").equals("KEY_BASED") ? BatcherBuilder.KEY_BASED : BatcherBuilder.DEFAULT).blockIfQueueFull(Json.is(config, "blockIfQueueFull"));
    if (config.has("batchingEnabled")) builder.enableBatching(config.get("batchingEnabled").asBoolean());
    if (config.has("batchingMaxPublishDelayMicros")) builder.batchingMaxPublishDelay(config.get("batchingMaxPublishDelayMicros").asLong(), TimeUnit.MICROSECONDS);
    if (config.has("batchingMaxMessages")) builder.batchingMaxMessages(config.get("batchingMaxMessages").asInt());
    if (config.has("batchingMaxBytes")) builder.batchingMaxBytes(config.get("batchingMaxBytes").asInt());
    if (config.has("sendTimeoutMs")) builder.sendTimeout(config.get("sendTimeoutMs").asInt(), TimeUnit.MILLISECONDS);
    if (config.has("maxPendingMessages")) builder.maxPendingMessages(config.get("maxPendingMessages").asInt());
    try {
      senders.put(op.get("producer").asText(), new Sender(client, builder.create(), config.path("deliverAfter").asLong(0)));
      return null;
    } catch (PulsarClientException error) {
      client.shutdown();
      return Json.error(nameOf(error));
    }
  }
  /** send() of each, without waiting for the broker. It may block: with `as` it does so beside what is done next. */
  JsonNode send(JsonNode op) {
    if (!op.has("as")) {
      sendAll(op);
      return null;
    }
    Thread beside = new Thread(() -> {
      sendAll(op);
      seen.unblocked(op.get("as").asText());
    });
    beside.setDaemon(true);
    beside.start();
    return null;
  }
  private void sendAll(JsonNode op) {
    Sender sender = of(op);
    List<String> keys = Json.texts(op, "keys");
    List<String> bodies = Json.texts(op, "bodies");
    for (int i = 0; i < bodies.size(); i++) sender.send(Json.text(op, "topic", "t"), bodies.get(i), keys.isEmpty() ? null : keys.get(Math.min(i, keys.size() - 1)), Json.number(op, "bytes", 0));
  }
  JsonNode callbacks(JsonNode op) {
    List<JsonNode> all = new ArrayList<>();
    of(op).taken().forEach(all::add);
    if (Json.is(op, "sorted")) all.sort(Comparator.comparing(one -> one.get("body").asText()));
    return Json.object().set("callbacks", Json.array().addAll(all));
  }
  JsonNode batches(JsonNode op) { return Json.object().set("batches", of(op).batches()); }
  /** The partitions of all that was sent, in that order; with `byAppearance` numbered as they first appear. */
  JsonNode placed(JsonNode op) throws Exception {
    List<Integer> order = new ArrayList<>();
    ArrayNode shown = Json.array();
    for (CompletableFuture<MessageId> one : of(op).sent) {
      int partition = ((MessageIdAdv) one.get()).getPartitionIndex();
      if (!order.contains(partition)) order.add(partition);
      shown.add(Json.is(op, "byAppearance") ? order.indexOf(partition) : partition);
    }
    return Json.object().set("partitions", shown);
  }
  JsonNode flush(JsonNode op) throws Exception {
    try {
      of(op).producer.flush();
      return null;
    } catch (PulsarClientException error) {
      return Json.error(nameOf(error));
    }
  }
  /** What the broker says stays on its way. */
  JsonNode holdBack(JsonNode op) {
    for (ClientCnx one : of(op).connections()) one.ctx().pipeline().addFirst(GATE, new Gate());
    return null;
  }
  JsonNode letThrough(JsonNode op) {
    for (ClientCnx one : of(op).connections()) if (one.ctx().pipeline().get(GATE) != null) one.ctx().pipeline().remove(GATE);
    return null;
  }
  /** The connection ends, and what was on its way with it; until there is another, or none for so long. */
  JsonNode cut(JsonNode op) throws Exception {
    Sender sender = of(op);
    Set<ClientCnx> before = sender.connections();
    for (ClientCnx one : before) one.ctx().channel().close().sync();
    for (int waited = 0; waited < PATIENCE && !(sender.producer.isConnected() && Collections.disjoint(before, sender.connections())); waited += STEP) Thread.sleep(STEP);
    return null;
  }
  JsonNode close(JsonNode op) throws Exception {
    of(op).producer.close();
    return null;
  }

  private Sender of(JsonNode op) {
    Sender sender = senders.get(op.get("producer").asText());
    if (sender == null) throw new IllegalStateException("there is no producer " + op.get("producer").asText());
    return sender;
  }
  private static String nameOf(Throwable error) { return (error instanceof CompletionException && error.getCause() != null ? error.getCause() : error).getClass().getSimpleName(); }
}
