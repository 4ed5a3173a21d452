import { us } from './config.ts';
import type { Core } from './core.ts';
import { type ApiError, errors } from './errors.ts';
import type { Envelope, Headers, PubAck } from './events.ts';
import type { Consumer, Stored, Stream } from './model.ts';
import { enforceLimits, isRead, NEVER, purge, watchAge } from './retention.ts';
import { route } from './routing.ts';
import { countOf, firstOf, headerBytes, insert, newest, passes, skip, storedBytes } from './store.ts';
import { transformed } from './transform.ts';

/** What a stream does with a message published to one of its subjects. */

/** Headers the server acts on. https://docs.nats.io/nats-concepts/jetstream/headers */
const MSG_ID = 'Nats-Msg-Id';
const EXPECTED_STREAM = 'Nats-Expected-Stream';
const EXPECTED_LAST_SEQ = 'Nats-Expected-Last-Sequence';
const EXPECTED_LAST_SUBJECT_SEQ = 'Nats-Expected-Last-Subject-Sequence';
/** Of which subject, when not that of the message (2.14). */
const EXPECTED_LAST_SUBJECT_SEQ_SUBJECT = 'Nats-Expected-Last-Subject-Sequence-Subject';
const EXPECTED_LAST_MSG_ID = 'Nats-Expected-Last-Msg-Id';
const ROLLUP = 'Nats-Rollup';
const TTL = 'Nats-TTL';
const MAX_HEADER_BYTES = 65_535;

/** A refusal, or `silent` where the server answers nothing. */
type Verdict = ApiError | 'silent' | null;
type Rollup = 'sub' | 'all' | null;
const header = (headers: Headers | null, name: string): string => headers?.[name] ?? '';
/** A number the server cannot read equals nothing. */
const sequence = (text: string): number => (/^\d+$/.test(text) ? Number(text) : -1);

export const msgId = ({ headers = null }: Envelope): string => header(headers, MSG_ID);
/** The stream's answer to who published, where one is asked for. */
export function answerPublish(core: Core, { name, config }: Stream, { reply = '' }: Envelope, ack: Partial<PubAck>): void {
  if (reply !== '' && !config.no_ack) route(core, null, { subject: reply, message: -1, ack: { stream: name, seq: 0, duplicate: false, error: null, ...ack } });
}
/** @returns whether the stream took it: stored it, knew it, or needs nothing of it */
export function ingest(core: Core, stream: Stream, envelope: Envelope): boolean {
  const { config, store } = stream;
  // What a consumer of another stream delivers into this one keeps the subject it was stored under there.
  const arrived = envelope.shown ?? envelope.subject;
  const subject = (config.subject_transform && transformed(config.subject_transform, arrived)) ?? arrived;
  const { message, headers = null, size = 0 } = envelope;
  const answer = (ack: Partial<PubAck>): boolean => {
    answerPublish(core, stream, envelope, ack);
    return (ack.error ?? null) === null;
  };
  const refuse = (error: ApiError): boolean => {
    core.emit({ kind: 'rejected', stream: stream.name, message, error });
    return answer({ error });
  };
  if (config.sealed) return refuse(errors.streamSealed());
  const wanted = header(headers, EXPECTED_STREAM);
  if (wanted !== '' && wanted !== stream.name) return refuse(errors.streamNotMatch());
  const ttl = lifetime(core, headers);
  if (ttl === null) return refuse(errors.messageTtlInvalid());
  if (ttl !== 0 && !config.allow_msg_ttl) return refuse(errors.messageTtlDisabled());
  const id = msgId(envelope);
  const known = stream.ids.get(id);
  const unexpected = expectedSequences(core, stream, subject, headers);
  if (unexpected !== null && sequencesFirst(core, stream)) return refuse(unexpected);
  if (id !== '' && known !== undefined) {
    core.emit({ kind: 'duplicate', stream: stream.name, seq: known.seq, message, id });
    return answer({ seq: known.seq, duplicate: true });
  }
  const verdict = unexpected ?? otherExpectations(core, stream, headers) ?? sizes(stream, headers, size);
  if (verdict !== null) return verdict === 'silent' || refuse(verdict);

  if (config.retention === 'interest' && !isRead(core, stream) && ![...stream.consumers.values()].some((one) => passes(subject, one.told))) {
    const seq = skip(store);
    // It remembered the id and not yet the number.
    remember(core, stream, id, core.version === '2.9.10' ? 0 : seq);
    core.emit({ kind: 'skipped', stream: stream.name, seq, message, subject });
    return answer({ seq });
  }
  const full = noRoom(stream, subject, headers, size);
  if (full !== null) {
    store.published = store.lastSeq;
    return refuse(errors.storeFailed(full));
  }
  const before = newest(store, subject)?.seq ?? 0;
  const stored: Stored = { seq: store.lastSeq + 1, subject, message, size, headers, at: core.now(), expiresAt: ttl === 0 ? -1 : ttl < 0 ? NEVER : core.now() + Math.max(ttl, leastLife(stream)) };
  keep(core, stream, stored);
  remember(core, stream, id, stored.seq);
  const rollup = rollupOf(headers);
  if (rollup !== null) purge(core, stream, rollup === 'sub' ? { filter: subject, keep: 1 } : { keep: 1 }, 'rollup');
  republish(core, stream, stored, before);
  answer({ seq: stored.seq });
  announce(core, stream, stored);
  return true;
}

/** Stores, makes room, and starts the clock of max_age. Used by mirrors and sources too. */
export function keep(core: Core, stream: Stream, stored: Stored): void {
  const { subject, headers, size, seq, message } = stored;
  insert(stream.store, stored, storedBytes(stream.config.storage, subject, headers, size));
  core.emit({ kind: 'stored', stream: stream.name, seq, message, subject, size, later: beginningBehind(stream, seq) });
  enforceLimits(core, stream, subject);
  watchAge(core, stream, stored);
}
/** Consumers whose opt_start_seq is still to come: from 2.14 on they do not begin before it. */
function beginningBehind({ consumers }: Stream, seq: number): readonly string[] {
  let names: readonly string[] = NOBODY;
  for (const { name, sseq } of consumers.values()) if (sseq > seq) names = [...names, name];
  return names;
}
const NOBODY: readonly string[] = [];
/** Consumers are told behind whatever the storing set off, such as the end of a delivery whose message made room. */
export function announce(core: Core, { name }: Stream, { seq, subject }: Stored): void {
  core.later({ does: 'announce', stream: name, seq, subject, hops: 1 });
}
/** Tells the consumers whose filter lets it through. */
export function tell(core: Core, stream: Stream, seq: number, subject: string): void {
  for (const consumer of stream.consumers.values()) if (passes(subject, consumer.told)) notice(core, consumer, seq);
  core.later({ does: 'feed', stream: stream.name });
}
function notice(core: Core, consumer: Consumer, seq: number): void {
  if (seq > consumer.countedThrough) consumer.numPending += 1;
  if (seq < consumer.sseq) return;
  const push = consumer.config.deliver_subject !== '';
  if (push ? consumer.active : consumer.waiting.length > 0) core.signal(consumer);
}

/** Nats-TTL (2.11) in µs: 0 for none, below 0 for ever, null when it is none. Whole seconds, or a duration of at least one. */
function lifetime(core: Core, headers: Headers | null): number | null {
  const text = header(headers, TTL);
  if (text === '' || !core.since('2.14.5')) return 0;
  if (text.toLowerCase() === 'never') return -1;
  if (/^\d+$/.test(text)) return Number(text) * 1_000_000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const seconds = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0);
  return parts.map(([whole]) => whole).join('') === text && seconds >= 1 ? Math.floor(seconds) * 1_000_000 : null;
}
/** With delete markers no message may end before a marker of its subject would. */
const leastLife = ({ config }: Stream): number => (config.max_msgs_per_subject === 1 ? 0 : us(config.subject_delete_marker_ttl));

/** 2.14 compares sequences before it looks for a known id, except where replicas have to agree. */
const sequencesFirst = (core: Core, { id }: Stream): boolean => core.since('2.14.5') && (core.cluster.groups.get(id)?.peers.length ?? 1) < 2;
function expectedSequences(core: Core, { store }: Stream, subject: string, headers: Headers | null): ApiError | null {
  const perSubject = header(headers, EXPECTED_LAST_SUBJECT_SEQ);
  const other = core.since('2.14.5') ? header(headers, EXPECTED_LAST_SUBJECT_SEQ_SUBJECT) : '';
  const last = newest(store, other === '' ? subject : other)?.seq ?? 0;
  if (perSubject !== '' && sequence(perSubject) !== last) return errors.wrongLastSequence(last);
  if (perSubject === '' && other !== '') return errors.missingSubjectSequence();
  const whole = header(headers, EXPECTED_LAST_SEQ);
  return whole !== '' && sequence(whole) !== store.published ? errors.wrongLastSequence(store.published) : null;
}
/** Nats-Expected-Last-Msg-Id and rollups, in the server's order. */
function otherExpectations(core: Core, stream: Stream, headers: Headers | null): Verdict {
  const { config } = stream;
  const id = header(headers, EXPECTED_LAST_MSG_ID);
  if (id !== '' && id !== stream.lastMsgId) return errors.wrongLastMsgId(stream.lastMsgId);
  if (header(headers, ROLLUP) === '') return null;
  if (!config.allow_rollup_hdrs || config.deny_purge) return errors.rollupFailed('rollup not permitted');
  if (rollupOf(headers) !== null) return null;
  return core.since('2.14.5') ? errors.rollupFailed(`rollup value invalid: "${header(headers, ROLLUP).toLowerCase()}"`) : 'silent';
}
function rollupOf(headers: Headers | null): Rollup {
  const value = header(headers, ROLLUP).toLowerCase();
  return value === 'sub' || value === 'all' ? value : null;
}
function sizes({ config }: Stream, headers: Headers | null, size: number): Verdict {
  const block = headerBytes(headers);
  if (config.max_msg_size >= 0 && block + size > config.max_msg_size) return errors.messageExceedsMaximum();
  return block > MAX_HEADER_BYTES ? errors.headerExceedsMaximum() : null;
}

/** discard new: why the message is not taken. One that replaces the oldest of its subject needs no room. */
function noRoom({ config, store }: Stream, subject: string, headers: Headers | null, size: number): string | null {
  if (config.discard !== 'new') return null;
  const limit = config.max_msgs_per_subject;
  const replaces = limit > 0 && countOf(store, subject) >= limit;
  if (replaces && config.discard_new_per_subject) return 'maximum messages per subject exceeded';
  if (config.max_msgs > 0 && store.messages.size >= config.max_msgs && !replaces) return 'maximum messages exceeded';
  const bytes = storedBytes(config.storage, subject, headers, size);
  if (config.max_bytes <= 0 || store.bytes + bytes < config.max_bytes) return null;
  const oldest = replaces ? store.messages.get(firstOf(store, subject)) : undefined;
  const freed = oldest === undefined ? -1 : storedBytes(config.storage, oldest.subject, oldest.headers, oldest.size);
  return freed < bytes ? 'maximum bytes exceeded' : null;
}

/** The id of the last message, and the window in which an id is known. */
function remember(core: Core, stream: Stream, id: string, seq: number): void {
  stream.lastMsgId = id;
  if (id === '') return;
  stream.ids.set(id, { seq, at: core.now() });
  if (stream.idTimer < 0) core.armStream(stream, 'ids', us(stream.config.duplicate_window));
}
const LEAST_ID_CHECK = 50_000;
/** Forgets ids whose window is over. */
export function forgetIds(core: Core, stream: Stream): void {
  const window = us(stream.config.duplicate_window);
  stream.idTimer = -1;
  for (const [id, { at }] of stream.ids) {
    if (core.now() - at < window) {
      core.armStream(stream, 'ids', Math.max(window - (core.now() - at), LEAST_ID_CHECK));
      return;
    }
    stream.ids.delete(id);
  }
}

function republish(core: Core, stream: Stream, { seq, subject, at, message, size, headers }: Stored, before: number): void {
  const { republish: rule } = stream.config;
  const to = rule === null ? null : transformed(rule, subject);
  if (rule === null || to === null || to === '') return;
  const bare = rule.headers_only === true;
  const time = core.since('2.10.27') ? { 'Nats-Time-Stamp': timestamp(at) } : {};
  const added = { 'Nats-Stream': stream.name, 'Nats-Subject': subject, 'Nats-Sequence': String(seq), ...time, 'Nats-Last-Sequence': String(before) };
  route(core, null, { subject: to, message, size: bare ? 0 : size, bodyless: bare, headers: { ...headers, ...added, ...(bare ? { 'Nats-Msg-Size': String(size) } : {}) } });
}
/** µs since the epoch, as RFC 3339 in UTC. */
export function timestamp(at: number): string {
  const seconds = Math.floor(at / 1_000_000);
  const days = Math.floor(seconds / 86_400) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const moved = Math.floor((5 * dayOfYear + 2) / 153);
  const month = moved < 10 ? moved + 3 : moved - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number) => String(n).padStart(2, '0');
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  const rest = String(at % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${year}-${two(month)}-${two(dayOfYear - Math.floor((153 * moved + 2) / 5) + 1)}T${clock}${rest === '' ? '' : `.${rest}`}Z`;
}
