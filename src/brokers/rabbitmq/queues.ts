import { queueType, settle as settings } from './arguments.ts';
import type { QueueArgs } from './api.ts';
import { ConsumerRing } from './consumer.ts';
import type { Core } from './core.ts';
import { chooseActive, dispatch, forget, keyOf, newBacklog, trim } from './custody.ts';
import { Heap } from '../../base/heap.ts';
import { Deque } from '../../base/deque.ts';
import { Things } from '../../base/things.ts';
import type { Reason } from './events.ts';
import { deleteExchange, removeBindingsTo } from './exchanges.ts';
import type { Connection, Consumer, Copy, Held, Queue, QueueType } from './model.ts';
import { policyFor } from './policy.ts';
import { dropStream, isStream, leave, policyChanged } from './stream.ts';
import { StreamLog } from './stream-log.ts';
import { chooseReader } from './stream-protocol.ts';

const DEFAULT_GROUP = 3;

/**
 * Where a queue comes to live: on the client's node, a quorum queue with members beside it, a stream with replicas on all nodes.
 * A balanced one is led by that of its members which leads the fewest of its type (https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbit/src/rabbit_queue_location.erl).
 */
function placement(core: Core, type: QueueType, args: QueueArgs, connection: Connection): { node: string; members: string[] } {
  const local = connection.node;
  const isBalanced = args.arguments?.['x-queue-leader-locator'] === 'balanced';
  const alike = [...core.queues.values()].filter((queue) => queue.type === type);
  const led = (name: string) => alike.filter((queue) => queue.node === name).length;
  const held = (name: string) => alike.filter((queue) => queue.members.includes(name)).length;
  const leader = (names: readonly string[]) => (isBalanced ? [...names].filter((name) => core.nodeUp(name)).sort((a, b) => led(a) - led(b))[0] : undefined) ?? local;
  const all = core.nodes.map(({ name }) => name);
  if (type === 'classic') {
    const node = leader(all);
    return { node, members: [node] };
  }
  const size = Number(type === 'stream' ? (args.arguments?.['x-initial-cluster-size'] ?? all.length) : (args.arguments?.['x-quorum-initial-group-size'] ?? DEFAULT_GROUP));
  const others = all.filter((name) => name !== local).sort((a, b) => Number(core.nodeUp(b)) - Number(core.nodeUp(a)) || held(a) - held(b));
  const members = [local, ...others].slice(0, Math.max(1, size));
  const node = leader(members);
  return { node, members: [node, ...members.filter((name) => name !== node)] };
}

export function createQueue(core: Core, args: QueueArgs, connection: Connection): Queue {
  const table = args.arguments ?? {};
  const type = queueType(table);
  const policy = policyFor(core, args.queue, type);
  const queue: Queue = {
    id: core.counters.queue++,
    name: args.queue,
    type,
    durable: args.durable ?? true,
    exclusive: args.exclusive === true ? connection.name : null,
    autoDelete: args.autoDelete ?? false,
    arguments: table,
    settings: settings(table, policy?.definition ?? {}, core.version),
    policy: policy?.name ?? null,
    backlog: newBacklog(core, type),
    stream: type === 'stream' ? new StreamLog() : null,
    readyBytes: 0,
    nextSeq: 0,
    held: new Things(),
    consumers: new Map(),
    ring: new ConsumerRing(),
    active: null,
    ghosts: 0,
    suspects: [],
    born: core.now(),
    lastUsed: core.now(),
    ttlAt: -1,
    expiresAt: -1,
    rejecting: false,
    delayed: newDelayed(),
    delayedAt: -1,
    undertakings: new Deque(),
    undertakingBytes: 0,
    undertakingAt: -1,
    busyUntil: 0,
    ...placement(core, type, args, connection),
    available: true,
    deferred: [],
    pending: [],
    deleted: false,
  };
  core.queues.set(queue.name, queue);
  core.queuesById.set(queue.id, queue);
  core.emit({ kind: 'declared', entity: 'queue', name: queue.name, because: null });
  use(core, queue);
  return queue;
}

export const newDelayed = () => new Heap<{ at: number; seq: number; copy: Copy }>((a, b) => a.at - b.at || a.seq - b.seq);

/** A quorum queue looks whether it is over so often (quorum_tick_interval). */
const TICK = 5_000_000;
/** @returns when a queue that is over at this time finds it */
const noticed = ({ type, born }: Queue, at: number): number => (type === 'quorum' ? born + Math.ceil((at - born) / TICK) * TICK : at);
const isConsumed = ({ consumers, ghosts }: Queue): boolean => consumers.size + ghosts > 0;

/** x-expires counts from the last use: a consumer, a get, of a classic queue a declaration. */
export function use(core: Core, queue: Queue): void {
  queue.lastUsed = core.now();
  const { expires } = queue.settings;
  if (expires === null || queue.consumers.size > 0) return;
  const at = noticed(queue, core.now() + expires * 1000);
  if (queue.expiresAt >= 0 && queue.expiresAt <= at) return;
  queue.expiresAt = at;
  core.host.after(at - core.now(), 'expires', queue.id);
}

export function expiryDue(core: Core, queue: Queue): void {
  if (core.now() < queue.expiresAt) return;
  queue.expiresAt = -1;
  const { expires } = queue.settings;
  if (expires === null || queue.consumers.size > 0) return;
  const over = queue.lastUsed + expires * 1000;
  if (over <= core.now() && !isConsumed(queue)) {
    deleteQueue(core, queue, 'rabbitmq.queue_expired');
    return;
  }
  queue.expiresAt = noticed(queue, Math.max(over, core.now() + 1));
  core.host.after(queue.expiresAt - core.now(), 'expires', queue.id);
}

/** Everything that the queue keeps, in order: what was out, what waits, what was held back. */
export function takeAll(core: Core, queue: Queue): Copy[] {
  const held = [...queue.held.values()];
  for (const one of held) detach(one);
  queue.held.clear();
  // A stream keeps what is out.
  if (isStream(queue)) return [];
  const later = queue.deferred.flatMap(({ batch }) => batch.map((one) => one.copy));
  queue.deferred = [];
  const known = new Set(held.map((one) => one.copy));
  const all = [...held.map((one) => one.copy), ...later.filter((copy) => !known.has(copy)), ...queue.backlog.clear(), ...queue.delayed.clear().map((one) => one.copy), ...queue.undertakings.clear().map((one) => one.copy)];
  queue.readyBytes = 0;
  queue.undertakingBytes = 0;
  queue.ghosts = 0;
  queue.suspects = [];
  for (const copy of all) forget(core, copy);
  return all;
}

/** The channel keeps the tag, which settles nothing any more. */
export function detach(held: Held): void {
  held.stale = true;
  if (held.consumer !== null) held.consumer.unacked--;
}

/** basic.cancel from the broker, to clients that said they understand it. */
export function cancelByBroker(core: Core, consumer: Consumer): void {
  const { channel, tag, queue } = consumer;
  channel.consumers.delete(tag);
  queue.consumers.delete(keyOf(consumer));
  queue.ring.remove(consumer);
  consumer.cancelled = true;
  if (channel.connection.cancelNotify) {
    core.emit({ kind: 'cancelled', connection: channel.connection.name, channel: channel.number, consumer: tag, queue: queue.name });
  }
}

export function deleteQueue(core: Core, queue: Queue, because: Reason): number {
  const ready = queue.backlog.size;
  queue.deleted = true;
  core.queues.delete(queue.name);
  core.queuesById.delete(queue.id);
  for (const consumer of [...queue.consumers.values()]) cancelByBroker(core, consumer);
  const kind = because === 'rabbitmq.node_down_queue' ? 'lost' : 'dropped';
  for (const copy of takeAll(core, queue)) core.emit({ kind, copy: copy.id, message: copy.envelope.message, queue: queue.name, because });
  if (isStream(queue)) dropStream(core, queue, because);
  core.emit({ kind: 'deleted', entity: 'queue', name: queue.name, because });
  for (const exchange of removeBindingsTo(core, 'queue', queue.name)) deleteExchange(core, exchange);
  return ready;
}

export function purge(core: Core, queue: Queue): number {
  const copies = queue.backlog.clear();
  queue.readyBytes = 0;
  for (const copy of copies) {
    forget(core, copy);
    core.emit({ kind: 'purged', copy: copy.id, message: copy.envelope.message, queue: queue.name, because: 'rabbitmq.purged' });
  }
  dispatch(core, queue);
  return copies.length;
}

/** Takes consumers away; a queue left without one may be gone afterwards. */
export function removeConsumers(core: Core, consumers: readonly Consumer[]): Queue[] {
  const queues = new Set<Queue>();
  for (const consumer of consumers) {
    const { queue } = consumer;
    consumer.channel.consumers.delete(consumer.tag);
    queue.consumers.delete(keyOf(consumer));
    queue.ring.remove(consumer);
    consumer.cancelled = true;
    if (queue.type === 'quorum' && consumer.unacked > 0) queue.ghosts++;
    if (!queue.deleted) queues.add(queue);
  }
  for (const queue of queues) {
    if (queue.consumers.size === 0) {
      if (queue.autoDelete) deleteQueue(core, queue, 'rabbitmq.auto_deleted');
      else use(core, queue);
    }
    if (isStream(queue)) {
      leave(queue);
      chooseReader(core, queue);
    }
    if (!queue.deleted) chooseActive(core, queue);
  }
  return [...queues].filter((queue) => !queue.deleted);
}

/** A policy came, went or changed. */
export function applyPolicies(core: Core): void {
  for (const queue of core.queues.values()) {
    const policy = policyFor(core, queue.name, queue.type);
    const before = queue.settings;
    queue.policy = policy?.name ?? null;
    queue.settings = settings(queue.arguments, policy?.definition ?? {}, core.version);
    if (JSON.stringify(before) === JSON.stringify(queue.settings)) continue;
    if (queue.settings.expires !== before.expires) {
      queue.expiresAt = -1;
      use(core, queue);
    }
    if (isStream(queue)) policyChanged(core, queue);
    // A classic queue takes its new limits before its new overflow.
    const { settings: after } = queue;
    if (queue.type === 'classic' && after.overflow !== before.overflow) {
      queue.settings = { ...after, overflow: before.overflow };
      trim(core, queue);
      queue.settings = after;
    }
    trim(core, queue);
    if (queue.undertakings.size > 0) core.workers.add(queue.id);
    dispatch(core, queue);
  }
  for (const exchange of core.exchanges.values()) {
    const own = exchange.arguments['alternate-exchange'];
    const fromPolicy = policyFor(core, exchange.name, 'exchange')?.definition['alternate-exchange'];
    exchange.alternate = typeof own === 'string' ? own : typeof fromPolicy === 'string' ? fromPolicy : null;
  }
}
