import type { Json, JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import type { NatsConnection } from './connection.ts';
import { list, native, number, object, pick, reported, text } from './shapes.ts';

/** Administration of JetStream: JSON requests on $JS.API.*. https://docs.nats.io/reference/reference-protocols/nats_api_reference */

/** A stream on servers of which one is away answers when a leader was elected: ms. */
const PATIENCE = 20_000;

/** One request. An error is shown as the format does; no stream or consumer there to answer is a status. */
async function ask(connection: NatsConnection, subject: string, body: JsonObject): Promise<JsonObject> {
  const answer = await connection.request(`$JS.API.${subject}`, Object.keys(body).length === 0 ? '' : JSON.stringify(body), PATIENCE);
  if (answer === null) throw new Error(`$JS.API.${subject} was not answered`);
  if (answer.status !== null) return { error: { status: answer.status } };
  return JSON.parse(answer.body) as JsonObject;
}
function errorOf(answer: JsonObject): JsonObject | null {
  if (answer['error'] === undefined) return null;
  const { code, err_code, description, status } = object(answer['error']);
  return status === undefined ? { error: { code: code ?? null, err_code: err_code ?? null, description: description ?? null } } : { status };
}
const defined = (fields: Readonly<Record<string, Json | undefined>>): JsonObject => Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

export async function deleteEverything(connection: NatsConnection): Promise<void> {
  const { streams } = await ask(connection, 'STREAM.NAMES', {});
  for (const name of list(streams)) await ask(connection, `STREAM.DELETE.${text(name)}`, {});
}

/** Until the servers of a cluster can be given streams: one decides, and all have heard of each other. */
export async function placeable(connection: NatsConnection, servers: number): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; ; await sleep(100)) {
    const answer = await connection.request('$JS.API.STREAM.CREATE.TRIAL', JSON.stringify({ name: 'TRIAL', subjects: ['trial'], num_replicas: servers, storage: 'memory' }), PATIENCE / 10);
    if (answer?.status === null && object(JSON.parse(answer.body))['error'] === undefined) break;
    if (Date.now() > deadline) throw new Error(`the cluster takes no stream: ${answer?.body ?? 'no answer'}`);
  }
  while ((await connection.request('$JS.API.STREAM.DELETE.TRIAL', '', PATIENCE / 10)) === null) await sleep(100);
}

type Verb = (connection: NatsConnection, operation: Operation, omit: ReadonlySet<string>) => Promise<Json>;
const done = (answer: JsonObject): Json => errorOf(answer) ?? { ok: true };

async function stream(connection: NatsConnection, operation: Operation, how: 'CREATE' | 'UPDATE', otherwise: Json): Promise<Json> {
  const config = object(native({ storage: 'memory', ...object(operation['config']) }));
  let answer = await ask(connection, `STREAM.${how}.${text(config['name'])}`, config);
  // The files of a stream of that name that was deleted just now are still being removed.
  for (let tries = 0; tries < 20 && object(answer['error'])['description'] === 'error creating store for stream'; tries++) {
    await sleep(50);
    answer = await ask(connection, `STREAM.${how}.${text(config['name'])}`, config);
  }
  return errorOf(answer) ?? (operation['report'] === undefined ? otherwise : reported(operation['report'], object(answer['config'])));
}
async function consumer(connection: NatsConnection, operation: Operation): Promise<Json> {
  const config = object(native({ ack_policy: 'explicit', ...object(operation['config']) }));
  const name = text(config['name'], text(config['durable_name']));
  const place = `${text(operation['stream'])}${name === '' ? '' : `.${name}`}`;
  const answer = await ask(connection, `CONSUMER.CREATE.${place}`, defined({ stream_name: operation['stream'], config, action: operation['action'] }));
  return errorOf(answer) ?? (operation['report'] === undefined ? null : reported(operation['report'], object(answer['config'])));
}
async function streamInfo(connection: NatsConnection, operation: Operation, omit: ReadonlySet<string>): Promise<Json> {
  const answer = await ask(connection, `STREAM.INFO.${text(operation['stream'])}`, defined({ deleted_details: true, subjects_filter: operation['subjectsFilter'] }));
  const failed = errorOf(answer);
  if (failed !== null) return failed;
  const state = object(answer['state']);
  const seen = pick(state, { messages: 0, first_seq: 0, last_seq: 0, num_subjects: 0, num_deleted: 0, consumer_count: 0 }, omit);
  const lists = ['deleted', ...(operation['subjectsFilter'] === undefined ? [] : ['subjects'])].filter((name) => state[name] !== undefined && state[name] !== null && !omit.has(name));
  return { ...seen, ...Object.fromEntries(lists.map((name) => [name, state[name] ?? null])) };
}
async function consumerInfo(connection: NatsConnection, operation: Operation, omit: ReadonlySet<string>): Promise<Json> {
  const answer = await ask(connection, `CONSUMER.INFO.${text(operation['stream'])}.${text(operation['consumer'])}`, {});
  const place = (name: string) => pick(object(answer[name]), { consumer_seq: 0, stream_seq: 0 }, new Set());
  const seen = pick({ ...answer, delivered: place('delivered'), ack_floor: place('ack_floor') }, { num_pending: 0, num_ack_pending: 0, num_redelivered: 0, num_waiting: 0, delivered: {}, ack_floor: {} }, omit);
  return errorOf(answer) ?? seen;
}
/** Who leads a stream, or one of its consumers, once somebody does. */
export async function leaderOf(connection: NatsConnection, { stream: of, consumer: name }: Operation): Promise<string> {
  const subject = name === undefined ? `STREAM.INFO.${text(of)}` : `CONSUMER.INFO.${text(of)}.${text(name)}`;
  for (const deadline = Date.now() + PATIENCE; ; await sleep(100)) {
    const answer = await connection.request(`$JS.API.${subject}`, '', PATIENCE);
    const { leader } = object(object(answer === null || answer.status !== null ? {} : JSON.parse(answer.body))['cluster']);
    if (leader !== undefined) return text(leader);
    if (Date.now() > deadline) throw new Error(`nobody leads ${subject}`);
  }
}
async function getMessage(connection: NatsConnection, operation: Operation): Promise<Json> {
  const wanted = defined({ seq: operation['seq'], last_by_subj: operation['lastBySubject'], next_by_subj: operation['nextBySubject'] });
  const answer = await ask(connection, `STREAM.MSG.GET.${text(operation['stream'])}`, wanted);
  const { data, seq, subject } = object(answer['message']);
  return errorOf(answer) ?? { body: Buffer.from(text(data), 'base64').toString(), seq: number(seq), subject: text(subject) };
}

export const administration: Readonly<Record<string, Verb>> = {
  stream: (connection, operation) => stream(connection, operation, 'CREATE', null),
  updateStream: (connection, operation) => stream(connection, operation, 'UPDATE', { ok: true }),
  deleteStream: async (connection, { stream: name = '' }) => done(await ask(connection, `STREAM.DELETE.${text(name)}`, {})),
  streamInfo,
  purge: async (connection, { stream: name = '', filter, seq, keep }) => {
    const answer = await ask(connection, `STREAM.PURGE.${text(name)}`, defined({ filter, seq, keep }));
    return errorOf(answer) ?? { purged: number(answer['purged']) };
  },
  deleteMessage: async (connection, { stream: name = '', seq = 0 }) => done(await ask(connection, `STREAM.MSG.DELETE.${text(name)}`, { seq })),
  getMessage,
  consumer,
  deleteConsumer: async (connection, operation) => done(await ask(connection, `CONSUMER.DELETE.${text(operation['stream'])}.${text(operation['consumer'])}`, {})),
  consumerInfo,
  pauseConsumer: async (connection, operation) => {
    const pause_until = new Date(Date.now() + number(operation['forMs'])).toISOString();
    const answer = await ask(connection, `CONSUMER.PAUSE.${text(operation['stream'])}.${text(operation['consumer'])}`, { pause_until });
    return errorOf(answer) ?? { paused: answer['paused'] === true };
  },
};
