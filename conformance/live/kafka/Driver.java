import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Does the operations of conformance/FORMAT.md ("Kafka") on a real broker: one JSON object per line in, one out, with the same id.
 * What the client library would retry by itself is sent as one bare request, so that the broker's own answer is seen; records are
 * read with the library's consumer. Each operation has a thread of its own: a join may wait for other members.
 */
public class Driver {
  static final ObjectMapper JSON = new ObjectMapper();

  static final class Producer { String transactionalId; long id; short epoch; final Map<String, Integer> sequences = new ConcurrentHashMap<>(); }
  static final class Member { String name; String group; String id = ""; int generation = -1; String instanceId; String protocol = ""; }

  final String host;
  final int port;
  final Admin admin;
  final Map<String, Producer> producers = new ConcurrentHashMap<>();
  final Map<String, Member> members = new ConcurrentHashMap<>();
  final Map<String, Wire> wires = new ConcurrentHashMap<>();
  final AtomicInteger correlations = new AtomicInteger();
  /** A quota is that of a client-id. */
  volatile String clientId = "tailrace";

  Driver(String host, int port) {
    this.host = host;
    this.port = port;
    Properties p = new Properties();
    p.put("bootstrap.servers", host + ":" + port);
    admin = Admin.create(p);
  }

  public static void main(String[] args) throws Exception {
    Driver driver = new Driver("127.0.0.1", Integer.parseInt(args[0]));
    ExecutorService pool = Executors.newCachedThreadPool(task -> { Thread t = new Thread(task); t.setDaemon(true); return t; });
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = JSON.readTree(line);
      pool.submit(() -> {
        ObjectNode answer = JSON.createObjectNode().put("id", request.get("id").asInt());
        try {
          answer.set("result", driver.run(request));
        } catch (Exception error) {
          answer.put("failed", String.valueOf(error));
        }
        synchronized (System.out) { System.out.println(answer); System.out.flush(); }
      });
    }
    System.exit(0);
  }

  /** One connection of the broker's protocol: a request, its response. */
  final class Wire {
    final Socket socket;
    final DataOutputStream out;
    final DataInputStream in;
    Wire(String host, int port) throws IOException {
      socket = new Socket(host, port);
      socket.setTcpNoDelay(true);
      out = new DataOutputStream(socket.getOutputStream());
      in = new DataInputStream(socket.getInputStream());
    }
    synchronized AbstractResponse send(AbstractRequest request, boolean answered) throws IOException {
      RequestHeader header = new RequestHeader(request.apiKey(), request.version(), clientId, correlations.incrementAndGet());
      ByteBuffer bytes = request.serializeWithHeader(header);
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      out.writeInt(array.length);
      out.write(array);
      out.flush();
      if (!answered) return null;
      byte[] back = new byte[in.readInt()];
      in.readFully(back);
      return AbstractResponse.parseResponse(ByteBuffer.wrap(back), header);
    }
  }
  Wire wire(String name) throws IOException {
    Wire known = wires.get(name);
    if (known == null) wires.put(name, known = new Wire(host, port));
    return known;
  }
  static short version(ApiKeys key, int most) { return (short) Math.min(key.latestVersion(), most); }
  static String text(JsonNode from, String name, String otherwise) { return from.hasNonNull(name) ? from.get(name).asText() : otherwise; }
  static int number(JsonNode from, String name, int otherwise) { return from.hasNonNull(name) ? from.get(name).asInt() : otherwise; }
  static ObjectNode object() { return JSON.createObjectNode(); }
  static ObjectNode outcome(Errors error) { return error == Errors.NONE ? object().put("ok", true) : object().put("error", error.name()); }

  JsonNode run(JsonNode op) throws Exception {
    switch (op.get("op").asText()) {
      case "warmUp": return warmUp();
      case "reset": return reset();
      case "topic": return topic(op);
      case "addPartitions": return administer(() -> admin.createPartitions(Map.of(op.get("topic").asText(), NewPartitions.increaseTo(op.get("partitions").asInt()))).all().get());
      case "partitions": return object().put("partitions", admin.describeTopics(List.of(op.get("topic").asText())).allTopicNames().get().get(op.get("topic").asText()).partitions().size());
      case "quota": return quota(op);
      case "initProducer": return initProducer(op);
      case "produce": return produce(op);
      case "endTransaction": return endTransaction(op);
      case "listOffsets": return listOffsets(op);
      case "read": return read(op);
      case "commit": return commit(op);
      case "committed": return committed(op);
      case "join": return join(op);
      case "sync": return sync(op);
      case "heartbeat": return heartbeat(op);
      case "leave": return leave(op);
      default: throw new IllegalArgumentException("operation " + op.get("op").asText() + " is not known");
    }
  }
  /** Who asks for a coordinator makes the broker create its topic: from then on bare requests are answered. */
  JsonNode warmUp() throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", host + ":" + port);
    p.put("group.id", "warm-up");
    p.put("transactional.id", "warm-up");
    StringSerializer serializer = new StringSerializer();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, serializer, serializer)) { producer.initTransactions(); }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) { consumer.committed(Set.of(new TopicPartition("warm-up", 0)), Duration.ofSeconds(60)); }
    return object();
  }
  JsonNode reset() throws Exception {
    for (Wire one : wires.values()) one.socket.close();
    wires.clear();
    producers.clear();
    members.clear();
    clientId = "tailrace";
    return object();
  }

  // Topics
  interface Call { void run() throws Exception; }
  static ObjectNode administer(Call call) throws Exception {
    try {
      call.run();
      return object().put("ok", true);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ApiException error) return object().put("error", Errors.forException(error).name());
      throw failed;
    }
  }
  JsonNode topic(JsonNode op) throws Exception {
    NewTopic topic = new NewTopic(op.get("topic").asText(), number(op, "partitions", 1), (short) number(op, "replicationFactor", 1));
    if (op.has("config")) topic.configs(JSON.convertValue(op.get("config"), JSON.getTypeFactory().constructMapType(java.util.HashMap.class, String.class, String.class)));
    return administer(() -> admin.createTopics(List.of(topic)).all().get());
  }
  int partitionsOf(String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
  }

  JsonNode quota(JsonNode op) throws Exception {
    clientId = op.get("client").asText();
    ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId));
    List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
    for (String name : List.of("producer_byte_rate", "consumer_byte_rate")) if (op.hasNonNull(name)) changes.add(new ClientQuotaAlteration.Op(name, op.get(name).asDouble()));
    return administer(() -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, changes))).all().get());
  }

  // Producing
  JsonNode initProducer(JsonNode op) throws Exception {
    String name = op.get("producer").asText();
    String transactionalId = text(op, "transactionalId", null);
    InitProducerIdRequestData data = new InitProducerIdRequestData().setTransactionalId(transactionalId).setTransactionTimeoutMs(number(op, "timeoutMs", 60000));
    InitProducerIdResponse response = (InitProducerIdResponse) wire("transactions").send(new InitProducerIdRequest.Builder(data).build(version(ApiKeys.INIT_PRODUCER_ID, 5)), true);
    // A coordinator that is still finishing the transaction before asks to come again.
    for (int i = 0; i < 100 && (response.error() == Errors.CONCURRENT_TRANSACTIONS || response.error() == Errors.NOT_COORDINATOR || response.error() == Errors.COORDINATOR_LOAD_IN_PROGRESS); i++) {
      Thread.sleep(20);
      response = (InitProducerIdResponse) wire("transactions").send(new InitProducerIdRequest.Builder(data).build(version(ApiKeys.INIT_PRODUCER_ID, 5)), true);
    }
    if (response.error() == Errors.NONE) {
      Producer producer = new Producer();
      producer.transactionalId = transactionalId;
      producer.id = response.data().producerId();
      producer.epoch = response.data().producerEpoch();
      producers.put(name, producer);
    }
    return outcome(response.error());
  }
  JsonNode produce(JsonNode op) throws Exception {
    String topic = op.get("topic").asText();
    if (!op.has("keys")) {
      List<String> values = new ArrayList<>();
      if (op.has("values")) op.get("values").forEach(v -> values.add(v.isNull() ? null : v.asText()));
      else values.add(op.get("value").isNull() ? null : op.get("value").asText());
      return produceBatch(op, topic, text(op, "key", null), values);
    }
    ArrayNode placed = JSON.createArrayNode();
    for (JsonNode key : op.get("keys")) placed.add(object().put("key", key.asText()).setAll(produceBatch(op, topic, key.asText(), List.of(key.asText()))));
    return object().set("records", placed);
  }
  ObjectNode produceBatch(JsonNode op, String topic, String key, List<String> values) throws Exception {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    int partition = op.hasNonNull("partition") || key == null ? number(op, "partition", 0) : BuiltInPartitioner.partitionForKey(keyBytes, partitionsOf(topic));
    SimpleRecord[] records = values.stream().map(v -> new SimpleRecord(System.currentTimeMillis(), keyBytes, v == null ? null : v.getBytes(StandardCharsets.UTF_8))).toArray(SimpleRecord[]::new);
    Producer producer = op.has("producer") ? producers.get(op.get("producer").asText()) : null;
    MemoryRecords batch;
    int sequence = 0;
    String place = topic + "-" + partition;
    if (producer == null) batch = MemoryRecords.withRecords(Compression.NONE, records);
    else {
      short epoch = (short) (producer.epoch - number(op, "epochsBack", 0));
      sequence = op.hasNonNull("sequence") ? op.get("sequence").asInt() : producer.sequences.getOrDefault(place, 0);
      batch = producer.transactionalId == null
        ? MemoryRecords.withIdempotentRecords(Compression.NONE, producer.id, epoch, sequence, records)
        : MemoryRecords.withTransactionalRecords(Compression.NONE, producer.id, epoch, sequence, records);
    }
    short acks = (short) number(op, "acks", -1);
    ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(number(op, "timeoutMs", 5000)).setTransactionalId(producer == null ? null : producer.transactionalId);
    ProduceRequestData.TopicProduceData part = new ProduceRequestData.TopicProduceData().setName(topic);
    part.setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setIndex(partition).setRecords(batch)));
    data.topicData().add(part);
    // Version 12 names topics and adds partitions to a transaction by itself.
    // Where nothing is answered the broker closes the connection when something is wrong.
    Wire wire = acks == 0 ? new Wire(host, port) : wire("produce");
    ProduceResponse response = (ProduceResponse) wire.send(new ProduceRequest.Builder((short) 3, (short) 12, data).build((short) 12), acks != 0);
    if (response == null) return object().put("partition", partition);
    var answer = response.data().responses().iterator().next().partitionResponses().get(0);
    if (answer.errorCode() != 0) return outcome(Errors.forCode(answer.errorCode()));
    if (producer != null && !op.hasNonNull("sequence")) producer.sequences.put(place, sequence + records.length);
    ObjectNode shown = object().put("partition", partition).put("offset", answer.baseOffset());
    return text(op, "throttle", "false").equals("true") ? shown.put("throttled", response.throttleTimeMs() > 0) : shown;
  }
  JsonNode endTransaction(JsonNode op) throws Exception {
    Producer producer = producers.get(op.get("producer").asText());
    EndTxnRequestData data = new EndTxnRequestData().setTransactionalId(producer.transactionalId).setProducerId(producer.id).setProducerEpoch(producer.epoch).setCommitted(op.get("commit").asBoolean());
    EndTxnResponse response = (EndTxnResponse) wire("transactions").send(new EndTxnRequest.Builder(data, true).build(version(ApiKeys.END_TXN, 5)), true);
    // Every transaction has an epoch of its own, in which sequence numbers begin anew.
    if (response.error() == Errors.NONE && response.data().producerId() >= 0) {
      producer.id = response.data().producerId();
      producer.epoch = response.data().producerEpoch();
      producer.sequences.clear();
    }
    return outcome(response.error());
  }

  // Reading
  JsonNode listOffsets(JsonNode op) throws Exception {
    TopicPartition at = new TopicPartition(op.get("topic").asText(), number(op, "partition", 0));
    OffsetSpec spec = text(op, "at", "latest").equals("earliest") ? OffsetSpec.earliest() : OffsetSpec.latest();
    IsolationLevel isolation = text(op, "isolation", "read_uncommitted").equals("read_committed") ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
    return object().put("offset", admin.listOffsets(Map.of(at, spec), new ListOffsetsOptions(isolation)).all().get().get(at).offset());
  }
  JsonNode read(JsonNode op) throws Exception {
    String topic = op.get("topic").asText();
    List<TopicPartition> partitions = new ArrayList<>();
    if (op.has("partitions")) op.get("partitions").forEach(p -> partitions.add(new TopicPartition(topic, p.asInt())));
    else partitions.add(new TopicPartition(topic, 0));
    Properties p = new Properties();
    p.put("bootstrap.servers", host + ":" + port);
    p.put("enable.auto.commit", "false");
    p.put("auto.offset.reset", text(op, "reset", "none"));
    p.put("isolation.level", text(op, "isolation", "read_uncommitted"));
    p.put("fetch.max.wait.ms", "50");
    if (op.has("group")) p.put("group.id", op.get("group").asText());
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(partitions);
      if (op.hasNonNull("from")) for (TopicPartition one : partitions) consumer.seek(one, op.get("from").asLong());
      List<ConsumerRecord<String, String>> found = new ArrayList<>();
      try {
        for (TopicPartition one : partitions) consumer.position(one, Duration.ofSeconds(10));
        // Until a few polls in a row bring nothing.
        for (int empty = 0; empty < 4;) {
          int before = found.size();
          consumer.poll(Duration.ofMillis(120)).forEach(found::add);
          empty = found.size() == before ? empty + 1 : 0;
        }
      } catch (org.apache.kafka.clients.consumer.InvalidOffsetException error) {
        return object().put("error", error.getClass().getSimpleName());
      }
      found.sort((a, b) -> a.partition() != b.partition() ? a.partition() - b.partition() : Long.compare(a.offset(), b.offset()));
      ArrayNode records = JSON.createArrayNode();
      for (ConsumerRecord<String, String> r : found) {
        ObjectNode one = object();
        if (op.has("partitions")) one.put("partition", r.partition());
        one.put("offset", r.offset());
        if (r.key() != null) one.put("key", r.key());
        records.add(one.put("value", r.value()));
      }
      ObjectNode seen = object().set("records", records);
      ObjectNode positions = object();
      for (TopicPartition one : partitions) positions.put(String.valueOf(one.partition()), consumer.position(one));
      if (text(op, "commit", "false").equals("true")) consumer.commitSync();
      return seen.set("positions", positions);
    }
  }

  // Groups
  JsonNode commit(JsonNode op) throws Exception {
    Member member = op.has("member") ? members.get(op.get("member").asText()) : new Member();
    OffsetCommitRequestData data = new OffsetCommitRequestData().setGroupId(text(op, "group", member.group)).setMemberId(member.id).setGenerationIdOrMemberEpoch(number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId);
    var partition = new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(number(op, "partition", 0)).setCommittedOffset(op.get("offset").asLong());
    data.setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(op.get("topic").asText()).setPartitions(List.of(partition))));
    for (int i = 0; ; i++) {
      OffsetCommitResponse response = (OffsetCommitResponse) wire("commit").send(OffsetCommitRequest.Builder.forTopicNames(data).build(version(ApiKeys.OFFSET_COMMIT, 9)), true);
      Errors error = Errors.forCode(response.data().topics().get(0).partitions().get(0).errorCode());
      if (i == 100 || !loading(error)) return outcome(error);
      Thread.sleep(50);
    }
  }
  static boolean loading(Errors error) { return error == Errors.COORDINATOR_LOAD_IN_PROGRESS || error == Errors.NOT_COORDINATOR || error == Errors.COORDINATOR_NOT_AVAILABLE; }
  JsonNode committed(JsonNode op) throws Exception {
    List<Integer> partitions = new ArrayList<>();
    if (op.has("partitions")) op.get("partitions").forEach(p -> partitions.add(p.asInt()));
    else partitions.add(0);
    var group = new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(op.get("group").asText()).setMemberEpoch(-1);
    group.setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics().setName(op.get("topic").asText()).setPartitionIndexes(partitions)));
    OffsetFetchRequestData data = new OffsetFetchRequestData().setRequireStable(false).setGroups(List.of(group));
    OffsetFetchResponse response = (OffsetFetchResponse) wire("commit").send(OffsetFetchRequest.Builder.forTopicNames(data, false).build(version(ApiKeys.OFFSET_FETCH, 9)), true);
    ObjectNode offsets = object();
    response.data().groups().get(0).topics().get(0).partitions().forEach(p -> offsets.put(String.valueOf(p.partitionIndex()), p.committedOffset()));
    return object().set("offsets", offsets);
  }
  JsonNode join(JsonNode op) throws Exception {
    String name = op.get("member").asText();
    Member member = members.computeIfAbsent(name, n -> new Member());
    member.name = name;
    member.group = text(op, "group", member.group);
    member.instanceId = text(op, "instanceId", member.instanceId);
    List<String> topics = new ArrayList<>();
    op.get("topics").forEach(t -> topics.add(t.asText()));
    ByteBuffer metadata = ConsumerProtocol.serializeSubscription(new Subscription(topics));
    byte[] bytes = new byte[metadata.remaining()];
    metadata.get(bytes);
    var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    if (op.has("protocols")) op.get("protocols").forEach(p -> protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName(p.asText()).setMetadata(bytes)));
    else protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range").setMetadata(bytes));
    JoinGroupRequestData data = new JoinGroupRequestData().setGroupId(member.group).setMemberId(member.id).setGroupInstanceId(member.instanceId)
      .setSessionTimeoutMs(number(op, "sessionTimeoutMs", 45000)).setRebalanceTimeoutMs(number(op, "rebalanceTimeoutMs", 300000)).setProtocolType("consumer").setProtocols(protocols);
    JoinGroupResponseData answer;
    do {
      answer = ((JoinGroupResponse) wire("member " + name).send(new JoinGroupRequest.Builder(data).build(version(ApiKeys.JOIN_GROUP, 9)), true)).data();
    } while (loading(Errors.forCode(answer.errorCode())));
    Errors error = Errors.forCode(answer.errorCode());
    if (error == Errors.MEMBER_ID_REQUIRED || error == Errors.NONE) member.id = answer.memberId();
    if (error != Errors.NONE) return outcome(error);
    member.generation = answer.generationId();
    member.protocol = answer.protocolName();
    ObjectNode shown = object().put("generation", answer.generationId()).put("protocol", answer.protocolName()).put("leader", nameOf(member.group, answer.leader()));
    if (!answer.members().isEmpty()) {
      List<String> names = new ArrayList<>();
      for (var one : answer.members()) names.add(nameOf(member.group, one.memberId()));
      names.sort(null);
      shown.set("members", JSON.valueToTree(names));
    }
    return shown;
  }
  String nameOf(String group, String id) {
    for (Member one : members.values()) if (group.equals(one.group) && id.equals(one.id)) return one.name;
    return id.isEmpty() ? "" : "(gone)";
  }
  JsonNode sync(JsonNode op) throws Exception {
    Member member = members.get(op.get("member").asText());
    SyncGroupRequestData data = new SyncGroupRequestData().setGroupId(member.group).setMemberId(member.id).setGenerationId(number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId).setProtocolType("consumer").setProtocolName(member.protocol);
    List<SyncGroupRequestData.SyncGroupRequestAssignment> assignments = new ArrayList<>();
    if (op.has("assignments")) for (var entry : op.get("assignments").properties()) {
      List<TopicPartition> partitions = new ArrayList<>();
      entry.getValue().forEach(p -> partitions.add(new TopicPartition(op.get("topic").asText(), p.asInt())));
      ByteBuffer bytes = ConsumerProtocol.serializeAssignment(new Assignment(partitions));
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      assignments.add(new SyncGroupRequestData.SyncGroupRequestAssignment().setMemberId(members.get(entry.getKey()).id).setAssignment(array));
    }
    data.setAssignments(assignments);
    SyncGroupResponse response = (SyncGroupResponse) wire("member " + member.name).send(new SyncGroupRequest.Builder(data).build(version(ApiKeys.SYNC_GROUP, 5)), true);
    if (response.error() != Errors.NONE) return outcome(response.error());
    ArrayNode partitions = JSON.createArrayNode();
    byte[] given = response.data().assignment();
    if (given.length > 0) ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(given)).partitions().forEach(p -> partitions.add(p.partition()));
    return object().set("assignment", partitions);
  }
  JsonNode heartbeat(JsonNode op) throws Exception {
    Member member = members.get(op.get("member").asText());
    HeartbeatRequestData data = new HeartbeatRequestData().setGroupId(member.group).setMemberId(member.id).setGenerationId(number(op, "generation", member.generation)).setGroupInstanceId(member.instanceId);
    return outcome(((HeartbeatResponse) wire("heartbeat").send(new HeartbeatRequest.Builder(data).build(version(ApiKeys.HEARTBEAT, 4)), true)).error());
  }
  JsonNode leave(JsonNode op) throws Exception {
    Member member = members.get(op.get("member").asText());
    var identity = new LeaveGroupRequestData.MemberIdentity().setMemberId(member.id).setGroupInstanceId(member.instanceId);
    LeaveGroupResponse response = (LeaveGroupResponse) wire("heartbeat").send(new LeaveGroupRequest.Builder(member.group, List.of(identity)).build(version(ApiKeys.LEAVE_GROUP, 5)), true);
    return outcome(response.error());
  }
}
