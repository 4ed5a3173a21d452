import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Members of groups of all three protocols, by the names that a case gives them. */
final class Members {
  static final class Member {
    final String name;
    String group;
    /** Given by the coordinator in the classic protocol, made by the member in the newer ones. */
    String id = "";
    /** Generation, or epoch of the newer protocols. */
    int generation = -1;
    String instanceId;
    String protocol = "";
    /** Of its share session with each node. */
    final Map<Integer, Integer> sessionEpochs = new ConcurrentHashMap<>();
    Member(String name) { this.name = name; }
  }
  private final Map<String, Member> members = new ConcurrentHashMap<>();

  void reset() { members.clear(); }
  /** Known by name, or new. */
  Member of(JsonNode op) {
    Member member = members.computeIfAbsent(op.get("member").asText(), Member::new);
    member.group = Json.text(op, "group", member.group);
    member.instanceId = Json.text(op, "instanceId", member.instanceId);
    return member;
  }
  /** Of a protocol in which a member makes its id itself: it is its name, since assignors go by the order of ids. */
  Member withOwnId(JsonNode op) {
    Member member = of(op);
    member.id = member.name;
    return member;
  }
  /** Nobody has an id before it has joined. */
  String idOf(String name) { return members.containsKey(name) ? members.get(name).id : ""; }
  String nameOf(String group, String id) {
    for (Member one : members.values()) if (group.equals(one.group) && id.equals(one.id)) return one.name;
    return id.isEmpty() ? "" : "(gone)";
  }
}
