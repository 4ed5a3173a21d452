import type { BindingView, CensusRow, ExchangeView, HeldCopy, PeekedCopy, QueueCounts, QueueView } from './api.ts';
import type { Core } from './core.ts';
import type { Copy, Queue } from './model.ts';
import { isStream } from './stream.ts';

const peeked = (core: Core, copy: Copy): PeekedCopy => ({
  copy: copy.id,
  message: copy.envelope.message,
  redelivered: copy.redelivered,
  priority: copy.envelope.cover.priority,
  enqueuedAt: copy.enqueuedAt,
  expiresAt: copy.expiresAt < 0 ? null : copy.expiresAt,
  deliveryCount: core.since43 ? copy.failed : copy.acquired,
});

export function peek(core: Core, queue: Queue, max: number): { ready: PeekedCopy[]; unacked: HeldCopy[] } {
  const unacked: HeldCopy[] = [];
  for (const held of queue.held.values()) {
    if (unacked.length >= max) break;
    const { channel, consumer, tag, at } = held;
    unacked.push({
      ...peeked(core, held.copy),
      connection: channel.connection.name,
      channel: channel.number,
      consumer: consumer?.tag ?? null,
      deliveryTag: tag,
      deliveredAt: at,
    });
  }
  const ready = isStream(queue) ? queue.stream.peek(max) : queue.backlog.peek(max);
  return { ready: ready.map((copy) => peeked(core, copy)), unacked };
}

export const consumerCount = (queue: Queue) => queue.consumers.size + queue.ghosts + queue.suspects.reduce((sum, { consumers }) => sum + consumers, 0);

export function counts(queue: Queue): QueueCounts {
  if (isStream(queue)) {
    const { size, bytes } = queue.stream;
    return { ready: size, unacked: queue.held.size, consumers: consumerCount(queue), bytes, oldestEnqueuedAt: queue.stream.oldest()?.enqueuedAt ?? null };
  }
  return {
    ready: queue.backlog.size,
    unacked: queue.held.size,
    consumers: consumerCount(queue),
    bytes: queue.readyBytes,
    oldestEnqueuedAt: queue.backlog.first()?.enqueuedAt ?? null,
  };
}

export function queueView(queue: Queue): QueueView {
  return {
    queue: queue.name,
    type: queue.type,
    durable: queue.durable,
    exclusive: queue.exclusive !== null,
    autoDelete: queue.autoDelete,
    arguments: queue.arguments,
    policy: queue.policy,
    available: queue.available,
    node: queue.node,
    members: queue.members,
    consumers: [...queue.consumers.values()].map((consumer) => ({
      connection: consumer.channel.connection.name,
      channel: consumer.channel.number,
      consumer: consumer.tag,
      active: consumer.reading === null ? !queue.settings.singleActive || queue.active === consumer : consumer.reading.turn !== 'waits',
      unacked: consumer.unacked,
      prefetch: consumer.prefetch,
      priority: consumer.priority,
      offset: consumer.reading?.next ?? null,
    })),
  };
}

export function exchangeViews(core: Core): ExchangeView[] {
  return [...core.exchanges.values()].map(({ name, type, durable, autoDelete, internal, arguments: table }) => ({
    exchange: name,
    type,
    durable,
    autoDelete,
    internal,
    arguments: table,
  }));
}

export function bindingViews(core: Core): BindingView[] {
  return [...core.exchanges.values()].flatMap((exchange) =>
    [...exchange.bindings.values()].map(({ source, destination, destinationKind, routingKey, arguments: table }) => ({
      source,
      destination,
      destinationKind,
      routingKey,
      arguments: table,
    })),
  );
}

/** Every copy that has not ended: waiting (also for a retry or for its dead-letter targets), out with a client, or kept by a stream. */
export function census(core: Core): CensusRow[] {
  return [...core.queues.values()].map((queue) => ({
    queue: queue.name,
    pending: [...queue.backlog.peek(queue.backlog.size).map((copy) => copy.id), ...queue.delayed.sorted().map((one) => one.copy.id), ...[...queue.undertakings].map((one) => one.copy.id)],
    inFlight: [...new Set([...queue.held.values()].map((held) => held.copy.id))],
    retained: isStream(queue) ? [...queue.stream.all()].map((copy) => copy.id) : [],
  }));
}
