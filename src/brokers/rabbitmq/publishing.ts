import type { Refusal } from '../contract.ts';
import type { Outcome } from './api.ts';
import { refuse } from './channels.ts';
import type { Core } from './core.ts';
import { enqueue, refuses } from './custody.ts';
import { buryRefused, settleDeaths } from './dead-letter.ts';
import { errors } from './errors.ts';
import type { PublishArgs, Reason } from './events.ts';
import { route, unroutedBecause } from './exchanges.ts';
import { checkMessage, sealed } from './message.ts';
import { intake, isReading, noteAlarm } from './flow.ts';
import type { Channel, Envelope, Pending, Queue, QueueType } from './model.ts';
import { isStream } from './stream.ts';
import { isUnfilterable } from './stream-message.ts';
import { write } from './stream-protocol.ts';

export const REPLY_TO = 'amq.rabbitmq.reply-to';

/** basic.publish, or its wait in the socket of a connection that the broker does not read. */
export function publish(core: Core, channel: Channel, args: PublishArgs): Outcome<{ seqNo: number | null; held: boolean }> {
  const { connection } = channel;
  if (!isReading(core, connection)) {
    connection.waiting.push({ channel: channel.number, args });
    return { refused: false, seqNo: null, held: true };
  }
  return accept(core, channel, args);
}

export function accept(core: Core, channel: Channel, given: PublishArgs): Outcome<{ seqNo: number | null; held: boolean }> {
  const { connection } = channel;
  if (given.publishing !== undefined) {
    write(core, channel, given, given.publishing);
    noteAlarm(core);
    return { refused: false, seqNo: given.publishing.id, held: false };
  }
  const exchange = core.exchanges.get(given.exchange);
  const no = (refusal: Refusal) => refuse(core, connection, channel, refusal);
  if (exchange === undefined) return no(errors.noExchange(given.exchange));
  if (exchange.internal) return no(errors.internalExchange(exchange.name));
  const wrong = checkMessage(core, given);
  if (wrong !== null) return no(wrong);
  if (given.replyTo === REPLY_TO && channel.replyConsumer === null) return no(errors.noReplyConsumer());
  const args = given.replyTo === REPLY_TO ? { ...given, replyTo: `${REPLY_TO}.${channel.replyToken}` } : given;

  if (channel.tx !== null) {
    const { message, cover } = sealed(core, args);
    channel.tx.published.push({ args, queues: route(core, exchange, message, cover, connection.node) });
    return { refused: false, seqNo: null, held: false };
  }
  return deliverIn(core, { channel, args, seqNo: channel.confirms ? ++channel.published : null });
}

/** Brings a message to its queues and confirms it. While one of them has no majority of its members it waits, as a whole. */
function deliverIn(core: Core, pending: Pending): Outcome<{ seqNo: number | null; held: boolean }> {
  const { channel, args, seqNo } = pending;
  const { connection } = channel;
  const failure = distribute(core, channel, args, null, true);
  if (failure === 'crash') return refuse(core, connection, channel, errors.crash());
  if (failure !== null && typeof failure === 'object') {
    failure.pending.push(pending);
    return { refused: false, seqNo, held: true };
  }
  if (seqNo !== null) core.emit({ kind: 'confirm', connection: connection.name, channel: channel.number, seqNo, message: args.message, ack: failure === null, because: failure });
  noteAlarm(core);
  return { refused: false, seqNo, held: false };
}
/** The queue has a majority again: what waits for it is brought in, unless its channel has gone in the meantime. */
export function resumePending(core: Core, queue: Queue): void {
  const { pending } = queue;
  queue.pending = [];
  for (const one of pending) {
    const { channel, args } = one;
    if (channel.closing) continue;
    if (args.publishing === undefined) deliverIn(core, one);
    else write(core, channel, args, args.publishing);
  }
}

/**
 * Brings a message to its queues. @param routed where to, if that is known; @param mayWait for a queue that has no majority
 * @returns why some queue did not take it, or null; 'crash' when the server fails over it; the queue for which it waits, when nothing was done
 */
export function distribute(core: Core, channel: Channel, args: PublishArgs, routed: readonly string[] | null, mayWait: true): Reason | 'crash' | Queue | null;
export function distribute(core: Core, channel: Channel, args: PublishArgs, routed: readonly string[] | null, mayWait: false): Reason | 'crash' | null;
export function distribute(core: Core, channel: Channel, args: PublishArgs, routed: readonly string[] | null, mayWait: boolean): Reason | 'crash' | Queue | null {
  const { connection } = channel;
  const mark = core.out.length;
  const exchange = core.exchanges.get(args.exchange);
  const envelope = sealed(core, args);
  const replied = args.exchange === '' && args.routingKey.startsWith(`${REPLY_TO}.`) && reply(core, envelope);
  const queues = replied ? [] : (routed ?? (exchange === undefined ? [] : route(core, exchange, envelope.message, envelope.cover, connection.node)));
  for (const name of mayWait ? queues : []) {
    const queue = core.queues.get(name);
    if (queue === undefined || queue.type === 'classic' || queue.available) continue;
    core.out.length = mark;
    return queue;
  }
  let failure: Reason | null = null;
  let fails = false;
  if (queues.length === 0 && !replied) {
    core.emit({ kind: 'unrouted', message: args.message, exchange: args.exchange, because: unroutedBecause(core) });
    if (args.mandatory === true) {
      const { message, exchange: from, routingKey } = args;
      core.emit({ kind: 'return', connection: connection.name, channel: channel.number, message, replyCode: 312, replyText: 'NO_ROUTE', exchange: from, routingKey });
    }
  }
  for (const queue of inOrder(core, queues)) {
    const name = queue.name;
    if (queue.type === 'quorum') register(core, channel, queue);
    if (isStream(queue) && isUnfilterable(core, envelope)) {
      fails = true;
      continue;
    }
    const because = refuses(queue, envelope.size);
    if (because === null) {
      enqueue(core, queue, envelope, null);
      intake(core, connection, queue);
      continue;
    }
    failure = because;
    core.emit({ kind: 'not-enqueued', message: args.message, queue: name, because });
    if (queue.settings.overflow === 'reject-publish-dlx' && queue.available) buryRefused(core, queue, envelope);
  }
  settleDeaths(core);
  return fails ? 'crash' : failure;
}

const TYPES: readonly QueueType[] = ['classic', 'quorum', 'stream'];
/** In the order in which a channel sends to its queues: by type, quorum queues by name, before 4.0 backwards. */
function inOrder(core: Core, names: readonly string[]): readonly Queue[] {
  const queues = names.flatMap((name) => core.queues.get(name) ?? []);
  if (queues.length < 2) return queues;
  const byName = (a: Queue, b: Queue) => (a.type !== 'quorum' ? 0 : a.name < b.name === core.since40 ? -1 : 1);
  return queues.sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type) || byName(a, b));
}
/** The first time that a channel publishes to a quorum queue it registers there, and waits: what other queues have given up of this message meanwhile is there before. */
function register(core: Core, channel: Channel, queue: Queue): void {
  if (channel.registered.has(queue.id)) return;
  channel.registered.add(queue.id);
  settleDeaths(core);
}

/** Direct reply-to: straight to the channel that asked, with no queue between. */
function reply(core: Core, envelope: Envelope): boolean {
  const key = envelope.cover.routingKeys[0] ?? '';
  const channel = core.replyChannels.get(Number(key.slice(REPLY_TO.length + 1)));
  if (channel === undefined || channel.replyConsumer === null) return false;
  const { message } = envelope;
  const copy = core.counters.copy++;
  core.emit({ kind: 'route', message, from: '', to: REPLY_TO, toKind: 'queue', routingKey: key, via: 'default' });
  core.emit({ kind: 'enqueued', copy, message, queue: REPLY_TO, parent: null });
  core.emit({
    kind: 'deliver',
    connection: channel.connection.name,
    channel: channel.number,
    consumer: channel.replyConsumer,
    copy,
    message,
    queue: REPLY_TO,
    deliveryTag: channel.nextTag++,
    redelivered: false,
    deliveryCount: 0,
    exchange: '',
    routingKey: key,
    headers: envelope.cover.headers,
    priority: envelope.cover.priority,
    expiration: envelope.cover.expiration,
    replyTo: envelope.cover.replyTo,
    correlationId: envelope.cover.correlationId,
  });
  core.emit({ kind: 'settled', copy, message, queue: REPLY_TO, how: 'auto-ack' });
  return true;
}
