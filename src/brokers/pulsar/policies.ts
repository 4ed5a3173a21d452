/** What the brokers look after from time to time. https://pulsar.apache.org/docs/4.0.x/cookbooks-retention-expiry/ */
import { deleteEntry, settle } from './acknowledging.ts';
import type { Core } from './core.ts';
import type { Gone } from './events.ts';
import type { Partition } from './partition.ts';
import { quotaExceeded, tooBig, tooOld } from './producing.ts';
import type { Subscription } from './subscription.ts';

/** Of the limit, what is left after an eviction. */
const EVICTION_FACTOR = 0.9;

/** Deletes the oldest entries of a subscription as long as `more` says so. */
function drop(core: Core, p: Partition, s: Subscription, why: Gone, more: (position: number) => boolean): void {
  let any = false;
  for (let position = s.cursor.markDelete; position < p.log.end && more(position); position++) {
    if (s.cursor.isDeleted(position)) continue;
    core.emit({ kind: 'gone', partition: p.name, subscription: s.name, position, why });
    deleteEntry(core, p, s, position, false);
    any = true;
  }
  if (any) settle(core, p, s);
}
/** Time to live: what is older is acknowledged on behalf of the consumers. There is no dead letter for it. */
export function expire(core: Core, p: Partition): void {
  const { ttl } = core.options;
  if (ttl === 0) return;
  for (const s of p.subscriptions.values()) drop(core, p, s, 'ttl', (position) => core.now() - (p.log.at(position)?.publishTime ?? 0) >= ttl);
}
/** Backlog quotas are looked at now and then only: until then a topic may have more. */
export function checkQuota(core: Core, p: Partition): void {
  if (core.options.backlogPolicy !== 'consumer_backlog_eviction') {
    const refusal = quotaExceeded(core, p);
    if (refusal === null) return;
    p.exclusive = null;
    for (const { session } of p.producers.splice(0)) core.emit({ kind: 'closed', partition: p.name, session, why: refusal.name });
    return;
  }
  if (tooBig(core, p)) evictBySize(core, p);
  else if (tooOld(core, p)) evictByAge(core, p);
}
/** The slowest subscription skips so many entries as its share of the excess is, and whichever is the slowest then, but none twice in a row. */
function evictBySize(core: Core, p: Partition): void {
  const target = Math.floor(core.options.backlogBytes * EVICTION_FACTOR);
  let last: Subscription | undefined;
  for (let size = p.backlogBytes; size > target; size = p.backlogBytes) {
    const { slowest } = p;
    if (slowest === undefined || slowest === last) return;
    const skip = Math.floor(((size - target) * slowest.entriesBehind(p.log.end)) / size);
    if (skip === 0) return;
    const to = slowest.cursor.markDelete + skip;
    drop(core, p, slowest, 'evicted', (position) => position < to);
    last = slowest;
  }
}
/** Whole closed ledgers go, or, where age is to be precise, what is older than nine tenths of the limit. */
function evictByAge(core: Core, p: Partition): void {
  const { backlogTime, preciseBacklogTime } = core.options;
  if (preciseBacklogTime) {
    const limit = Math.floor((backlogTime / 1e6) * EVICTION_FACTOR) * 1e6;
    for (const s of p.subscriptions.values()) drop(core, p, s, 'evicted', (position) => core.now() - (p.log.at(position)?.publishTime ?? 0) > limit);
    return;
  }
  for (let { slowest } = p; slowest !== undefined && tooOld(core, p); { slowest } = p) {
    const end = p.log.closedAround(slowest.cursor.markDelete)?.end ?? 0;
    drop(core, p, slowest, 'evicted', (position) => position < end);
  }
}
/** All that a subscription has not acknowledged is skipped. */
export function clearBacklog(core: Core, p: Partition, s: Subscription, why: Gone): void {
  drop(core, p, s, why, () => true);
}
/** Producers that have been silent are forgotten: what they send again later is new. */
export function forgetProducers(core: Core, p: Partition): void {
  for (const [name, [, at]] of p.sequences) {
    if (core.now() - at >= core.options.deduplicationInactivity && !p.producers.some((one) => one.name === name)) p.sequences.delete(name);
  }
}
