/** What is kept for how long, and brought back by a seek: to a time, or to a snapshot. */
import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { Snapshot, Stored, Subscription, Topic } from './model.ts';

const HOUR = 3600e6;
export const WEEK = 7 * 24 * HOUR;

const snapshotsOf = (core: Core, topic: string): Snapshot[] => [...core.snapshots.values()].filter((one) => one.topic === topic && one.expiresAt > core.now);

/** Keeps a message for seeks, if anything asks for that. @returns whether the topic itself keeps it */
export function remember(core: Core, topic: Topic, stored: Stored): boolean {
  prune(core, topic);
  const { retention } = topic.config;
  const wanted = retention !== undefined || topic.subscriptions.some((name) => core.subscriptions.get(name)?.config.retainAcked === true) || (core.snapshots.size > 0 && snapshotsOf(core, topic.config.name).length > 0);
  if (wanted) topic.log.push(stored);
  return retention !== undefined;
}
/** Forgets what no seek can reach any more. */
export function prune(core: Core, topic: Topic): void {
  if (topic.first >= topic.log.length) return;
  let longest = topic.config.retention ?? 0;
  for (const name of topic.subscriptions) {
    const config = core.subscriptions.get(name)?.config;
    if (config?.retainAcked === true) longest = Math.max(longest, config.retention);
  }
  let oldest = core.now - longest;
  if (core.snapshots.size > 0) for (const { from } of snapshotsOf(core, topic.config.name)) oldest = Math.min(oldest, from);
  while (topic.first < topic.log.length && (topic.log[topic.first] as Stored).at < oldest) topic.first++;
  if (topic.first > 1024 && topic.first * 2 > topic.log.length) {
    topic.log = topic.log.slice(topic.first);
    topic.first = 0;
  }
}
/** The oldest that is not done with; passes over what is. */
export function oldestOf(subscription: Subscription): Stored | undefined {
  for (;;) {
    const seq = subscription.byAge.first();
    if (seq === undefined) return undefined;
    const entry = subscription.entries.get(seq);
    if (entry !== undefined) return entry.stored;
    subscription.byAge.shift();
  }
}
/** What a seek of this subscription can bring back: retained by the topic, or by the subscription since it exists. */
export function retained(core: Core, topic: Topic, subscription: Subscription): Stored[] {
  const { retainAcked, retention } = subscription.config;
  const ofTopic = topic.config.retention === undefined ? Infinity : core.now - topic.config.retention;
  const own = retainAcked ? Math.max(subscription.createdAt, core.now - retention) : Infinity;
  return topic.log.slice(topic.first).filter(({ at }) => at >= ofTopic || at >= own);
}
/** A view of what is unacknowledged now; it lives for seven days less the age of the oldest of that. */
export function snapshotOf(core: Core, subscription: Subscription, topic: Topic, name: string): Snapshot | Refusal {
  if (core.snapshots.has(name)) return errors.exists(name);
  const age = core.now - (oldestOf(subscription)?.at ?? core.now);
  const expiresAt = core.now + WEEK - age;
  if (expiresAt - core.now < HOUR) return errors.snapshotTooOld();
  // What it holds must stay reachable although it may be acknowledged soon.
  const unacked = [...subscription.entries.values()].map(({ stored }) => stored).sort((a, b) => a.seq - b.seq);
  const logged = new Set(topic.log.slice(topic.first).map(({ seq }) => seq));
  const missing = unacked.filter(({ seq }) => !logged.has(seq));
  if (missing.length > 0) {
    topic.log = [...topic.log.slice(topic.first), ...missing].sort((a, b) => a.seq - b.seq);
    topic.first = 0;
  }
  return { name, topic: topic.config.name, from: unacked[0]?.at ?? core.now, expiresAt, unacked: unacked.map(({ seq }) => seq), after: topic.next - 1 };
}
