/** Tells the history what a cluster's events mean for those who read. */
import type { ShareEvent } from './group/share-state.ts';
import type { KafkaEvent } from './protocol.ts';
import type { KafkaRoom } from './room.ts';
import { nameOf } from './site.ts';

export function tell(room: KafkaRoom, event: Exclude<KafkaEvent, { kind: 'response' }>): void {
  const { host, readings } = room;
  switch (event.kind) {
    case 'accepted':
      readings.accepted(event.topic, event.partition, event.offset, event.message, event.transactional);
      break;
    case 'transaction-ended':
      readings.transactionEnded(event.topic, event.partition, event.offsets, event.how, event.by.slice(0, event.by.indexOf(' ')));
      break;
    case 'truncated': {
      const because = event.because === 'unclean_election' ? 'kafka.unclean_election' : 'kafka.not_replicated';
      readings.gone(event.topic, event.partition, event.accepted, 'lost', because);
      readings.truncated(event.topic, event.partition, event.end);
      break;
    }
    case 'deleted':
      readings.gone(event.topic, event.partition, { before: event.before }, 'expired', 'kafka.retention');
      break;
    case 'compacted':
      readings.gone(event.topic, event.partition, event.offsets, 'dropped', 'kafka.compacted');
      break;
    case 'elected':
      host.record('elected', { place: room.site.nodeOf(event.topic), actor: `${room.id}/node-${event.leader + 1}`, reason: event.clean ? 'kafka.elected' : 'kafka.unclean_election', detail: event.partition });
      break;
    case 'isr':
      host.record('throttled', { place: room.site.nodeOf(event.topic), reason: event.shrunk ? 'kafka.isr_shrunk' : 'kafka.isr_expanded', detail: event.partition, attempt: event.isr.length });
      break;
    case 'broker':
      host.record(event.up ? 'restarted' : 'crashed', { place: room.id, actor: `${room.id}/node-${event.broker + 1}`, reason: 'kafka.broker_down' });
      break;
    case 'rebalance':
      for (const place of placesOf(room, event.group)) host.record(event.begins ? 'rebalancing' : 'rebalanced', { place, reason: 'kafka.rebalance', detail: event.generation });
      break;
    case 'member':
      for (const place of placesOf(room, event.group, event.client)) host.record(event.joined ? 'joined' : 'left', { place, actor: event.client, detail: 1, reason: event.joined ? 'kafka.joined' : event.because });
      break;
    case 'offsets-committed':
      for (const { topic, partition, offset } of event.offsets) readings.committed(event.group, topic, partition, offset, event.how);
      break;
    case 'throttled':
      host.record('throttled', { place: room.id, actor: event.client, reason: `kafka.${event.quota}`, detail: event.pause });
      break;
    case 'commit-refused':
      for (const place of placesOf(room, event.group, event.client)) host.record('refused', { place, actor: event.client, reason: event.error === 'UNKNOWN_TOPIC_OR_PARTITION' ? `kafka.${event.error}` : 'kafka.CommitFailedException' });
      break;
    case 'acquired':
      readings.delivered(event.group, event.topic, event.partition, event.offset, event.message, event.client);
      break;
    case 'share':
      tellShare(room, event);
      break;
    case 'share-start':
      readings.position(event.group, event.topic, event.partition, event.offset, 'kafka.read_again_from_commit', event.latest ? 'kafka.share_auto_offset_reset_latest' : 'kafka.skipped', (o) => room.messageAt(event.topic, event.partition, o));
      break;
    case 'share-moved':
      readings.movedOn(event.group, event.topic, event.partition, event.offset);
      break;
    case 'replicated':
  }
}
const RELEASED = { released: 'kafka.released', 'lock-timeout': 'kafka.lock_timeout', 'session-closed': 'kafka.share_session_closed', 'leader-changed': 'kafka.share_leader_changed' } as const;
const ARCHIVED = { rejected: 'kafka.rejected', 'delivery-limit': 'kafka.delivery_limit', gap: 'kafka.compacted', 'log-start': 'kafka.retention' } as const;
/** The leader of a share-partition says what became of a record. */
function tellShare(room: KafkaRoom, { group, topic, partition, event }: Extract<KafkaEvent, { kind: 'share' }>): void {
  const { readings } = room;
  const { offset } = event;
  if (event.kind === 'acknowledged') return readings.acknowledged(group, topic, partition, offset);
  // Taken back without its reader's doing: who works on it does not know.
  if (event.because !== 'released' && event.because !== 'rejected') for (const consumer of room.consumers.values()) if (consumer.group === group && consumer.topic === topic) consumer.share.takenBack(partition, offset, reasonOf(event));
  if (event.kind === 'available') readings.releasedOne(group, topic, partition, offset, reasonOf(event));
  else readings.givenUp(group, topic, partition, offset, -1, 'dropped', reasonOf(event));
}
const reasonOf = (event: Exclude<ShareEvent, { kind: 'acknowledged' }>): string => (event.kind === 'available' ? RELEASED[event.because] : ARCHIVED[event.because]);
/** Where a group reads; of one client, where that client does: also of an instance that is gone. */
function placesOf(room: KafkaRoom, group: string, client?: string): string[] {
  const owner = client?.replace(/\/\d+$/, '');
  const topics = new Set<string>();
  for (const { from, to, config } of room.topology.links) {
    if (String(config?.['group.id'] ?? '') !== group || (owner !== undefined && to !== owner)) continue;
    const node = room.topology.nodes.find((n) => n.id === from && n.kind === 'kafka.topic');
    if (node) topics.add(nameOf(node));
  }
  return [...topics].sort().map((topic) => room.readings.placeOf(topic, group));
}
