import type { Refusal } from '../contract.ts';
import { checkExpiration } from './arguments.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { Delivery, FieldValue, PublishArgs, RabbitEvent, Table } from './events.ts';
import type { Consumer, Copy, Cover, Death, Envelope, Headers, Queue } from './model.ts';

const texts = (value: FieldValue | undefined): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);
const isTable = (value: FieldValue): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);

export function checkMessage(core: Core, args: PublishArgs): Refusal | null {
  const { size = 0, expiration } = args;
  if (size > core.settings.max_message_size) return errors.messageTooLarge(size, core.settings.max_message_size);
  return expiration === undefined ? null : checkExpiration(expiration);
}

/** Until 3.x the server reads `x-death` from what clients send, too. */
function deathsIn(headers: Table): Death[] {
  const lines = headers['x-death'];
  if (!Array.isArray(lines)) return [];
  return lines.filter(isTable).map((line) => ({
    queue: String(line['queue'] ?? ''),
    reason: String(line['reason'] ?? ''),
    count: Number(line['count'] ?? 1),
    exchange: String(line['exchange'] ?? ''),
    routingKeys: texts(line['routing-keys']),
    time: Number(line['time'] ?? 0) * 1_000_000,
    originalExpiration: typeof line['original-expiration'] === 'string' ? line['original-expiration'] : null,
  }));
}

/** Covers are kept for messages that are published alike: by routing key, at most so many. */
const COVERS = 4096;

export function sealed(core: Core, args: PublishArgs): Envelope {
  const { message, size = 0 } = args;
  const { covers } = core;
  const known = covers.get(args.routingKey);
  if (known !== undefined && isAlike(known.args, args)) return { message, size, cover: known.cover };
  const cover = coverOf(core, args);
  if (covers.size >= COVERS) covers.clear();
  covers.set(args.routingKey, { args, cover });
  return { message, size, cover };
}

/** Whether two publications differ in nothing but the message and its size. */
function isAlike(a: PublishArgs, b: PublishArgs): boolean {
  return a.exchange === b.exchange && a.routingKey === b.routingKey && a.headers === b.headers && a.priority === b.priority && a.expiration === b.expiration && a.persistent === b.persistent && a.replyTo === b.replyTo && a.correlationId === b.correlationId && a.messageId === b.messageId && a.timestamp === b.timestamp;
}

function coverOf(core: Core, args: PublishArgs): Cover {
  const { BCC: blind, ...headers } = args.headers ?? {};
  const deaths = core.since40 ? [] : deathsIn(headers);
  const first = deaths.at(-1);
  const own = deaths.length === 0 ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => !deathHeaders.includes(name)));
  return {
    exchange: args.exchange,
    routingKeys: [...new Set([args.routingKey, ...texts(headers['CC']), ...texts(blind)])],
    headers: own,
    priority: args.priority ?? null,
    expiration: args.expiration ?? null,
    persistent: args.persistent ?? true,
    replyTo: args.replyTo ?? null,
    correlationId: args.correlationId ?? null,
    messageId: args.messageId ?? null,
    timestamp: args.timestamp ?? null,
    deaths,
    firstDeath: first === undefined ? null : { queue: first.queue, reason: first.reason, exchange: first.exchange },
    failedDeliveries: 0,
  };
}

const deathHeaders = ['x-death', 'x-first-death-queue', 'x-first-death-reason', 'x-first-death-exchange'];

function deathTable(death: Death): Table {
  return {
    count: death.count,
    reason: death.reason,
    queue: death.queue,
    time: Math.floor(death.time / 1_000_000),
    exchange: death.exchange,
    'routing-keys': death.routingKeys,
    ...(death.originalExpiration === null ? {} : { 'original-expiration': death.originalExpiration }),
  };
}

/** Before 4.3 what a dead letter brought along is shown until it comes back for the first time. */
function deliveryCount(core: Core, { failed, acquired, envelope }: Copy): number {
  if (core.since43) return failed;
  return acquired > 0 || !core.since40 ? acquired : envelope.cover.failedDeliveries;
}
/** The headers as a receiver sees them. */
function headersOf(core: Core, queue: Queue, copy: Copy, fetched: boolean): Table {
  const { firstDeath, deaths, failedDeliveries, headers: own } = copy.envelope.cover;
  if (firstDeath === null && (queue.type === 'classic' || (queue.type === 'quorum' && core.since40 && copy.acquired === 0 && copy.failed === 0 && failedDeliveries === 0))) return own;
  const headers: Headers = { ...own };
  if (firstDeath !== null) {
    headers['x-first-death-exchange'] = firstDeath.exchange;
    headers['x-first-death-queue'] = firstDeath.queue;
    headers['x-first-death-reason'] = firstDeath.reason;
    if (deaths.length > 0) headers['x-death'] = deaths.map(deathTable);
    const last = deaths[0];
    if (core.since40 && last !== undefined) {
      headers['x-last-death-exchange'] = last.exchange;
      headers['x-last-death-queue'] = last.queue;
      headers['x-last-death-reason'] = last.reason;
    }
  }
  if (queue.type === 'stream') headers['x-stream-offset'] = copy.seq;
  if (queue.type === 'quorum') {
    const count = deliveryCount(core, copy);
    // 3.x shows a count of 0 on a get, not on a delivery.
    if (count > 0 || (!core.since40 && fetched)) headers['x-delivery-count'] = count;
    const acquired = copy.acquired > 0 ? copy.acquired : copy.failed;
    if (core.since43 && acquired > 0) headers['x-acquired-count'] = acquired;
  }
  return headers;
}

export function deliveryOf(core: Core, queue: Queue, copy: Copy, deliveryTag: number, fetched: boolean): Delivery {
  const { message, cover } = copy.envelope;
  return {
    copy: copy.id,
    message,
    queue: queue.name,
    deliveryTag,
    redelivered: copy.redelivered,
    deliveryCount: deliveryCount(core, copy),
    exchange: cover.exchange,
    routingKey: cover.routingKeys[0] ?? '',
    headers: headersOf(core, queue, copy, fetched),
    priority: cover.priority,
    expiration: cover.expiration,
    replyTo: cover.replyTo,
    correlationId: cover.correlationId,
  };
}

/** What `basic.deliver` says: in one piece, because every message comes this way. */
export function deliverEvent(core: Core, queue: Queue, copy: Copy, { channel, tag }: Consumer, deliveryTag: number): RabbitEvent {
  const { message, cover } = copy.envelope;
  return {
    kind: 'deliver',
    connection: channel.connection.name,
    channel: channel.number,
    consumer: tag,
    copy: copy.id,
    message,
    queue: queue.name,
    deliveryTag,
    redelivered: copy.redelivered,
    deliveryCount: deliveryCount(core, copy),
    exchange: cover.exchange,
    routingKey: cover.routingKeys[0] ?? '',
    headers: headersOf(core, queue, copy, false),
    priority: cover.priority,
    expiration: cover.expiration,
    replyTo: cover.replyTo,
    correlationId: cover.correlationId,
  };
}
