import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** The client library's assignors, which run in the leader of a classic group. */
final class Assignors {
  private Assignors() {}

  private static AbstractPartitionAssignor named(String name) {
    return switch (name) {
      case "range" -> new RangeAssignor();
      case "roundrobin" -> new RoundRobinAssignor();
      case "sticky" -> new StickyAssignor();
      case "cooperative-sticky" -> new CooperativeStickyAssignor();
      default -> throw new IllegalArgumentException("assignor " + name + " is not known");
    };
  }
  private static TopicPartition partition(String name) {
    int dash = name.lastIndexOf('-');
    return new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1)));
  }
  @SuppressWarnings("removal")
  private static Subscription subscription(String assignor, JsonNode member) {
    List<TopicPartition> owned = Json.texts(member, "owned").stream().map(Assignors::partition).toList();
    int generation = Json.number(member, "generation", -1);
    AbstractPartitionAssignor own = named(assignor);
    // What a member had is in the user data that its own assignor makes.
    if (generation >= 0) own.onAssignment(new Assignment(owned), new ConsumerGroupMetadata("group", generation, "member", Optional.empty()));
    ByteBuffer userData = own.subscriptionUserData(new HashSet<>(Json.texts(member, "topics")));
    Subscription subscription = new Subscription(Json.texts(member, "topics"), userData, owned, generation, Optional.ofNullable(Json.text(member, "rack", null)));
    subscription.setGroupInstanceId(Optional.ofNullable(Json.text(member, "instanceId", null)));
    return subscription;
  }
  static JsonNode assign(JsonNode op) {
    String assignor = op.get("assignor").asText();
    // As the client library does, which asks for the metadata of topics that are subscribed to.
    Set<String> subscribed = new HashSet<>();
    for (var member : op.get("members").properties()) subscribed.addAll(Json.texts(member.getValue(), "topics"));
    Map<String, List<PartitionInfo>> partitions = new LinkedHashMap<>();
    for (var topic : op.get("partitionsOf").properties()) {
      if (!subscribed.contains(topic.getKey())) continue;
      List<PartitionInfo> infos = new ArrayList<>();
      for (int i = 0; i < topic.getValue().asInt(); i++) {
        // `racks`: those of the replicas of each partition.
        JsonNode racks = op.path("racks").path(topic.getKey()).path(i);
        List<Node> some = new ArrayList<>();
        racks.forEach(rack -> some.add(new Node(rack.asText().hashCode(), "host", 1, rack.asText())));
        Node[] replicas = some.toArray(Node[]::new);
        infos.add(new PartitionInfo(topic.getKey(), i, null, replicas, replicas));
      }
      partitions.put(topic.getKey(), infos);
    }
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (var member : op.get("members").properties()) subscriptions.put(member.getKey(), subscription(assignor, member.getValue()));
    var assignment = named(assignor).assignPartitions(partitions, subscriptions);
    ObjectNode shown = Json.object();
    for (var member : op.get("members").properties()) {
      ArrayNode given = shown.putArray(member.getKey());
      assignment.get(member.getKey()).stream().map(TopicPartition::toString).sorted().forEach(given::add);
    }
    return Json.object().set("assignment", shown);
  }
}
