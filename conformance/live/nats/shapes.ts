import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import type { Message } from './parser.ts';

/** Deliveries and answers of NATS as conformance/FORMAT.md writes them. */

export const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const number = (value: Json | undefined, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);
export const object = (value: Json | undefined): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {});
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

interface Info {
  readonly deliveries: number;
  readonly streamSeq: number;
  readonly consumerSeq: number;
  readonly pending: number;
}
/** The reply subject of a JetStream delivery says what it is: $JS.ACK.stream.consumer.deliveries.sseq.cseq.time.pending, with domain and account before the stream in the longer form. */
export function ackInfo(reply: string): Info | null {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return null;
  const at = tokens.length === 9 ? 4 : 6;
  const [deliveries, streamSeq, consumerSeq, , pending] = tokens.slice(at).map(Number);
  return { deliveries: deliveries ?? 0, streamSeq: streamSeq ?? 0, consumerSeq: consumerSeq ?? 0, pending: pending ?? 0 };
}
const withoutTimes = (headers: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name === 'Nats-Time-Stamp' ? '(time)' : value]));
const hidden = (subject: string) => (subject.startsWith('_INBOX.') ? '(inbox)' : subject);

export function delivery(message: Message, listener: { readonly subject: string; readonly queue: string }, record: ReadonlySet<string>, broker: string): JsonObject {
  const { status, description, headers, body, reply } = message;
  if (status !== null) return { status, ...(description === '' ? {} : { description }), ...(record.has('headers') && headers !== null && Object.keys(headers).length > 0 ? { headers } : {}) };
  const shown: Record<string, Json> = { body: body.trimEnd() };
  const info = ackInfo(reply);
  if (info !== null) {
    shown['seq'] = info.streamSeq;
    shown['deliveries'] = info.deliveries;
    if (record.has('consumerSeq')) shown['consumerSeq'] = info.consumerSeq;
    if (record.has('pending')) shown['pending'] = info.pending;
  }
  const subject = hidden(message.subject);
  if (broker === 'jetstream' ? record.has('subject') : subject !== listener.subject || listener.queue !== '') shown['subject'] = subject;
  if (record.has('headers') && headers !== null) shown['headers'] = withoutTimes(headers);
  if (record.has('reply') && reply !== '') shown['reply'] = hidden(reply);
  return shown;
}

/** `bytes` makes a payload that large: blanks follow, which no observation shows. */
export const padded = (body: string, { bytes }: JsonObject): string => body.padEnd(number(bytes));

/** Durations carry _ms and become nanoseconds; everything else is as in the API. */
export function native(config: Json): Json {
  if (Array.isArray(config)) return config.map(native);
  if (typeof config !== 'object' || config === null) return config;
  const ns = (one: Json) => number(one) * 1_000_000;
  return Object.fromEntries(Object.entries(config).map(([name, value]) => (name.endsWith('_ms') ? [name.slice(0, -3), Array.isArray(value) ? value.map(ns) : ns(value)] : [name, native(value)])));
}
/** The fields asked for, without empty ones. */
export function reported(fields: Json | undefined, config: JsonObject): JsonObject {
  const pairs = list(fields).map((field) => [text(field), config[text(field)] ?? null] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)));
}
/** Those of the names that are there, but not what the case leaves out. */
export const pick = (from: JsonObject, names: Readonly<Record<string, Json>>, omit: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(
    Object.entries(names)
      .filter(([name]) => !omit.has(name))
      .map(([name, otherwise]) => [name, from[name] ?? otherwise]),
  );
