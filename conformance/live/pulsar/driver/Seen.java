import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/** What came without being asked for, since it was last told. */
final class Seen {
  private ObjectNode deliveries = Json.object();
  private ArrayNode errors = Json.array();
  private final TreeSet<String> closed = new TreeSet<>();
  private final TreeSet<String> granted = new TreeSet<>();
  private final TreeSet<String> unblocked = new TreeSet<>();

  synchronized void delivered(String consumer, JsonNode message) { deliveries.withArray(consumer).add(message); }
  synchronized void failed(String error) { errors.add(error); }
  synchronized void closed(String who) { closed.add(who); }
  synchronized void granted(String producer) { granted.add(producer); }
  synchronized void unblocked(String call) { unblocked.add(call); }
  synchronized ObjectNode tell() {
    ObjectNode told = Json.object();
    if (!deliveries.isEmpty()) told.set("deliveries", deliveries);
    if (!errors.isEmpty()) told.set("errors", errors);
    if (!closed.isEmpty()) closed.forEach(told.withArray("closed")::add);
    if (!granted.isEmpty()) granted.forEach(told.withArray("granted")::add);
    if (!unblocked.isEmpty()) unblocked.forEach(told.withArray("unblocked")::add);
    deliveries = Json.object();
    errors = Json.array();
    closed.clear();
    granted.clear();
    unblocked.clear();
    return told;
  }
}
