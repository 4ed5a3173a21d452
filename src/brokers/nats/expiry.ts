import { goDuration, us } from './config.ts';
import type { Core } from './core.ts';
import { announce, keep } from './ingest.ts';
import type { Stored, Stream } from './model.ts';
import { NEVER, remove } from './retention.ts';
import { countOf } from './store.ts';

/** Messages that are too old: by max_age of the stream, or by their own Nats-TTL (2.11). */

export function expire(core: Core, stream: Stream): void {
  stream.ageTimer = -1;
  const now = core.now();
  const due = [...old(stream, now)];
  for (const message of due) {
    remove(core, stream, message.seq, message.expiresAt >= 0 && message.expiresAt <= now ? 'ttl' : 'max_age');
    mark(core, stream, message);
  }
  const next = nextDue(stream);
  if (next < NEVER) core.armStream(stream, 'age', next - now);
}
function* old({ store, config }: Stream, now: number): Generator<Stored> {
  const age = us(config.max_age);
  for (const message of store.messages.values()) {
    if (message.expiresAt >= 0 && message.expiresAt <= now) yield message;
    else if (age > 0 && message.at + age <= now && message.expiresAt !== NEVER) yield message;
    // Without lives of their own messages grow old in their order.
    else if (!config.allow_msg_ttl) return;
  }
}
function nextDue({ store, config }: Stream): number {
  const age = us(config.max_age);
  let next = NEVER;
  for (const { at, expiresAt } of store.messages.values()) {
    if (expiresAt >= 0) next = Math.min(next, expiresAt);
    if (age > 0 && expiresAt !== NEVER) next = Math.min(next, at + age);
    if (!config.allow_msg_ttl) break;
  }
  return next;
}
/** subject_delete_marker_ttl: the last message of a subject leaves a marker, so that readers learn of its end. */
function mark(core: Core, stream: Stream, { subject, headers }: Stored): void {
  const { subject_delete_marker_ttl: ttl } = stream.config;
  if (ttl <= 0 || countOf(stream.store, subject) > 0 || headers?.['Nats-Marker-Reason'] !== undefined) return;
  const seconds = Math.floor(ttl / 1_000_000_000);
  const marker = { 'Nats-Marker-Reason': 'MaxAge', 'Nats-TTL': goDuration(seconds * 1_000_000_000), 'Nats-Rollup': 'sub' };
  const stored: Stored = { seq: stream.store.lastSeq + 1, subject, message: -1, size: 0, headers: marker, at: core.now(), expiresAt: core.now() + seconds * 1_000_000 };
  keep(core, stream, stored);
  announce(core, stream, stored);
}
