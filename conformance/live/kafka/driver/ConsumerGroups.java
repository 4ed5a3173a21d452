import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatResponse;

/** Heartbeats of the protocols in which the coordinator assigns: ConsumerGroupHeartbeat and ShareGroupHeartbeat. */
final class ConsumerGroups {
  private final Wires wires;
  private final Members members;
  private final Map<Uuid, String> topics = new ConcurrentHashMap<>();

  ConsumerGroups(Wires wires, Members members) {
    this.wires = wires;
    this.members = members;
  }
  private Uuid idOf(String topic) throws Exception {
    Uuid id = wires.topicId(topic);
    topics.put(id, topic);
    return id;
  }
  interface Given { void to(Uuid topic, List<Integer> partitions); }
  interface Assignment { void read(Given given); }
  /** A member's topic by topic, or nothing when the answer carries no assignment. */
  private ObjectNode shown(Errors error, Members.Member member, int epoch, Assignment assignment) {
    if (error != Errors.NONE) return Json.outcome(error);
    member.generation = epoch;
    ObjectNode shown = Json.object().put("epoch", epoch);
    if (assignment == null) return shown;
    Map<String, TreeSet<Integer>> all = new TreeMap<>();
    assignment.read((topic, partitions) -> all.put(topics.getOrDefault(topic, topic.toString()), new TreeSet<>(partitions)));
    ObjectNode given = shown.putObject("assignment");
    all.forEach((topic, partitions) -> given.set(topic, Json.array(partitions)));
    return shown;
  }
  private int epoch(JsonNode op, Members.Member member) { return Json.number(op, "epoch", Math.max(member.generation, 0)); }

  JsonNode consumerHeartbeat(JsonNode op) throws Exception {
    Members.Member member = members.withOwnId(op);
    int epoch = epoch(op, member);
    var data = new ConsumerGroupHeartbeatRequestData().setGroupId(member.group).setMemberId(member.id).setMemberEpoch(epoch).setInstanceId(member.instanceId).setServerAssignor(Json.text(op, "assignor", null));
    if (op.has("topics")) for (String topic : Json.texts(op, "topics")) idOf(topic);
    data.setSubscribedTopicNames(op.has("topics") ? Json.texts(op, "topics") : null);
    data.setRebalanceTimeoutMs(Json.number(op, "rebalanceTimeoutMs", epoch == 0 ? 300_000 : -1));
    if (op.has("owned") || epoch == 0) {
      List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned = new ArrayList<>();
      if (op.has("owned")) for (var one : op.get("owned").properties()) owned.add(new ConsumerGroupHeartbeatRequestData.TopicPartitions().setTopicId(idOf(one.getKey())).setPartitions(Json.numbers(one.getValue())));
      data.setTopicPartitions(owned);
    }
    ConsumerGroupHeartbeatResponse response;
    do {
      response = (ConsumerGroupHeartbeatResponse) wires.send("heartbeat", wires.groups(), new ConsumerGroupHeartbeatRequest.Builder(data).build(Wires.version(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1)));
    } while (Wires.loading(Errors.forCode(response.data().errorCode())));
    var answer = response.data();
    return shown(Errors.forCode(answer.errorCode()), member, answer.memberEpoch(), answer.assignment() == null ? null : given -> answer.assignment().topicPartitions().forEach(one -> given.to(one.topicId(), one.partitions())));
  }
  JsonNode shareHeartbeat(JsonNode op) throws Exception {
    Members.Member member = members.withOwnId(op);
    if (op.has("topics")) for (String topic : Json.texts(op, "topics")) idOf(topic);
    var data = new ShareGroupHeartbeatRequestData().setGroupId(member.group).setMemberId(member.id).setMemberEpoch(epoch(op, member)).setSubscribedTopicNames(op.has("topics") ? Json.texts(op, "topics") : null);
    ShareGroupHeartbeatResponse response;
    do {
      response = (ShareGroupHeartbeatResponse) wires.send("heartbeat", wires.groups(), new ShareGroupHeartbeatRequest.Builder(data).build(Wires.version(ApiKeys.SHARE_GROUP_HEARTBEAT, 1)));
    } while (Wires.loading(Errors.forCode(response.data().errorCode())));
    var answer = response.data();
    return shown(Errors.forCode(answer.errorCode()), member, answer.memberEpoch(), answer.assignment() == null ? null : given -> answer.assignment().topicPartitions().forEach(one -> given.to(one.topicId(), one.partitions())));
  }
}
