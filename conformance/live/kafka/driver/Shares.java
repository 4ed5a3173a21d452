import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;

/** ShareFetch and ShareAcknowledge: a member's share session with the leader of its partition. */
final class Shares {
  private static final List<String> TYPES = List.of("GAP", "ACCEPT", "RELEASE", "REJECT", "RENEW");
  /** A share-partition that was never fetched from is being made: its first answers are empty. */
  private static final int PATIENCE = 1500;

  private final Wires wires;
  private final Members members;
  private final Topics topics;

  Shares(Wires wires, Members members, Topics topics) {
    this.wires = wires;
    this.members = members;
    this.topics = topics;
  }
  private static int epochAndNext(Members.Member member, int node) {
    int epoch = member.sessionEpochs.getOrDefault(node, 0);
    member.sessionEpochs.put(node, epoch + 1);
    return epoch;
  }
  private ShareFetchResponse fetch(Members.Member member, int node, JsonNode op, String topic, int partition) throws Exception {
    var part = new ShareFetchRequestData.FetchPartition().setPartitionIndex(partition);
    var parts = new ShareFetchRequestData.FetchPartitionCollection();
    parts.add(part);
    var all = new ShareFetchRequestData.FetchTopicCollection();
    all.add(new ShareFetchRequestData.FetchTopic().setTopicId(wires.topicId(topic)).setPartitions(parts));
    int most = Json.number(op, "maxRecords", 500);
    var data = new ShareFetchRequestData().setGroupId(member.group).setMemberId(member.id).setShareSessionEpoch(epochAndNext(member, node)).setMaxWaitMs(Json.number(op, "maxWaitMs", 200)).setMinBytes(1).setMaxBytes(52_428_800)
      .setMaxRecords(most).setBatchSize(Json.number(op, "batchSize", most)).setShareAcquireMode((byte) (Json.text(op, "mode", "batch_optimized").equals("record_limit") ? 1 : 0)).setTopics(all);
    return (ShareFetchResponse) wires.send("share " + member.name, node, new ShareFetchRequest.Builder(data).build(ApiKeys.SHARE_FETCH.latestVersion()));
  }
  JsonNode shareFetch(JsonNode op) throws Exception {
    Members.Member member = members.withOwnId(op);
    String topic = op.get("topic").asText();
    int partition = Json.number(op, "partition", 0);
    int node = wires.leader(topic, partition);
    long until = System.currentTimeMillis() + PATIENCE;
    for (;;) {
      ShareFetchResponse response = fetch(member, node, op, topic, partition);
      if (response.error() != Errors.NONE) return Json.outcome(response.error());
      ArrayNode records = Json.array();
      for (var answer : response.data().responses()) for (var one : answer.partitions()) {
        if (one.errorCode() != 0) return Json.outcome(one.errorCode());
        Map<Long, String> values = new HashMap<>();
        if (one.records() != null) for (RecordBatch batch : ((Records) one.records()).batches()) if (!batch.isControlBatch()) for (Record record : batch) values.put(record.offset(), record.hasValue() ? StandardCharsets.UTF_8.decode(record.value()).toString() : null);
        for (var range : one.acquiredRecords()) for (long offset = range.firstOffset(); offset <= range.lastOffset(); offset++) {
          if (values.containsKey(offset)) records.add(Json.object().put("offset", offset).put("value", values.get(offset)).put("deliveryCount", range.deliveryCount()));
        }
      }
      if (!records.isEmpty() || Json.is(op, "once") || System.currentTimeMillis() > until) return Json.is(op, "count") ? Json.object().put("records", records.size()) : Json.object().set("records", records);
    }
  }
  JsonNode acknowledge(JsonNode op) throws Exception {
    Members.Member member = members.withOwnId(op);
    String topic = op.get("topic").asText();
    int partition = Json.number(op, "partition", 0);
    int node = wires.leader(topic, partition);
    int first = op.get("offset").asInt();
    byte type = (byte) TYPES.indexOf(op.get("type").asText());
    var batch = new ShareAcknowledgeRequestData.AcknowledgementBatch().setFirstOffset(first).setLastOffset(Json.number(op, "last", first)).setAcknowledgeTypes(List.of(type));
    var parts = new ShareAcknowledgeRequestData.AcknowledgePartitionCollection();
    parts.add(new ShareAcknowledgeRequestData.AcknowledgePartition().setPartitionIndex(partition).setAcknowledgementBatches(List.of(batch)));
    var all = new ShareAcknowledgeRequestData.AcknowledgeTopicCollection();
    all.add(new ShareAcknowledgeRequestData.AcknowledgeTopic().setTopicId(wires.topicId(topic)).setPartitions(parts));
    var data = new ShareAcknowledgeRequestData().setGroupId(member.group).setMemberId(member.id).setShareSessionEpoch(epochAndNext(member, node)).setIsRenewAck(op.get("type").asText().equals("RENEW")).setTopics(all);
    var response = (ShareAcknowledgeResponse) wires.send("share " + member.name, node, new ShareAcknowledgeRequest.Builder(data).build(ApiKeys.SHARE_ACKNOWLEDGE.latestVersion()));
    if (response.data().errorCode() != 0) return Json.outcome(response.data().errorCode());
    return Json.outcome(response.data().responses().iterator().next().partitions().get(0).errorCode());
  }
  /** The session's last epoch: the member goes on with a new one. */
  JsonNode endShareSession(JsonNode op) throws Exception {
    Members.Member member = members.withOwnId(op);
    int node = wires.leader(op.get("topic").asText(), Json.number(op, "partition", 0));
    var data = new ShareAcknowledgeRequestData().setGroupId(member.group).setMemberId(member.id).setShareSessionEpoch(-1);
    var response = (ShareAcknowledgeResponse) wires.send("share " + member.name, node, new ShareAcknowledgeRequest.Builder(data).build(ApiKeys.SHARE_ACKNOWLEDGE.latestVersion()));
    member.sessionEpochs.remove(node);
    return Json.outcome(response.data().errorCode());
  }
  JsonNode shareOffset(JsonNode op) throws Exception {
    String group = op.get("group").asText();
    TopicPartition at = new TopicPartition(op.get("topic").asText(), Json.number(op, "partition", 0));
    var found = topics.admin().listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(List.of(at)))).partitionsToOffsetInfo(group).get().get(at);
    ObjectNode shown = Json.object();
    return found == null ? shown.put("startOffset", -1) : shown.put("startOffset", found.startOffset());
  }
}
