import type { Refusal } from '../contract.ts';
import { checkExpiration } from './arguments.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import type { Delivery, FieldValue, PublishArgs, Table } from './events.ts';
import type { Copy, Death, Envelope, Headers, Queue } from './model.ts';

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

export function sealed(core: Core, args: PublishArgs): Envelope {
  const { BCC: blind, ...headers } = args.headers ?? {};
  const deaths = core.since40 ? [] : deathsIn(headers);
  const first = deaths.at(-1);
  const own = deaths.length === 0 ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => !deathHeaders.includes(name)));
  return {
    message: args.message,
    exchange: args.exchange,
    routingKeys: [...new Set([args.routingKey, ...texts(headers['CC']), ...texts(blind)])],
    headers: own,
    priority: args.priority ?? null,
    expiration: args.expiration ?? null,
    size: args.size ?? 0,
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

/** The headers as a receiver sees them. */
function headersOf(core: Core, queue: Queue, copy: Copy, fetched: boolean): Table {
  const { envelope } = copy;
  const { firstDeath, deaths } = envelope;
  const headers: Headers = { ...envelope.headers };
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
    const count = core.since43 ? copy.failed : copy.acquired;
    // 3.x shows a count of 0 on a get, not on a delivery.
    if (count > 0 || (!core.since40 && fetched)) headers['x-delivery-count'] = count;
    if (core.since43 && copy.acquired > 0) headers['x-acquired-count'] = copy.acquired;
  }
  return headers;
}

export function deliveryOf(core: Core, queue: Queue, copy: Copy, deliveryTag: number, fetched: boolean): Delivery {
  const { envelope } = copy;
  return {
    copy: copy.id,
    message: envelope.message,
    queue: queue.name,
    deliveryTag,
    redelivered: copy.redelivered,
    deliveryCount: core.since43 ? copy.failed : copy.acquired,
    exchange: envelope.exchange,
    routingKey: envelope.routingKeys[0] ?? '',
    headers: headersOf(core, queue, copy, fetched),
    priority: envelope.priority,
    expiration: envelope.expiration,
    replyTo: envelope.replyTo,
    correlationId: envelope.correlationId,
  };
}
