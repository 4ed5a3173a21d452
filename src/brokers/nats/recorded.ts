import type { ConsumerArgs, StreamArgs } from './config.ts';
import type { ApiError } from './errors.ts';
import type { Handed, PubAck } from './events.ts';

/** The shapes of conformance/FORMAT.md for NATS and JetStream, and the way to and from the server's. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
export type Operation = { readonly op: string; readonly [argument: string]: Json };
export interface Example {
  readonly record?: readonly string[];
  readonly omit?: readonly string[];
  readonly server?: JsonObject;
  readonly servers?: Readonly<Record<string, JsonObject>>;
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
export const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const number = (value: Json | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
export const object = (value: Json | undefined): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** Durations carry _ms and become nanoseconds; everything else is as in the API. */
export function native(config: Json): Json {
  if (Array.isArray(config)) return config.map(native);
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (!name.endsWith('_ms')) return [name, native(value)];
      const ns = (one: Json) => number(one) * 1_000_000;
      return [name.slice(0, -3), Array.isArray(value) ? value.map(ns) : ns(value)];
    }),
  );
}
export const streamArgs = (config: Json | undefined): StreamArgs => ({ storage: 'memory', ...(native(config ?? {}) as object) }) as StreamArgs;
export const consumerArgs = (config: Json | undefined): ConsumerArgs => ({ ack_policy: 'explicit', ...(native(config ?? {}) as object) }) as ConsumerArgs;

export const errorOf = ({ code, err_code, text: description }: ApiError): JsonObject => ({ error: { code, err_code, description } });
/** Fields that the API always shows; of the others it leaves out what is empty, zero or false. */
const ALWAYS = new Set([
  'name',
  'retention',
  'max_consumers',
  'max_msgs',
  'max_bytes',
  'max_age',
  'max_msgs_per_subject',
  'discard',
  'storage',
  'num_replicas',
  'compression',
  'allow_direct',
  'mirror_direct',
  'sealed',
  'deny_delete',
  'deny_purge',
  'allow_rollup_hdrs',
  'consumer_limits',
  'deliver_policy',
  'ack_policy',
  'replay_policy',
]);
/** The fields asked for, as stored. */
export function reported(fields: Json | undefined, config: object): JsonObject {
  const values = list(fields).map((field): [string, unknown] => [text(field), Reflect.get(config, text(field))]);
  const empty = (value: unknown) => value === undefined || value === null || value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(values.filter(([field, value]) => ALWAYS.has(field) || !empty(value))) as JsonObject;
}

/** PubAck of a publish; `reportStream` asks for the stream's name. */
export function published(ack: PubAck, reportStream: boolean): JsonObject {
  if (ack.error !== null) return errorOf(ack.error);
  return { seq: ack.seq, ...(ack.duplicate ? { duplicate: true } : {}), ...(reportStream ? { stream: ack.stream } : {}) };
}
/** The payload of a PubAck, for whoever listens to it. */
export function ackText({ stream, seq, duplicate, error }: PubAck): string {
  if (error !== null) return JSON.stringify({ error: { code: error.code, err_code: error.err_code, description: error.text }, stream, seq: 0 });
  return `{"stream":"${stream}", "seq":${seq}${duplicate ? ',"duplicate": true' : ''}}`;
}
const INBOX = '_INBOX.';
const hidden = (subject: string) => (subject.startsWith(INBOX) ? '(inbox)' : subject);

/** Where a message arrived: its subject is shown when it is another than subscribed. */
export interface Receiver {
  readonly subject: string;
  readonly queue: string;
}
/** One delivery as recorded. */
export function delivery(event: Handed, receiver: Receiver, body: string, record: ReadonlySet<string>, broker: 'nats' | 'jetstream'): JsonObject {
  const { status, description, info, headers } = event;
  if (status !== null) return { status, ...(description === '' ? {} : { description }), ...(record.has('headers') && headers !== null && Object.keys(headers).length > 0 ? { headers: { ...headers } } : {}) };
  const shown: Record<string, Json> = { body };
  const subject = hidden(event.subject);
  if (info !== null) {
    shown['seq'] = info.streamSeq;
    shown['deliveries'] = info.deliveries;
    if (record.has('consumerSeq')) shown['consumerSeq'] = info.consumerSeq;
    if (record.has('pending')) shown['pending'] = info.pending;
  }
  if (broker === 'jetstream' ? record.has('subject') : subject !== receiver.subject || receiver.queue !== '') shown['subject'] = subject;
  if (record.has('headers') && headers !== null) shown['headers'] = { ...headers, ...(headers['Nats-Time-Stamp'] === undefined ? {} : { 'Nats-Time-Stamp': '(time)' }) };
  if (record.has('reply') && event.reply !== '') shown['reply'] = hidden(event.reply);
  return shown;
}
