import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pulsar.common.api.proto.BaseCommand;
import org.apache.pulsar.common.protocol.Commands;

/** One connection of the binary protocol: commands out, answers by their request ids, and what the broker says of itself. */
final class Wire {
  /** A command, and what came with it: metadata and payload of a message, else nothing. */
  interface Listener { void heard(BaseCommand command, ByteBuf rest) throws IOException; }

  /** ms */
  private static final int PATIENCE = 20_000;
  private final Socket socket;
  private final OutputStream out;
  private final Listener listener;
  private final Runnable lost;
  private final Map<Long, CompletableFuture<BaseCommand>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();
  private final CompletableFuture<BaseCommand> connected = new CompletableFuture<>();

  /** @param lost when the broker closes it */
  Wire(int port, Listener listener, Runnable lost) throws Exception {
    this.listener = listener;
    this.lost = lost;
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    Thread reader = new Thread(() -> read(in));
    reader.setDaemon(true);
    reader.start();
    send(Commands.newConnect("none", "", "tailrace"));
    connected.get(PATIENCE, TimeUnit.MILLISECONDS);
  }
  long nextRequest() { return requests.incrementAndGet(); }
  synchronized void send(ByteBuf command) throws IOException {
    byte[] bytes = new byte[command.readableBytes()];
    command.readBytes(bytes);
    out.write(bytes);
    out.flush();
  }
  /** Waits for the answer to the command with this request id. */
  BaseCommand ask(long request, ByteBuf command) throws Exception {
    CompletableFuture<BaseCommand> answer = new CompletableFuture<>();
    waiting.put(request, answer);
    send(command);
    return answer.get(PATIENCE, TimeUnit.MILLISECONDS);
  }
  /** The name of the refusal, or null. */
  String refusal(long request, ByteBuf command) throws Exception {
    BaseCommand answer = ask(request, command);
    return answer.getType() == BaseCommand.Type.ERROR ? answer.getError().getError().name() : null;
  }
  void close() {
    try {
      socket.close();
    } catch (IOException gone) {
      // It is closed all the same.
    }
  }

  private void read(DataInputStream in) {
    try {
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        ByteBuf buffer = Unpooled.wrappedBuffer(frame);
        int size = buffer.readInt();
        BaseCommand command = new BaseCommand();
        command.parseFrom(buffer.slice(buffer.readerIndex(), size), size);
        buffer.skipBytes(size);
        heard(command, buffer);
      }
    } catch (IOException gone) {
      for (CompletableFuture<BaseCommand> one : waiting.values()) one.completeExceptionally(gone);
      lost.run();
    }
  }
  private void heard(BaseCommand command, ByteBuf rest) throws IOException {
    switch (command.getType()) {
      case CONNECTED -> connected.complete(command);
      case PING -> send(Commands.newPong());
      case SUCCESS -> answered(command.getSuccess().getRequestId(), command, rest);
      case ERROR -> answered(command.getError().getRequestId(), command, rest);
      case PRODUCER_SUCCESS -> answered(command.getProducerSuccess().getRequestId(), command, rest);
      case LOOKUP_RESPONSE -> answered(command.getLookupTopicResponse().getRequestId(), command, rest);
      case ACK_RESPONSE -> answered(command.getAckResponse().getRequestId(), command, rest);
      default -> listener.heard(command, rest);
    }
  }
  /** What was answered before is told, not answered. */
  private void answered(long request, BaseCommand command, ByteBuf rest) throws IOException {
    CompletableFuture<BaseCommand> answer = waiting.remove(request);
    if (answer == null) listener.heard(command, rest);
    else answer.complete(command);
  }
}
