import type { Refusal } from '../contract.ts';
import { hasRoom } from './consumer.ts';
import type { Core } from './core.ts';
import { dispatch, settle, wake, type Settlement } from './custody.ts';
import { Deque } from '../../base/deque.ts';
import { Things } from '../../base/things.ts';
import { errors } from './errors.ts';
import type { RequeueReason } from './events.ts';
import type { Channel, Connection, Held, Queue } from './model.ts';
import { deleteQueue, removeConsumers } from './queues.ts';
import { rollBack } from './transactions.ts';
import type { ConnectArgs } from './api.ts';

export function newConnection(core: Core, name: string, args: ConnectArgs, node: string): Connection {
  const connection: Connection = {
    name,
    order: core.order(),
    node,
    cancelNotify: args.cancelNotify ?? true,
    blockedNotify: args.blockedNotify ?? true,
    closing: false,
    channels: new Map(),
    blocked: false,
    throttledBy: new Set(),
    waiting: new Deque(),
  };
  core.connections.set(name, connection);
  return connection;
}

export function newChannel(connection: Connection, number: number, id: number): Channel {
  const channel: Channel = {
    id,
    number,
    connection,
    closing: false,
    confirms: false,
    published: 0,
    nextTag: 1,
    prefetch: 0,
    globalPrefetch: 0,
    globalUsed: 0,
    unacked: new Things(),
    consumers: new Map(),
    registered: new Set(),
    tx: null,
    replyConsumer: null,
    replyToken: -1,
  };
  connection.channels.set(number, channel);
  return channel;
}

/** Settles deliveries of one channel: per queue, each in the order of its deliveries. */
export function settleAll(core: Core, channel: Channel, batch: readonly Held[], settlement: Settlement): void {
  const [first] = batch;
  // Nearly always one delivery.
  if (first !== undefined && batch.length === 1) settle(core, first.queue, batch, settlement);
  else for (const [queue, some] of perQueue(batch)) settle(core, queue, some, settlement);
  if (channel.globalPrefetch > 0) resume(core, channel);
}

function perQueue(batch: readonly Held[]): Iterable<readonly [Queue, readonly Held[]]> {
  const queues = new Map<Queue, Held[]>();
  for (const held of batch) {
    const same = queues.get(held.queue);
    if (same === undefined) queues.set(held.queue, [held]);
    else same.push(held);
  }
  return queues;
}

/** The channel has room again: its consumers queue up wherever they were passed over. */
export function resume(core: Core, channel: Channel): void {
  for (const consumer of [...channel.consumers.values()]) {
    if (consumer.queue.deleted || !hasRoom(consumer)) continue;
    wake(consumer);
    dispatch(core, consumer.queue);
  }
}

/** All that ends with these channels: consumers first, so that nothing comes back to them, then their deliveries. */
export function endChannels(core: Core, channels: readonly Channel[], because: RequeueReason): void {
  for (const channel of channels) {
    channel.closing = true;
    if (channel.tx !== null) rollBack(core, channel, channel.tx);
    if (channel.replyToken >= 0) core.replyChannels.delete(channel.replyToken);
  }
  const left = removeConsumers(
    core,
    channels.flatMap((channel) => [...channel.consumers.values()]),
  );
  for (const channel of channels) {
    settleAll(core, channel, [...channel.unacked.values()], { how: 'requeue', because, failed: true, mayGoToTail: false });
    channel.unacked.clear();
  }
  for (const queue of left) if (!queue.deleted) dispatch(core, queue);
}

/** @param keeps its exclusive queues, which only another may delete */
export function endConnection(core: Core, connection: Connection, because: RequeueReason, keeps = false): void {
  endChannels(core, [...connection.channels.values()], because);
  connection.channels.clear();
  connection.waiting.clear();
  connection.closing = true;
  if (connection.blocked) core.blockedConnections--;
  connection.blocked = false;
  core.connections.delete(connection.name);
  if (keeps) return;
  for (const queue of [...core.queues.values()]) {
    if (queue.exclusive === connection.name) deleteQueue(core, queue, 'rabbitmq.exclusive_owner_gone');
  }
}

/** The broker says no, and ends what the refusal says it ends. */
export function refuse(core: Core, connection: Connection, channel: Channel | null, refusal: Refusal, because?: RequeueReason): Refusal {
  if (refusal.closes === 'channel' && channel !== null) {
    core.emit({ kind: 'closed', connection: connection.name, channel: channel.number, refusal });
    endChannels(core, [channel], because ?? 'rabbitmq.channel_closed');
  } else if (refusal.closes === 'connection') {
    core.emit({ kind: 'closed', connection: connection.name, channel: null, refusal });
    endConnection(core, connection, because ?? 'rabbitmq.connection_closed');
  }
  return refusal;
}

/** The deliveries that a tag means, oldest first, or the refusal of a tag that is not out. */
export function byTag(channel: Channel, tag: number, multiple: boolean): readonly Held[] | Refusal {
  if (!multiple) {
    const held = channel.unacked.at(tag);
    return held === undefined ? errors.unknownDeliveryTag(tag) : [held];
  }
  if (tag === 0) return [...channel.unacked.values()];
  if (!channel.unacked.has(tag)) return errors.unknownDeliveryTag(tag);
  const batch: Held[] = [];
  for (const held of channel.unacked.values()) {
    if (held.tag > tag) break;
    batch.push(held);
  }
  return batch;
}
