import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pulsar.common.api.proto.MessageIdData;
import org.apache.pulsar.common.util.collections.BitSetRecyclable;

/** Where the messages of a topic are, by their bodies. */
final class Places {
  record Place(long ledger, long entry, int index, int size) {
    MessageIdData id() { return new MessageIdData().setLedgerId(ledger).setEntryId(entry); }
  }
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  void stored(List<String> bodies, MessageIdData id) {
    if (id.getEntryId() == -1L) return;
    for (int i = 0; i < bodies.size(); i++) stored(bodies.get(i), id.getLedgerId(), id.getEntryId(), i, bodies.size());
  }
  void stored(String body, long ledger, long entry, int index, int size) { places.put(body, new Place(ledger, entry, index, size)); }
  Place of(String body) {
    Place place = places.get(body);
    if (place == null) throw new IllegalStateException("nobody knows where " + body + " is");
    return place;
  }
  /** All messages of the entry but these. */
  static BitSetRecyclable allBut(Place place) {
    BitSetRecyclable set = BitSetRecyclable.create();
    set.set(0, place.size());
    set.clear(place.index());
    return set;
  }
}
