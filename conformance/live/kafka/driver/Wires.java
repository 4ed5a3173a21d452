import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Connections to the nodes, by name, and who leads what. Node n listens on the n-th port. */
final class Wires {
  private final int[] ports;
  private final Map<String, Wire> wires = new ConcurrentHashMap<>();
  private final AtomicInteger correlations = new AtomicInteger();
  /** Nodes that answer. */
  private volatile List<Integer> alive;
  /** A quota is that of a client-id. */
  volatile String clientId = "tailrace";

  Wires(int[] ports) {
    this.ports = ports;
    reset();
  }
  int nodes() { return ports.length; }
  void alive(List<Integer> nodes) { alive = nodes; }
  /** Its process has ended: what waited there is broken off. */
  void gone(int node) {
    wires.entrySet().removeIf(one -> {
      if (!one.getKey().endsWith("@" + node)) return false;
      one.getValue().close();
      return true;
    });
  }
  String bootstrap() { return alive.stream().map(node -> "127.0.0.1:" + ports[node]).collect(Collectors.joining(",")); }
  void reset() {
    for (Wire one : wires.values()) one.close();
    wires.clear();
    clientId = "tailrace";
    alive = java.util.stream.IntStream.range(0, ports.length).boxed().toList();
  }

  /** One connection of the broker's protocol: a request, its response. */
  final class Wire {
    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private Wire(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setTcpNoDelay(true);
      out = new DataOutputStream(socket.getOutputStream());
      in = new DataInputStream(socket.getInputStream());
    }
    private RequestHeader write(AbstractRequest request) throws IOException {
      RequestHeader header = new RequestHeader(request.apiKey(), request.version(), clientId, correlations.incrementAndGet());
      ByteBuffer bytes = request.serializeWithHeader(header);
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      out.writeInt(array.length);
      out.write(array);
      out.flush();
      return header;
    }
    synchronized AbstractResponse send(AbstractRequest request) throws IOException {
      RequestHeader header = write(request);
      byte[] back = new byte[in.readInt()];
      in.readFully(back);
      return AbstractResponse.parseResponse(ByteBuffer.wrap(back), header);
    }
    /** What comes back within so many ms of a request that wants no answer: "nothing", "an answer" or "the end" of the connection. */
    synchronized String sendAndListen(AbstractRequest request, int ms) throws IOException {
      write(request);
      socket.setSoTimeout(ms);
      try {
        return in.read() < 0 ? "the end" : "an answer";
      } catch (SocketTimeoutException silence) {
        return "nothing";
      }
    }
    void close() {
      try {
        socket.close();
      } catch (IOException gone) {
        // It was closed already.
      }
    }
  }
  Wire fresh(int node) throws IOException { return new Wire(ports[node]); }
  Wire wire(String name, int node) throws IOException {
    String key = name + "@" + node;
    Wire known = wires.get(key);
    if (known == null) wires.put(key, known = new Wire(ports[node]));
    return known;
  }
  AbstractResponse send(String name, int node, AbstractRequest request) throws IOException {
    try {
      return wire(name, node).send(request);
    } catch (IOException broken) {
      wires.remove(name + "@" + node);
      throw broken;
    }
  }
  static short version(ApiKeys key, int most) { return (short) Math.min(key.latestVersion(), most); }

  /** As the first node that answers knows it. */
  DescribeTopicPartitionsResponseTopic topic(String name) throws IOException { return topicAt(alive.get(0), name); }
  /** Until every node that answers knows the topic. */
  void awaitTopic(String name, int partitions) throws Exception {
    for (int node : alive) while (topicAt(node, name).partitions().size() < partitions) Thread.sleep(20);
  }
  private DescribeTopicPartitionsResponseTopic topicAt(int node, String name) throws IOException {
    var data = new DescribeTopicPartitionsRequestData().setTopics(List.of(new DescribeTopicPartitionsRequestData.TopicRequest().setName(name)));
    var response = (DescribeTopicPartitionsResponse) send("metadata", node, new DescribeTopicPartitionsRequest.Builder(data).build((short) 0));
    return response.data().topics().iterator().next();
  }
  Uuid topicId(String name) throws IOException { return topic(name).topicId(); }
  DescribeTopicPartitionsResponsePartition partition(String topic, int partition) throws IOException {
    return topic(topic).partitions().stream().filter(one -> one.partitionIndex() == partition).findFirst().orElse(null);
  }
  /** A single node leads everything. @return -1 when there is no leader */
  int leader(String topic, int partition) throws IOException {
    if (ports.length == 1) return 0;
    var found = partition(topic, partition);
    return found == null ? alive.get(0) : found.leaderId();
  }
  /** The internal topics have one partition each, which its coordinator leads. */
  private int coordinator(String internalTopic) throws IOException {
    int node = leader(internalTopic, 0);
    if (node < 0) throw new CoordinatorNotAvailableException(internalTopic + " has no leader");
    return node;
  }
  int groups() throws IOException { return coordinator("__consumer_offsets"); }
  int transactions() throws IOException { return coordinator("__transaction_state"); }
  int any() { return alive.get(0); }

  static boolean loading(Errors error) { return error == Errors.COORDINATOR_LOAD_IN_PROGRESS || error == Errors.NOT_COORDINATOR || error == Errors.COORDINATOR_NOT_AVAILABLE; }
}
