import { createConsumer } from './consumers.ts';
import type { ExternalFilter } from './config.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { ConsumerRequest, Envelope } from './events.ts';
import type { Reading, Stream, Subscription, Sync } from './model.ts';
import { addSubscription, INTERNAL, removeSubscription, route } from './routing.ts';

/**
 * A stream reads a stream of another server: it asks that server's JetStream for a push consumer without acks, listens to what
 * it sends, and asks again from where it was whenever something is missing or nothing is heard.
 * https://github.com/nats-io/nats-server/blob/v2.10.27/server/stream.go
 */

/** µs: no two requests within this time; what each failure adds, and at most; how long an answer is waited for. */
const BETWEEN_REQUESTS = 2_000_000;
const PER_FAILURE = 10_000_000;
const MOST_BACKOFF = 120_000_000;
const ANSWER_WAIT = 30_000_000;
/** µs: how often the server looks whether a consumer is still heard of, which is also how long it may be silent. */
const HEALTH_CHECK = 10_000_000;
/** ns: heartbeats of the consumer, and when it goes because nobody listens. */
const HEARTBEAT = 1_000_000_000;
const INACTIVE = 10_000_000_000;
/** Every request is put off by a tenth of a second and up to another, µs. */
const PUT_OFF = 100_000;

export const newSync = (): Sync => ({ request: -1, phase: 'idle', due: -1, from: 1, dseq: 0, heardAt: -1, askedAt: -1, fails: 0, server: '' });

/** JetStream's own connection: it listens to requests of other servers where there is a domain to reach it by. */
export function openInternal(core: Core): void {
  const client = { name: INTERNAL, options: { echo: true }, subs: new Map<number, Subscription>() };
  core.clients.set(INTERNAL, client);
  if (core.domain !== '') listen(core, `$JS.${core.domain}.API.>`);
}
function listen(core: Core, subject: string): void {
  const client = core.clients.get(INTERNAL);
  if (client === undefined) return;
  const order = core.counters.order++;
  addSubscription(core, client, { client: INTERNAL, sid: order, subject, queue: '', order, count: 0, max: 0 });
}
function listenNoMore(core: Core, subject: string): void {
  const client = core.clients.get(INTERNAL);
  for (const sub of [...(client?.subs.values() ?? [])]) if (client !== undefined && sub.subject === subject) removeSubscription(core, client, sub);
}
/** Under this name a stream is known to servers whose streams it reads. */
const nameAbroad = (core: Core, stream: Stream): string => `${core.name}.${stream.name}`;
const deliverSubject = (core: Core, stream: Stream, { request }: Sync): string => `$JS.S.${nameAbroad(core, stream)}.${request}`;
const replySubject = (core: Core, stream: Stream, { request }: Sync): string => `$JS.R.${nameAbroad(core, stream)}.${request}`;
/** The name abroad that a deliver subject carries; '' where it is no stream's. */
export const readerOf = (subject: string): string => (subject.startsWith('$JS.S.') ? subject.split('.').slice(2, 4).join('.') : '');

/** Asks for a consumer, soon. */
export function beginSync(core: Core, stream: Stream, { sync, next }: Reading): void {
  if (sync === null || sync.phase === 'asked' || sync.due >= 0) return;
  const now = core.now();
  let delay = PUT_OFF + core.pick(100) * 1000;
  if (sync.askedAt >= 0) {
    delay += Math.max(0, BETWEEN_REQUESTS - (now - sync.askedAt));
    delay += Math.min(sync.fails * PER_FAILURE, MOST_BACKOFF);
  }
  sync.due = now + delay;
  sync.from = next;
  watch(core, stream);
}
/** Nobody wants it any more. */
export function endSync(core: Core, stream: Stream, { sync }: Reading): void {
  if (sync !== null) cancel(core, stream, sync);
}
/** The server begins anew: what was asked for is forgotten, how far it has read is not. */
export function restartSyncs(core: Core, stream: Stream): void {
  Object.assign(stream, { syncTimer: -1, healthAt: -1 });
  for (const reading of stream.readings) {
    if (reading.sync === null) continue;
    Object.assign(reading.sync, newSync());
    beginSync(core, stream, reading);
  }
}
/** A leaf connection is there (again): what is not heard of is asked for anew. Since 2.11; before, the next look at its health does it. */
export function leafConnected(core: Core): void {
  if (!core.since('2.14.5')) return;
  for (const stream of core.streams.values()) {
    for (const reading of stream.readings) {
      const { sync } = reading;
      if (sync === null || sync.phase === 'asked' || (sync.phase === 'reading' && core.now() - sync.heardAt <= HEALTH_CHECK)) continue;
      cancel(core, stream, sync);
      sync.fails = 0;
      beginSync(core, stream, reading);
    }
  }
}
function cancel(core: Core, stream: Stream, sync: Sync): void {
  if (sync.request >= 0) for (const subject of [deliverSubject(core, stream, sync), replySubject(core, stream, sync)]) listenNoMore(core, subject);
  sync.phase = 'idle';
  sync.due = -1;
}
/** The earliest of what is due. */
function watch(core: Core, stream: Stream): void {
  const times = [...stream.readings.map(({ sync }) => sync?.due ?? -1), stream.healthAt].filter((at) => at >= 0);
  const due = Math.min(...times);
  if (times.length > 0 && due !== stream.syncTimer) core.armStream(stream, 'sync', due - core.now());
}
/** The timer of a stream's readings. */
export function syncDue(core: Core, stream: Stream): void {
  const now = core.now();
  stream.syncTimer = -1;
  for (const [i, reading] of stream.readings.entries()) {
    const { sync } = reading;
    if (sync === null || sync.due < 0 || sync.due > now) continue;
    sync.due = -1;
    if (sync.phase === 'asked') failed(core, stream, reading);
    else ask(core, stream, reading, i);
  }
  if (stream.healthAt >= 0 && stream.healthAt <= now) {
    stream.healthAt = stream.readings.some(({ sync }) => sync !== null) ? now + HEALTH_CHECK : -1;
    for (const reading of stream.readings) {
      if (reading.sync === null || now - reading.sync.heardAt <= HEALTH_CHECK) continue;
      beginSync(core, stream, reading);
      reading.sync.heardAt = now;
    }
  }
  watch(core, stream);
}
/** The configuration behind a reading: they are kept in one order. */
const sourceOf = ({ config }: Stream, index: number): ExternalFilter | undefined => config.sources[index];

function ask(core: Core, stream: Stream, reading: Reading, index: number): void {
  const { sync } = reading;
  const source = sourceOf(stream, index);
  if (sync === null || source?.external === undefined) return;
  cancel(core, stream, sync);
  Object.assign(sync, { phase: 'asked', request: core.counters.name++, askedAt: core.now(), due: core.now() + ANSWER_WAIT });
  reading.next = sync.from;
  const reply = replySubject(core, stream, sync);
  listen(core, reply);
  const filters = source.filter_subject === undefined || source.filter_subject === '' ? [] : [source.filter_subject];
  const request: ConsumerRequest = { stream: source.name, deliver_subject: deliverSubject(core, stream, sync), opt_start_seq: sync.from, filters };
  route(core, null, { subject: `${source.external.api}.CONSUMER.CREATE.${source.name}`, reply, message: -1, ask: request });
  watch(core, stream);
}
function failed(core: Core, stream: Stream, reading: Reading): void {
  const { sync } = reading;
  if (sync === null) return;
  sync.fails++;
  cancel(core, stream, sync);
  beginSync(core, stream, reading);
}

/** Something came for JetStream itself. @param store what takes a message into a stream; false: it was not taken */
export function hear(core: Core, envelope: Envelope, store: (stream: Stream, source: ExternalFilter, envelope: Envelope) => boolean): void {
  const { subject } = envelope;
  if (envelope.ask !== undefined) return answer(core, envelope.ask, envelope.reply ?? '');
  const [, kind, , name = '', request] = subject.split('.');
  const stream = core.streams.get(name);
  const index = stream?.readings.findIndex(({ sync }) => sync !== null && sync.request === Number(request)) ?? -1;
  const reading = stream?.readings[index];
  if (stream === undefined || reading === undefined) return;
  if (kind === 'R') answered(core, stream, reading, envelope);
  else if (kind === 'S') delivered(core, stream, reading, index, envelope, store);
}
/** Another server's stream asks for a consumer. What keeps consumers of clients out of a workqueue does not hold for it. */
function answer(core: Core, { stream: name, deliver_subject, opt_start_seq, filters }: ConsumerRequest, reply: string): void {
  const stream = core.streams.get(name);
  const filter = filters.length === 0 ? {} : { filter_subject: filters[0] ?? '' };
  const made = stream === undefined ? null : createConsumer(core, stream, { deliver_subject, ack_policy: 'none', max_deliver: 1, idle_heartbeat: HEARTBEAT, inactive_threshold: INACTIVE, ...(opt_start_seq > 1 ? { deliver_policy: 'by_start_sequence', opt_start_seq } : {}), ...filter }, 'create', true);
  const error = made === null ? errors.streamNotFound() : 'refused' in made ? made : null;
  route(core, null, { subject: reply, message: -1, told: { server: core.name, error } });
}
function answered(core: Core, stream: Stream, reading: Reading, { told }: Envelope): void {
  const { sync } = reading;
  if (sync === null || told === undefined || sync.phase !== 'asked') return;
  listenNoMore(core, replySubject(core, stream, sync));
  if (told.error !== null) return failed(core, stream, reading);
  Object.assign(sync, { phase: 'reading', due: -1, dseq: 0, heardAt: core.now(), fails: 0, server: told.server });
  if (stream.healthAt < 0) stream.healthAt = core.now() + HEALTH_CHECK;
  listen(core, deliverSubject(core, stream, sync));
  watch(core, stream);
}
function delivered(core: Core, stream: Stream, reading: Reading, index: number, envelope: Envelope, store: (stream: Stream, source: ExternalFilter, envelope: Envelope) => boolean): void {
  const { sync } = reading;
  const source = sourceOf(stream, index);
  if (sync === null || sync.phase !== 'reading' || source === undefined) return;
  sync.heardAt = core.now();
  const { info } = envelope;
  if (info === undefined) {
    const last = Number(envelope.headers?.['Nats-Last-Consumer'] ?? 0);
    if (last > 0 && last !== sync.dseq) beginSync(core, stream, reading);
    return;
  }
  if (info.consumerSeq <= sync.dseq) return;
  if (info.consumerSeq > sync.dseq + 1) return beginSync(core, stream, reading);
  sync.dseq++;
  if (!store(stream, source, envelope)) return beginSync(core, stream, reading);
  reading.next = info.streamSeq + 1;
  core.emit({ kind: 'sourced', stream: stream.name, from: source.name, server: sync.server, by: nameAbroad(core, stream), seq: info.streamSeq, message: envelope.message });
}
