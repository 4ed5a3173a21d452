/** A seek changes what is acknowledged, for many messages at once. https://docs.cloud.google.com/pubsub/docs/replay-overview */
import { Deque } from '../../base/deque.ts';
import type { Refusal } from '../contract.ts';
import { add } from './backlog.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import { matches } from './filter.ts';
import { forget, rewindKey, settleKey } from './leases.ts';
import type { Snapshot, Stored, Subscription, Topic } from './model.ts';
import { prune, retained } from './retention.ts';

export type Target = { readonly time: number } | { readonly snapshot: string };

export function seek(core: Core, subscription: Subscription, topic: Topic, target: Target): Refusal | { readonly replayed: number; readonly dropped: number } {
  prune(core, topic);
  if ('time' in target) return apply(core, subscription, retained(core, topic, subscription), ({ at }) => at >= target.time);
  const snapshot = core.snapshots.get(target.snapshot);
  if (snapshot === undefined || snapshot.expiresAt <= core.now) return errors.noSnapshot(target.snapshot);
  if (snapshot.topic !== topic.config.name) return errors.otherTopic();
  return apply(core, subscription, topic.log.slice(topic.first), unackedIn(snapshot));
}
function unackedIn({ unacked, after }: Snapshot): (stored: Stored) => boolean {
  const open = new Set(unacked);
  return ({ seq }) => seq > after || open.has(seq);
}
/** Everything else counts as acknowledged; what is to be unacknowledged and is not there any more comes back from what is retained. */
function apply(core: Core, subscription: Subscription, from: readonly Stored[], isOpen: (stored: Stored) => boolean): { readonly replayed: number; readonly dropped: number } {
  const { name } = subscription.config;
  let dropped = 0;
  for (const entry of [...subscription.entries.values()].sort((a, b) => a.stored.seq - b.stored.seq)) {
    if (isOpen(entry.stored)) continue;
    core.tell({ kind: 'dropped', subscription: name, seq: entry.stored.seq, why: 'seek' });
    forget(core, subscription, entry);
    dropped++;
  }
  const back = from.filter((stored) => isOpen(stored) && !subscription.entries.has(stored.seq) && matches(subscription.filter, stored.attributes));
  for (const stored of back) {
    core.tell({ kind: 'replayed', subscription: name, stored });
    add(core, subscription, stored);
  }
  reorder(core, subscription, new Set(back.map(({ seq }) => seq)));
  return { replayed: back.length, dropped };
}
/** Keys begin again at the first message that came back, or that was acknowledged and is no more. */
function reorder(core: Core, subscription: Subscription, back: ReadonlySet<number>): void {
  subscription.byAge = new Deque([...subscription.entries.keys()].sort((a, b) => a - b));
  for (const name of [...subscription.keys.keys()].sort()) {
    const key = subscription.keys.get(name);
    if (key === undefined) continue;
    const delivered = new Set(key.seqs.slice(key.head, key.next));
    key.seqs = [...new Set(key.seqs.slice(key.head))].filter((seq) => subscription.entries.has(seq)).sort((a, b) => a - b);
    key.head = 0;
    key.next = key.seqs.filter((seq) => delivered.has(seq)).length;
    const first = key.seqs.find((seq) => back.has(seq) || subscription.entries.get(seq)?.state === 'acked');
    if (first !== undefined) {
      // Places before the first that is out again: what was delivered beyond it comes again.
      key.next = key.seqs.length;
      rewindKey(core, subscription, key, first, 'seek');
    }
    settleKey(core, subscription, key);
  }
  core.touch(subscription);
}
