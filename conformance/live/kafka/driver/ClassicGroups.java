import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;

/** JoinGroup, SyncGroup, Heartbeat and LeaveGroup. */
final class ClassicGroups {
  private final Wires wires;
  private final Members members;

  ClassicGroups(Wires wires, Members members) {
    this.wires = wires;
    this.members = members;
  }
  private static byte[] bytes(ByteBuffer from) {
    byte[] array = new byte[from.remaining()];
    from.get(array);
    return array;
  }
  JsonNode join(JsonNode op) throws Exception {
    Members.Member member = members.of(op);
    List<TopicPartition> owned = new ArrayList<>();
    if (op.has("owned")) for (var one : op.get("owned").properties()) Json.numbers(one.getValue()).forEach(p -> owned.add(new TopicPartition(one.getKey(), p)));
    byte[] metadata = bytes(ConsumerProtocol.serializeSubscription(new Subscription(Json.texts(op, "topics"), null, owned)));
    var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    for (String name : op.has("protocols") ? Json.texts(op, "protocols") : List.of("range")) protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName(name).setMetadata(metadata));
    JoinGroupRequestData data = new JoinGroupRequestData().setGroupId(member.group).setMemberId(member.id).setGroupInstanceId(member.instanceId)
      .setSessionTimeoutMs(Json.number(op, "sessionTimeoutMs", 45000)).setRebalanceTimeoutMs(Json.number(op, "rebalanceTimeoutMs", 300000)).setProtocolType("consumer").setProtocols(protocols);
    JoinGroupResponseData answer;
    do {
      answer = ((JoinGroupResponse) wires.send("member " + member.name, wires.groups(), new JoinGroupRequest.Builder(data).build(Wires.version(ApiKeys.JOIN_GROUP, 9)))).data();
    } while (!Json.is(op, "once") && Wires.loading(Errors.forCode(answer.errorCode())));
    Errors error = Errors.forCode(answer.errorCode());
    if (error == Errors.MEMBER_ID_REQUIRED || error == Errors.NONE) member.id = answer.memberId();
    if (error != Errors.NONE) return Json.outcome(error);
    member.generation = answer.generationId();
    member.protocol = answer.protocolName();
    ObjectNode shown = Json.object().put("generation", answer.generationId()).put("protocol", answer.protocolName()).put("leader", members.nameOf(member.group, answer.leader()));
    if (!answer.members().isEmpty()) {
      ArrayNode names = shown.putArray("members");
      answer.members().stream().map(one -> members.nameOf(member.group, one.memberId())).sorted().forEach(names::add);
    }
    return shown;
  }
  JsonNode sync(JsonNode op) throws Exception {
    Members.Member member = members.of(op);
    SyncGroupRequestData data = new SyncGroupRequestData().setGroupId(member.group).setMemberId(member.id).setGenerationId(Json.number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId).setProtocolType("consumer").setProtocolName(member.protocol);
    List<SyncGroupRequestData.SyncGroupRequestAssignment> assignments = new ArrayList<>();
    if (op.has("assignments")) for (var entry : op.get("assignments").properties()) {
      List<TopicPartition> partitions = Json.numbers(entry.getValue()).stream().map(p -> new TopicPartition(op.get("topic").asText(), p)).toList();
      assignments.add(new SyncGroupRequestData.SyncGroupRequestAssignment().setMemberId(members.idOf(entry.getKey())).setAssignment(bytes(ConsumerProtocol.serializeAssignment(new Assignment(partitions)))));
    }
    data.setAssignments(assignments);
    SyncGroupResponse response = (SyncGroupResponse) wires.send("member " + member.name, wires.groups(), new SyncGroupRequest.Builder(data).build(Wires.version(ApiKeys.SYNC_GROUP, 5)));
    if (response.error() != Errors.NONE) return Json.outcome(response.error());
    byte[] given = response.data().assignment();
    return Json.object().set("assignment", given.length == 0 ? Json.array() : Json.array(ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(given)).partitions().stream().map(TopicPartition::partition).toList()));
  }
  JsonNode heartbeat(JsonNode op) throws Exception {
    Members.Member member = members.of(op);
    HeartbeatRequestData data = new HeartbeatRequestData().setGroupId(member.group).setMemberId(member.id).setGenerationId(Json.number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId);
    return Json.outcome(((HeartbeatResponse) wires.send("heartbeat", wires.groups(), new HeartbeatRequest.Builder(data).build(Wires.version(ApiKeys.HEARTBEAT, 4)))).error());
  }
  JsonNode leave(JsonNode op) throws Exception {
    Members.Member member = members.of(op);
    var identity = new LeaveGroupRequestData.MemberIdentity().setMemberId(member.id).setGroupInstanceId(member.instanceId);
    return Json.outcome(((LeaveGroupResponse) wires.send("heartbeat", wires.groups(), new LeaveGroupRequest.Builder(member.group, List.of(identity)).build(Wires.version(ApiKeys.LEAVE_GROUP, 5)))).error());
  }
}
