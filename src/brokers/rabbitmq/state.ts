import type { PolicyArgs } from './api.ts';
import { settle as settings } from './arguments.ts';
import { newChannel, newConnection } from './channels.ts';
import { ConsumerRing } from './consumer.ts';
import type { Core, Node, Settings } from './core.ts';
import { keyOf, newBacklog, type Settlement } from './custody.ts';
import { Deque } from '../../base/deque.ts';
import { Things } from '../../base/things.ts';
import type { PublishArgs, RabbitEvent, Table } from './events.ts';
import { addBinding, createExchange, typeOf } from './exchanges.ts';
import type { Binding, Channel, Connection, Consumer, Copy, Cover, Envelope, Exchange, Held, Queue, Transaction, Undertaking } from './model.ts';
import { policyFor } from './policy.ts';
import { newDelayed } from './queues.ts';
import { StreamLog } from './stream-log.ts';

/** The whole server as plain data. Envelopes are shared, so they are numbered; all else is written where it lives. */

/** A message, its size, and the number of its cover. */
type EnvelopeState = readonly [message: number, size: number, cover: number];
type CopyState = readonly [envelope: number, copy: Omit<Copy, 'envelope'>];
/** A delivery: its copy, channel (by id), tag, consumer (by order), time, whether the channel still knows it, its key. */
type HeldState = readonly [CopyState, number, number, number, number, boolean, number];
type ConsumerState = Pick<Consumer, 'tag' | 'noAck' | 'exclusive' | 'priority' | 'prefetch' | 'order' | 'timeout' | 'reading' | 'subscription' | 'unacked' | 'cancelled' | 'late' | 'bonus'> & {
  channel: number;
};
type QueueState = Omit<Queue, 'settings' | 'policy' | 'backlog' | 'stream' | 'held' | 'consumers' | 'ring' | 'active' | 'delayed' | 'undertakings' | 'deferred' | 'pending' | 'deleted'> & {
  stream: unknown;
  held: HeldState[];
  consumers: ConsumerState[];
  ring: number[];
  active: number | null;
  delayed: { at: number; seq: number; copy: CopyState }[];
  undertakings: { copy: CopyState; reason: Undertaking['reason'] }[];
  deferred: { batch: number[]; settlement: Settlement }[];
  pending: { channel: number; args: PublishArgs; seqNo: number | null }[];
};
type ChannelState = Omit<Channel, 'connection' | 'unacked' | 'consumers' | 'registered' | 'tx'> & { registered: number[]; consumers: number[]; tags: [tag: number, fetched: boolean][]; tx: { published: Transaction['published']; settled: { tags: number[]; settlement: Settlement }[] } | null };
interface ConnectionState {
  name: string;
  order: number;
  node: string;
  cancelNotify: boolean;
  blockedNotify: boolean;
  blocked: boolean;
  throttledBy: number[];
  waiting: { channel: number; args: PublishArgs }[];
  channels: ChannelState[];
}
interface CoreState {
  settings: Settings;
  nodes: Node[];
  counters: Core['counters'];
  stored: Core['stored'];
  alarms: [boolean, boolean, boolean, number, number, boolean, number];
  timeoutCheckAt: number;
  policies: PolicyArgs[];
  exchanges: (Omit<Exchange, 'bindings' | 'byKey' | 'matched'> & { bindings: Binding[] })[];
  covers: Cover[];
  envelopes: EnvelopeState[];
  connections: ConnectionState[];
  queues: QueueState[];
  out: RabbitEvent[];
}
interface SavedCore {
  readonly state: CoreState;
  /** By queue; what they share with the running server never changes. */
  readonly backlogs: readonly unknown[];
}

export function saveCore(core: Core): unknown {
  const covers: Cover[] = [];
  const coverNumbers = new Map<Cover, number>();
  const writeEnvelope = ({ message, size, cover }: Envelope): EnvelopeState => {
    let number = coverNumbers.get(cover);
    if (number === undefined) {
      number = covers.push(cover) - 1;
      coverNumbers.set(cover, number);
    }
    return [message, size, number];
  };
  const envelopes: EnvelopeState[] = [];
  const numbers = new Map<Envelope, number>();
  const writeCopy = (copy: Copy): CopyState => {
    const { envelope, ...rest } = copy;
    let number = numbers.get(envelope);
    if (number === undefined) {
      number = envelopes.push(writeEnvelope(envelope)) - 1;
      numbers.set(envelope, number);
    }
    return [number, rest];
  };
  const writeHeld = (held: Held): HeldState => {
    const { copy, channel, tag, consumer, at } = held;
    return [writeCopy(copy), channel.id, tag, consumer?.order ?? -1, at, channel.unacked.at(tag) === held || isInTransaction(held), held.key];
  };
  const writeConsumer = (one: Consumer): ConsumerState => {
    const { channel, queue: _queue, queued: _queued, ...rest } = one;
    return { ...rest, channel: channel.id };
  };
  const writeQueue = (queue: Queue): QueueState => {
    const { settings: _s, policy: _p, deleted: _d, backlog, stream, held, consumers, ring, active, delayed, undertakings, deferred, pending, ...rest } = queue;
    // Consumers that were cancelled while messages were out live on in those deliveries.
    const known = new Set([...consumers.values(), ...[...held.values()].flatMap((one) => one.consumer ?? [])]);
    return {
      ...rest,
      stream: stream?.save(writeCopy) ?? null,
      held: [...held.values()].map(writeHeld),
      consumers: [...known].map(writeConsumer),
      ring: [...ring].map((one) => one.order),
      active: active?.order ?? null,
      delayed: delayed.sorted().map((one) => ({ ...one, copy: writeCopy(one.copy) })),
      undertakings: [...undertakings].map((one) => ({ copy: writeCopy(one.copy), reason: one.reason })),
      deferred: deferred.map(({ batch, settlement }) => ({ batch: batch.map((one) => one.copy.id), settlement })),
      pending: pending.flatMap(({ channel, ...one }) => (channel.closing ? [] : [{ channel: channel.id, ...one }])),
    };
  };
  const writeChannel = (channel: Channel): ChannelState => {
    const { connection: _c, unacked, consumers, registered, tx, ...rest } = channel;
    return {
      ...rest,
      registered: [...registered],
      tx: tx && { published: tx.published, settled: tx.settled.map(({ batch, settlement }) => ({ tags: batch.map((held) => held.tag), settlement })) },
      tags: [...unacked.values()].map((held) => [held.tag, held.consumer === null]),
      consumers: [...consumers.values()].map((one) => one.order),
    };
  };
  const backlogs = [...core.queues.values()].map(({ backlog }) => backlog.save(writeCopy));
  const queues = [...core.queues.values()].map(writeQueue);
  const state: CoreState = {
    settings: core.settings,
    nodes: core.nodes,
    counters: core.counters,
    stored: core.stored,
    alarms: [core.memoryAlarm, core.forcedMemoryAlarm, core.diskAlarm, core.diskFree, core.blockedConnections, core.memoryHigh, core.memoryCheckAt],
    timeoutCheckAt: core.timeoutCheckAt,
    policies: [...core.policies.values()],
    exchanges: [...core.exchanges.values()].map(({ bindings, byKey: _byKey, matched: _matched, ...rest }) => ({ ...rest, bindings: [...bindings.values()] })),
    covers,
    envelopes,
    connections: [...core.connections.values()].map((one) => ({
      ...one,
      throttledBy: [...one.throttledBy],
      waiting: [...one.waiting],
      channels: [...one.channels.values()].map(writeChannel),
    })),
    queues,
    out: core.out,
  };
  const saved: SavedCore = { state: structuredCloneOf(state) as CoreState, backlogs };
  return saved;
}

/** A deep copy of plain data: what is saved shares nothing with the running server. */
function structuredCloneOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) copy[name] = structuredCloneOf(one);
  return copy;
}

export function loadCore(core: Core, saved: unknown): void {
  const { state: shared, backlogs } = saved as SavedCore;
  const state = structuredCloneOf(shared) as CoreState;
  core.settings = state.settings;
  core.nodes.splice(0, core.nodes.length, ...state.nodes);
  core.stored = state.stored;
  [core.memoryAlarm, core.forcedMemoryAlarm, core.diskAlarm, core.diskFree, core.blockedConnections, core.memoryHigh, core.memoryCheckAt] = state.alarms;
  core.timeoutCheckAt = state.timeoutCheckAt;
  for (const map of [core.policies, core.exchanges, core.connections, core.queues, core.queuesById, core.replyChannels]) map.clear();
  core.funerals.clear();
  core.resumed.clear();
  core.workers.clear();
  core.out.splice(0, core.out.length, ...state.out);
  for (const policy of state.policies) core.policies.set(policy.name, policy);
  for (const { bindings, name, type, ...rest } of state.exchanges) {
    const exchange = createExchange(core, { ...rest, exchange: name, type: typeOf(type) });
    exchange.alternate = rest.alternate;
    for (const binding of bindings) addBinding(exchange, binding);
    exchange.ring = rest.ring;
  }
  const channels = new Map<number, Channel>();
  for (const one of state.connections) readConnection(core, one, channels);
  const consumers = new Map<number, Consumer>();
  const helds: Held[] = [];
  const envelopes = state.envelopes.map(([message, size, cover]): Envelope => ({ message, size, cover: state.covers[cover] as Cover }));
  for (const [i, one] of state.queues.entries()) readQueue(core, one, backlogs[i], envelopes, channels, consumers, helds);
  for (const one of state.connections) for (const channel of one.channels) relink(channel, channels, consumers, helds);
  // Last: making connections again has counted.
  core.counters = state.counters;
}

function readConnection(core: Core, state: ConnectionState, channels: Map<number, Channel>): void {
  const { name, order, node, blocked } = state;
  const made = newConnection(core, name, state, node);
  const connection: Connection = Object.assign(made, { order, blocked });
  for (const id of state.throttledBy) connection.throttledBy.add(id);
  for (const one of state.waiting) connection.waiting.push(one);
  for (const { tags: _t, consumers: _c, registered, tx: _tx, ...rest } of state.channels) {
    const channel = Object.assign(newChannel(connection, rest.number, rest.id), rest, { registered: new Set(registered) });
    channels.set(channel.id, channel);
    if (channel.replyConsumer !== null) core.replyChannels.set(channel.replyToken, channel);
  }
}

function readQueue(core: Core, state: QueueState, backlog: unknown, envelopes: readonly Envelope[], channels: Map<number, Channel>, consumers: Map<number, Consumer>, helds: Held[]): void {
  const { stream, held, consumers: written, ring, active, delayed, undertakings, deferred, pending, ...rest } = state;
  const readCopy = (value: unknown): Copy => {
    const [number, copy] = value as CopyState;
    return { ...copy, envelope: envelopes[number] as Envelope };
  };
  const policy = policyFor(core, rest.name, rest.type);
  const table: Table = rest.arguments;
  const queue: Queue = {
    ...rest,
    settings: settings(table, policy?.definition ?? {}, core.version),
    policy: policy?.name ?? null,
    backlog: newBacklog(core, rest.type),
    stream: rest.type === 'stream' ? new StreamLog() : null,
    held: new Things(),
    consumers: new Map(),
    ring: new ConsumerRing(),
    active: null,
    delayed: newDelayed(),
    undertakings: new Deque(undertakings.map((one) => ({ ...one, copy: readCopy(one.copy) }))),
    deferred: [],
    pending: pending.flatMap(({ channel: id, ...one }) => {
      const channel = channels.get(id);
      return channel === undefined ? [] : [{ channel, ...one }];
    }),
    deleted: false,
  };
  queue.backlog.load(backlog, readCopy);
  queue.stream?.load(stream, readCopy);
  for (const one of delayed) queue.delayed.push({ ...one, copy: readCopy(one.copy) });
  for (const { channel: id, ...one } of written) {
    const channel = channels.get(id) ?? lostChannel(channels, id);
    const consumer: Consumer = { ...one, reading: one.reading === null ? null : { ...one.reading }, channel, queue, queued: false };
    consumers.set(consumer.order, consumer);
    if (!consumer.cancelled) queue.consumers.set(keyOf(consumer), consumer);
  }
  for (const order of ring) {
    const consumer = consumers.get(order);
    if (consumer !== undefined) queue.ring.put(consumer);
  }
  queue.active = active === null ? null : (consumers.get(active) ?? null);
  for (const [copy, id, tag, order, at, linked, key] of held) {
    const channel = channels.get(id) ?? lostChannel(channels, id);
    const one: Held = { copy: readCopy(copy), key, queue, channel, tag, consumer: consumers.get(order) ?? null, at, stale: false };
    queue.held.set(key, one);
    if (linked) helds.push(one);
  }
  for (const { batch, settlement } of deferred) queue.deferred.push({ batch: batch.flatMap((id) => queue.held.at(id) ?? []), settlement });
  core.queues.set(queue.name, queue);
  core.queuesById.set(queue.id, queue);
}

/** Deliveries that wait for a leader can outlive their channel. */
function lostChannel(channels: Map<number, Channel>, id: number): Channel {
  const connection: Connection = {
    name: '',
    order: -1,
    node: '',
    cancelNotify: false,
    blockedNotify: false,
    closing: true,
    channels: new Map(),
    blocked: false,
    throttledBy: new Set(),
    waiting: new Deque(),
  };
  const channel = newChannel(connection, 0, id);
  channels.set(id, channel);
  return channel;
}

function relink(state: ChannelState, channels: Map<number, Channel>, consumers: Map<number, Consumer>, helds: readonly Held[]): void {
  const channel = channels.get(state.id);
  if (channel === undefined) return;
  for (const order of state.consumers) {
    const consumer = consumers.get(order);
    if (consumer !== undefined) channel.consumers.set(consumer.tag, consumer);
  }
  const byTag = new Map(helds.filter((held) => held.channel === channel).map((held) => [held.tag, held]));
  for (const [tag, fetched] of state.tags) channel.unacked.set(tag, byTag.get(tag) ?? spent(channel, tag, fetched));
  channel.tx = state.tx && { published: state.tx.published, settled: state.tx.settled.map(({ tags, settlement }) => ({ batch: tags.map((tag) => byTag.get(tag) ?? spent(channel, tag, false)), settlement })) };
}

const isInTransaction = (held: Held): boolean => held.channel.tx?.settled.some(({ batch }) => batch.includes(held)) ?? false;

/** A tag whose copy is no longer the channel's: settling it does nothing. */
function spent(channel: Channel, tag: number, fetched: boolean): Held {
  const cover: Cover = {
    exchange: '',
    routingKeys: [],
    headers: {},
    priority: null,
    expiration: null,
    persistent: true,
    replyTo: null,
    correlationId: null,
    messageId: null,
    timestamp: null,
    deaths: [],
    firstDeath: null,
    failedDeliveries: 0,
  };
  const copy: Copy = { id: -1, envelope: { message: -1, size: 0, cover }, seq: -1, enqueuedAt: 0, expiresAt: -1, level: 0, redelivered: true, acquired: 0, failed: 0 };
  return { copy, key: -1, queue: noQueue, channel, tag, consumer: fetched ? null : noConsumer, at: 0, stale: true };
}

const noConsumer = { tag: '', cancelled: true, late: 0, bonus: 0 } as Consumer;
const noQueue = { deleted: true, name: '' } as Queue;
