import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.pulsar.common.api.proto.BaseCommand;
import org.apache.pulsar.common.api.proto.CommandAck.AckType;
import org.apache.pulsar.common.api.proto.CommandMessage;
import org.apache.pulsar.common.api.proto.CommandSubscribe;
import org.apache.pulsar.common.api.proto.CommandSubscribe.InitialPosition;
import org.apache.pulsar.common.api.proto.CommandSubscribe.SubType;
import org.apache.pulsar.common.api.proto.KeySharedMeta;
import org.apache.pulsar.common.api.proto.KeySharedMode;
import org.apache.pulsar.common.api.proto.MessageIdData;
import org.apache.pulsar.common.api.proto.MessageMetadata;
import org.apache.pulsar.common.api.proto.SingleMessageMetadata;
import org.apache.pulsar.common.protocol.Commands;

/** Consumers as bare clients of the protocol: what they are sent is shown, and nothing is acknowledged or asked for by itself. */
final class Consumers {
  private static final long ID = 1;
  private static final int PERMITS = 1000;
  private static final Pattern RANGE = Pattern.compile("(-?\\d+)\\s*-\\s*(\\d+)");
  private final class Consumer {
    final String name;
    final String topic;
    final Wire wire;
    private volatile boolean open = true;

    Consumer(String name, String topic) throws Exception {
      this.name = name;
      this.topic = topic;
      wire = topics.wire(topic, this::heard, this::lost);
    }
    void hangUp() {
      open = false;
      wire.close();
    }
    private void lost() {
      if (open) seen.closed(name);
      open = false;
    }
    private void heard(BaseCommand command, ByteBuf rest) throws IOException {
      switch (command.getType()) {
        case MESSAGE -> received(command.getMessage(), rest);
        case CLOSE_CONSUMER -> {
          open = false;
          seen.closed(name);
        }
        default -> { }
      }
    }
    private void received(CommandMessage message, ByteBuf rest) throws IOException {
      MessageMetadata metadata = Commands.parseMessageMetadata(rest);
      if (!metadata.hasNumMessagesInBatch()) {
        byte[] bytes = new byte[rest.readableBytes()];
        rest.readBytes(bytes);
        shown(message, new String(bytes, StandardCharsets.UTF_8).trim());
        return;
      }
      for (int i = 0; i < metadata.getNumMessagesInBatch(); i++) {
        ByteBuf one = Commands.deSerializeSingleMessageInBatch(rest, new SingleMessageMetadata(), i, metadata.getNumMessagesInBatch());
        if (acknowledged(message, i)) continue;
        shown(message, one.toString(StandardCharsets.UTF_8).trim());
      }
    }
    private void shown(CommandMessage message, String body) {
      ObjectNode delivery = Json.object().put("body", body);
      if (message.getRedeliveryCount() > 0) delivery.put("redeliveryCount", message.getRedeliveryCount());
      seen.delivered(name, delivery);
    }
    /** A set bit of the ack set is a message that is not. */
    private boolean acknowledged(CommandMessage message, int index) { return message.getAckSetsCount() > index / 64 && (message.getAckSetAt(index / 64) >> (index % 64) & 1) == 0; }
  }
  private final Topics topics;
  private final Seen seen;
  private final Map<String, Consumer> consumers = new ConcurrentHashMap<>();

  Consumers(Topics topics, Seen seen) {
    this.topics = topics;
    this.seen = seen;
  }
  void reset() {
    consumers.values().forEach(Consumer::hangUp);
    consumers.clear();
  }
  JsonNode subscribe(JsonNode op) throws Exception {
    String name = op.get("consumer").asText();
    String topic = Json.text(op, "topic", "t");
    SubType type = SubType.valueOf(Json.text(op, "type", "Shared"));
    InitialPosition from = InitialPosition.valueOf(Json.text(op, "initialPosition", "Latest"));
    Consumer consumer = new Consumer(name, topic);
    long request = consumer.wire.nextRequest();
    BaseCommand command = new BaseCommand().setType(BaseCommand.Type.SUBSCRIBE);
    CommandSubscribe subscribe = command.setSubscribe().setTopic(topics.full(topic)).setSubscription(Json.text(op, "subscription", "s")).setSubType(type).setConsumerId(ID).setRequestId(request);
    subscribe.setConsumerName(Json.text(op, "name", name)).setPriorityLevel(Json.number(op, "priorityLevel", 0)).setDurable(true).setInitialPosition(from).setForceTopicCreation(true);
    if (type == SubType.Key_Shared) policy(op, subscribe.setKeySharedMeta());
    String error = consumer.wire.refusal(request, Commands.serializeWithSize(command));
    if (error != null) {
      consumer.hangUp();
      return Json.error(error);
    }
    consumers.put(name, consumer);
    int permits = Json.number(op, "permits", PERMITS);
    if (permits > 0) consumer.wire.send(Commands.newFlow(ID, permits));
    return null;
  }
  JsonNode flow(JsonNode op) throws Exception {
    of(op).wire.send(Commands.newFlow(ID, Json.number(op, "permits", PERMITS)));
    return null;
  }
  JsonNode ack(JsonNode op) throws Exception {
    Consumer consumer = of(op);
    boolean whole = !op.hasNonNull("whole") || op.get("whole").asBoolean();
    for (String body : Json.texts(op, "bodies")) {
      Places.Place place = topics.of(consumer.topic).of(body);
      long request = consumer.wire.nextRequest();
      consumer.wire.ask(request, Commands.newAck(ID, place.ledger(), place.entry(), whole ? null : Places.allBut(place), AckType.Individual, null, Map.of(), -1, -1, request, place.size()));
    }
    return null;
  }
  JsonNode ackUpTo(JsonNode op) throws Exception {
    Consumer consumer = of(op);
    Places.Place place = topics.of(consumer.topic).of(op.get("body").asText());
    long request = consumer.wire.nextRequest();
    consumer.wire.ask(request, Commands.newAck(ID, place.ledger(), place.entry(), null, AckType.Cumulative, null, Map.of(), -1, -1, request, place.size()));
    return null;
  }
  /** Some entries, or all that the consumer has. */
  JsonNode redeliver(JsonNode op) throws Exception {
    Consumer consumer = of(op);
    if (!op.hasNonNull("bodies")) {
      consumer.wire.send(Commands.newRedeliverUnacknowledgedMessages(ID, -1));
      return null;
    }
    LinkedHashSet<Places.Place> entries = new LinkedHashSet<>();
    List<MessageIdData> ids = new ArrayList<>();
    for (String body : Json.texts(op, "bodies")) {
      Places.Place place = topics.of(consumer.topic).of(body);
      if (entries.add(new Places.Place(place.ledger(), place.entry(), 0, 0))) ids.add(place.id());
    }
    consumer.wire.send(Commands.newRedeliverUnacknowledgedMessages(ID, ids));
    return null;
  }
  JsonNode seek(JsonNode op) throws Exception {
    Consumer consumer = of(op);
    long position = op.get("to").asText().equals("earliest") ? -1 : Long.MAX_VALUE;
    long request = consumer.wire.nextRequest();
    consumer.wire.ask(request, Commands.newSeek(ID, request, position, position, new long[0]));
    return null;
  }
  JsonNode close(JsonNode op) throws Exception {
    Consumer consumer = of(op);
    consumers.remove(consumer.name);
    long request = consumer.wire.nextRequest();
    consumer.wire.ask(request, Commands.newCloseConsumer(ID, request, null, null));
    consumer.hangUp();
    return null;
  }
  /** The connection ends, without a word. */
  JsonNode crash(JsonNode op) {
    Consumer consumer = of(op);
    consumers.remove(consumer.name);
    consumer.hangUp();
    return null;
  }

  private Consumer of(JsonNode op) {
    Consumer consumer = consumers.get(op.get("consumer").asText());
    if (consumer == null) throw new IllegalStateException("there is no consumer " + op.get("consumer").asText());
    return consumer;
  }
  /** As it is, also where the client library would refuse it. */
  private static void policy(JsonNode op, KeySharedMeta meta) {
    meta.setKeySharedMode(op.hasNonNull("ranges") ? KeySharedMode.STICKY : KeySharedMode.AUTO_SPLIT).setAllowOutOfOrderDelivery(Json.is(op, "allowOutOfOrderDelivery"));
    for (int[] one : ranges(Json.text(op, "ranges", ""))) meta.addHashRange().setStart(one[0]).setEnd(one[1]);
  }
  /** Pairs of the first and the last slot. */
  static List<int[]> ranges(String text) { return RANGE.matcher(text).results().map(one -> new int[] {Integer.parseInt(one.group(1)), Integer.parseInt(one.group(2))}).toList(); }
}
