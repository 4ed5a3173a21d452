import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** What an administrator does: topics, settings, quotas, and what there is to see. */
final class Topics {
  private final Wires wires;
  private final Admin admin;
  /** Settings of the cluster that a case changed. */
  private final Set<String> changed = new HashSet<>();

  Topics(Wires wires) {
    this.wires = wires;
    Properties p = new Properties();
    p.put("bootstrap.servers", wires.bootstrap());
    p.put("request.timeout.ms", "5000");
    admin = Admin.create(p);
  }
  Admin admin() { return admin; }
  void reset() throws Exception {
    if (!changed.isEmpty()) alter(new ConfigResource(ConfigResource.Type.BROKER, ""), changed.stream().map(name -> new AlterConfigOp(new ConfigEntry(name, ""), AlterConfigOp.OpType.DELETE)).toList());
    changed.clear();
  }

  interface Call { void run() throws Exception; }
  static ObjectNode administer(Call call) throws Exception {
    try {
      call.run();
      return Json.ok();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ApiException error) return Json.error(Errors.forException(error).name());
      throw failed;
    }
  }
  private void alter(ConfigResource resource, Collection<AlterConfigOp> changes) throws Exception {
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
  }
  private static List<AlterConfigOp> changes(JsonNode op) {
    return Json.strings(op, "config").entrySet().stream().map(one -> new AlterConfigOp(new ConfigEntry(one.getKey(), one.getValue()), AlterConfigOp.OpType.SET)).toList();
  }

  JsonNode settings(JsonNode op) throws Exception {
    changed.addAll(Json.strings(op, "config").keySet());
    return changed.isEmpty() ? Json.ok() : administer(() -> alter(new ConfigResource(ConfigResource.Type.BROKER, ""), changes(op)));
  }
  JsonNode groupConfig(JsonNode op) throws Exception {
    return administer(() -> alter(new ConfigResource(ConfigResource.Type.GROUP, op.get("group").asText()), changes(op)));
  }
  JsonNode topic(JsonNode op) throws Exception {
    String name = op.get("topic").asText();
    NewTopic topic;
    if (op.has("replicas")) {
      Map<Integer, List<Integer>> replicas = new HashMap<>();
      for (int i = 0; i < op.get("replicas").size(); i++) replicas.put(i, Json.numbers(op.get("replicas").get(i)));
      topic = new NewTopic(name, replicas);
    } else topic = new NewTopic(name, Json.number(op, "partitions", 1), (short) Json.number(op, "replicationFactor", 1));
    topic.configs(Json.strings(op, "config"));
    ObjectNode outcome = administer(() -> admin.createTopics(List.of(topic)).all().get());
    if (outcome.has("ok")) wires.awaitTopic(name, Math.max(1, op.has("replicas") ? op.get("replicas").size() : Json.number(op, "partitions", 1)));
    return outcome;
  }
  JsonNode addPartitions(JsonNode op) throws Exception {
    return administer(() -> admin.createPartitions(Map.ofEntries(entry(op.get("topic").asText(), NewPartitions.increaseTo(op.get("partitions").asInt())))).all().get());
  }
  JsonNode partitions(JsonNode op) throws Exception { return Json.object().put("partitions", wires.topic(op.get("topic").asText()).partitions().size()); }
  JsonNode quota(JsonNode op) throws Exception {
    wires.clientId = op.get("client").asText();
    ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, wires.clientId));
    List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
    for (String name : List.of("producer_byte_rate", "consumer_byte_rate")) if (op.hasNonNull(name)) changes.add(new ClientQuotaAlteration.Op(name, op.get(name).asDouble()));
    return administer(() -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, changes))).all().get());
  }
  JsonNode describe(JsonNode op) throws Exception {
    var found = wires.partition(op.get("topic").asText(), Json.number(op, "partition", 0));
    ObjectNode shown = Json.object().put("leader", found.leaderId());
    shown.set("isr", Json.array(new TreeSet<>(found.isrNodes())));
    List<Integer> eligible = found.eligibleLeaderReplicas();
    if (eligible != null && !eligible.isEmpty()) shown.set("elr", Json.array(new TreeSet<>(eligible)));
    return shown;
  }
  /** The racks in which each partition has its replicas. */
  JsonNode racks(JsonNode op) throws Exception {
    Map<Integer, String> racks = new HashMap<>();
    for (Node node : admin.describeCluster().nodes().get()) racks.put(node.id(), node.rack());
    ArrayNode all = Json.array();
    for (var partition : wires.topic(op.get("topic").asText()).partitions()) {
      ArrayNode some = all.addArray();
      partition.replicaNodes().stream().map(racks::get).sorted().forEach(some::add);
    }
    return Json.object().set("racks", all);
  }
  /** Nodes that the controller counts on. */
  JsonNode registered() throws Exception {
    return Json.array(admin.describeCluster().nodes().get().stream().map(Node::id).sorted().toList());
  }
}
