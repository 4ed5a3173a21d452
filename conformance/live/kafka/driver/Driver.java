import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Does the operations of conformance/FORMAT.md ("Kafka") on real brokers: one JSON object per line in, one out, with the same id.
 * What the client library would retry by itself is sent as one bare request, so that the broker's own answer is seen; records are
 * read with the library's consumer. Each operation has a thread of its own: a join may wait for other members.
 */
public class Driver {
  private final Wires wires;
  private final Topics topics;
  private final Producing producing;
  private final Members members = new Members();
  private final Consumers consumers;
  private final Producers producers;
  private final Map<String, Requests.Verb> verbs = new HashMap<>();

  Driver(int[] ports) {
    wires = new Wires(ports);
    topics = new Topics(wires);
    producing = new Producing(wires);
    consumers = new Consumers(wires);
    producers = new Producers(wires);
    Reading reading = new Reading(wires);
    Offsets offsets = new Offsets(wires, members, producing);
    ClassicGroups classic = new ClassicGroups(wires, members);
    ConsumerGroups groups = new ConsumerGroups(wires, members);
    Shares shares = new Shares(wires, members, topics);
    verbs.put("warmUp", op -> warmUp(groups, shares));
    verbs.put("reset", op -> reset());
    verbs.put("alive", op -> alive(op));
    verbs.put("gone", op -> gone(op));
    verbs.put("registered", op -> topics.registered());
    verbs.put("coordinator", op -> IntNode.valueOf(op.get("of").asText().equals("groups") ? wires.groups() : wires.transactions()));
    verbs.put("settings", topics::settings);
    verbs.put("topic", topics::topic);
    verbs.put("addPartitions", topics::addPartitions);
    verbs.put("partitions", topics::partitions);
    verbs.put("quota", topics::quota);
    verbs.put("groupConfig", topics::groupConfig);
    verbs.put("describe", topics::describe);
    verbs.put("racks", topics::racks);
    verbs.put("initProducer", toCoordinator(producing::initProducer));
    verbs.put("produce", producing::produce);
    verbs.put("send", new Sending(wires)::send);
    verbs.put("endTransaction", toCoordinator(producing::endTransaction));
    verbs.put("listOffsets", reading::listOffsets);
    verbs.put("logEnd", reading::logEnd);
    verbs.put("fetch", reading::fetch);
    verbs.put("read", reading::read);
    verbs.put("commit", toCoordinator(offsets::commit));
    verbs.put("commitInTransaction", toCoordinator(offsets::commitInTransaction));
    verbs.put("committed", toCoordinator(offsets::committed));
    verbs.put("join", toCoordinator(classic::join));
    verbs.put("sync", toCoordinator(classic::sync));
    verbs.put("heartbeat", toCoordinator(classic::heartbeat));
    verbs.put("leave", toCoordinator(classic::leave));
    verbs.put("consumerHeartbeat", toCoordinator(groups::consumerHeartbeat));
    verbs.put("shareHeartbeat", toCoordinator(groups::shareHeartbeat));
    verbs.put("shareFetch", shares::shareFetch);
    verbs.put("acknowledge", shares::acknowledge);
    verbs.put("endShareSession", shares::endShareSession);
    verbs.put("shareOffset", shares::shareOffset);
    verbs.put("assign", Assignors::assign);
    verbs.put("subscribe", consumers::subscribe);
    verbs.put("poll", consumers::poll);
    verbs.put("pausePartitions", consumers::pausePartitions);
    verbs.put("resumePartitions", consumers::resumePartitions);
    verbs.put("seekTo", consumers::seekTo);
    verbs.put("commitSync", consumers::commitSync);
    verbs.put("commitAsync", consumers::commitAsync);
    verbs.put("closeConsumer", consumers::closeConsumer);
    verbs.put("openProducer", producers::openProducer);
    verbs.put("sendRecords", producers::sendRecords);
    verbs.put("callbacks", producers::callbacks);
    verbs.put("placed", producers::placed);
    verbs.put("flush", producers::flush);
    verbs.put("beginTransaction", producers::beginTransaction);
    verbs.put("commitTransaction", producers::commitTransaction);
    verbs.put("abortTransaction", producers::abortTransaction);
    verbs.put("closeProducer", producers::closeProducer);
  }

  public static void main(String[] args) throws Exception {
    Requests.serve(new Driver(Arrays.stream(args).mapToInt(Integer::parseInt).toArray()).verbs);
  }

  /** There may be none, or it dies meanwhile. */
  private static Requests.Verb toCoordinator(Requests.Verb verb) {
    return op -> {
      try {
        return verb.run(op);
      } catch (CoordinatorNotAvailableException none) {
        return Json.outcome(Errors.COORDINATOR_NOT_AVAILABLE);
      } catch (IOException broken) {
        return Json.error("DISCONNECTED");
      }
    };
  }
  /** Who asks for a coordinator makes the broker create its topic: from then on bare requests are answered. */
  private JsonNode warmUp(ConsumerGroups groups, Shares shares) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    p.put("group.id", "warm-up");
    p.put("transactional.id", "warm-up");
    StringSerializer serializer = new StringSerializer();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, serializer, serializer)) { producer.initTransactions(); }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) { consumer.committed(Set.of(new TopicPartition("warm-up", 0)), Duration.ofSeconds(60)); }
    topics.topic(Json.object().put("topic", "warm-up"));
    ObjectNode member = Json.object().put("member", "warm-up").put("group", "warm-up-share").put("topic", "warm-up");
    groups.shareHeartbeat(member.deepCopy().set("topics", Json.array().add("warm-up")));
    for (int i = 0; i < 60 && shares.shareFetch(member).has("error"); i++) {
      Thread.sleep(500);
      members.reset();
    }
    return Json.ok();
  }
  private JsonNode reset() throws Exception {
    consumers.reset();
    producers.reset();
    wires.reset();
    producing.reset();
    members.reset();
    topics.reset();
    return Json.ok();
  }
  private JsonNode alive(JsonNode op) {
    wires.alive(Json.numbers(op.get("nodes")));
    return Json.ok();
  }
  private JsonNode gone(JsonNode op) {
    wires.gone(op.get("node").asInt());
    return Json.ok();
  }
}
