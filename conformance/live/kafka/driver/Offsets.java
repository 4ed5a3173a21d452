import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;

/** Committed offsets. */
final class Offsets {
  private final Wires wires;
  private final Members members;
  private final Producing producing;

  Offsets(Wires wires, Members members, Producing producing) {
    this.wires = wires;
    this.members = members;
    this.producing = producing;
  }
  private Members.Member who(JsonNode op) { return op.has("member") ? members.of(op) : new Members.Member(""); }

  interface Request { Errors send() throws Exception; }
  private static Errors whenLoaded(Request request) throws Exception {
    for (int i = 0; ; i++) {
      Errors error = request.send();
      if (i == 100 || !Wires.loading(error) && error != Errors.CONCURRENT_TRANSACTIONS) return error;
      Thread.sleep(50);
    }
  }
  JsonNode commit(JsonNode op) throws Exception {
    Members.Member member = who(op);
    OffsetCommitRequestData data = new OffsetCommitRequestData().setGroupId(Json.text(op, "group", member.group)).setMemberId(member.id).setGenerationIdOrMemberEpoch(Json.number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId);
    var partition = new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(Json.number(op, "partition", 0)).setCommittedOffset(op.get("offset").asLong()).setCommittedMetadata("x".repeat(Json.number(op, "metadataBytes", 0)));
    data.setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(op.get("topic").asText()).setPartitions(List.of(partition))));
    return Json.outcome(whenLoaded(() -> {
      var response = (OffsetCommitResponse) wires.send("commit", wires.groups(), OffsetCommitRequest.Builder.forTopicNames(data).build(Wires.version(ApiKeys.OFFSET_COMMIT, 9)));
      return Errors.forCode(response.data().topics().get(0).partitions().get(0).errorCode());
    }));
  }
  JsonNode commitInTransaction(JsonNode op) throws Exception {
    Members.Member member = who(op);
    Producing.Producer producer = producing.named(op);
    TxnOffsetCommitRequestData data = new TxnOffsetCommitRequestData().setTransactionalId(producer.transactionalId).setProducerId(producer.id).setProducerEpoch(producer.epoch)
      .setGroupId(Json.text(op, "group", member.group)).setMemberId(member.id).setGenerationIdOrMemberEpoch(Json.number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId);
    var partition = new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition().setPartitionIndex(Json.number(op, "partition", 0)).setCommittedOffset(op.get("offset").asLong()).setCommittedMetadata("");
    data.setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic().setName(op.get("topic").asText()).setPartitions(List.of(partition))));
    return Json.outcome(whenLoaded(() -> {
      // From version 5 on the group becomes part of the transaction by itself.
      var response = (TxnOffsetCommitResponse) wires.send("commit", wires.groups(), TxnOffsetCommitRequest.Builder.forTopicNames(data, true).build(Wires.version(ApiKeys.TXN_OFFSET_COMMIT, 5)));
      return Errors.forCode(response.data().topics().get(0).partitions().get(0).errorCode());
    }));
  }
  JsonNode committed(JsonNode op) throws Exception {
    var group = new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(op.get("group").asText()).setMemberEpoch(-1);
    group.setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics().setName(op.get("topic").asText()).setPartitionIndexes(Json.partitions(op))));
    OffsetFetchRequestData data = new OffsetFetchRequestData().setRequireStable(Json.is(op, "stable")).setGroups(List.of(group));
    OffsetFetchResponse response = (OffsetFetchResponse) wires.send("commit", wires.groups(), OffsetFetchRequest.Builder.forTopicNames(data, false).build(Wires.version(ApiKeys.OFFSET_FETCH, 9)));
    var partitions = response.data().groups().get(0).topics().get(0).partitions();
    for (var one : partitions) if (one.errorCode() != 0) return Json.outcome(one.errorCode());
    ObjectNode offsets = Json.object();
    partitions.forEach(p -> offsets.put(String.valueOf(p.partitionIndex()), p.committedOffset()));
    return Json.object().set("offsets", offsets);
  }
}
