import type { Json, JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';
import type { Player } from '../../contract.ts';
import { Hands } from './hands.ts';

/**
 * Random operations on two streams, through both protocols; when segments end, and what that drops, is left to the recorded cases. What is published in a row may come to lie in one chunk or in several;
 * so each message is sent alone, and the next when it is confirmed.
 */

const STREAMS = ['s0', 's1'];
const REFERENCES = ['r0', 'r1'];
const FILTERS = ['red', 'blue'];

export function streams(d: Dice): Player {
  const filtered = d.chance(0.3);
  const setup: Operation[] = [
    ...STREAMS.map((queue) => ({ op: 'queue', queue, arguments: { 'x-queue-type': 'stream' } as JsonObject })),
    { op: 'exchange', exchange: 'x', type: 'fanout' },
    { op: 'bind', exchange: 'x', queue: 's0' },
    { op: 'queue', queue: 'q', arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 's1', 'x-max-length': 1 } },
    { op: 'bind', exchange: 'x', queue: d.pick([...STREAMS, 'q']) },
  ];
  let made = 0;
  const hands = new Hands();
  const publishers = new Map<string, number>();
  /** Subscriptions by name, and whether they are asked something. */
  const subscriptions = new Map<string, boolean>();
  const offset = (): Json => d.pick<Json>(['first', 'first', 'last', 'next', d.between(0, 6)]);
  const publish = (): Operation => {
    const to = d.chance(0.3) ? { exchange: 'x' } : { exchange: '', routingKey: d.pick([...STREAMS, ...STREAMS, 'q']) };
    const headers = { ...d.some({ h: [0.3, () => 'v'], 'x-stream-filter-value': [filtered ? 0.7 : 0, () => d.pick(FILTERS)] }) } as JsonObject;
    return { op: 'publish', ...to, body: `m${++made}`, headers, ...d.some({ priority: [0.2, () => 3], persistent: [0.2, () => false] }) } as Operation;
  };
  const publishStream = (): Operation => {
    const publisher = d.pick([...publishers.keys()]);
    const last = publishers.get(publisher) ?? 0;
    // Now and then one that was there before.
    const id = Math.max(0, last + d.pick([1, 1, 1, 2, 0, -1]));
    publishers.set(publisher, Math.max(id, last));
    return { op: 'publishStream', publisher, ids: [id], bodies: [`m${++made}`] };
  };
  const consume = (): Operation => {
    const consumer = `c${++made}`;
    hands.consumes(consumer, consumer);
    const args = { ...d.some({ 'x-stream-offset': [0.8, offset], 'x-stream-filter': [filtered ? 0.6 : 0, () => d.pick(FILTERS)], 'x-stream-match-unfiltered': [filtered ? 0.3 : 0, () => true] }) } as JsonObject;
    return { op: 'consume', consumer, queue: d.pick(STREAMS), prefetch: d.pick([1, 2, 5, 100]), arguments: args, ...d.some({ noAck: [0.05, () => true] }) } as Operation;
  };
  const subscribe = (): Operation => {
    const subscription = `u${++made}`;
    subscriptions.set(subscription, false);
    const named = d.some({ name: [0.4, () => d.pick(REFERENCES)] });
    const properties = { ...named, ...(d.chance(0.4) ? { 'single-active-consumer': 'true' } : {}) } as JsonObject;
    return { op: 'subscribe', subscription, stream: d.pick([...STREAMS, 's0', ...(d.chance(0.1) ? ['nowhere'] : [])]), offset: offset(), ...(Object.keys(properties).length > 0 ? { properties } : {}), ...d.some({ credit: [0.3, () => d.between(1, 3)] }) } as Operation;
  };
  const others: readonly (() => Operation)[] = [
    consume,
    subscribe,
    () => {
      const publisher = `p${++made}`;
      publishers.set(publisher, 0);
      return { op: 'declarePublisher', publisher, stream: d.pick(STREAMS), ...d.some({ reference: [0.7, () => d.pick(REFERENCES)] }) } as Operation;
    },
    () => (publishers.size > 0 ? publishStream() : publish()),
    () => (publishers.size > 0 ? publishStream() : publish()),
    () => {
      const asked = [...subscriptions].find(([, waits]) => waits)?.[0];
      if (asked === undefined) return publish();
      subscriptions.set(asked, false);
      return { op: 'consumerUpdate', subscription: asked, offset: offset() };
    },
    () => {
      if (subscriptions.size === 0) return publish();
      const subscription = d.pick([...subscriptions.keys()]);
      if (d.chance(0.8)) subscriptions.delete(subscription);
      return { op: 'unsubscribe', subscription };
    },
    () => ({ op: 'storeOffset', stream: d.pick(STREAMS), reference: d.pick(REFERENCES), offset: d.between(0, 5) }),
    () => ({ op: d.pick(['queryOffset', 'queryPublisherSequence']), stream: d.pick(STREAMS), reference: d.pick(REFERENCES) }),
    () => (hands.consumers.length > 0 ? { op: d.pick(['cancel']), consumer: d.pick(hands.consumers) } : consume()),
    () => (hands.channels.length > 0 ? { op: d.pick(['closeChannel', 'recover']), channel: d.pick(hands.channels) } : consume()),
    () => (d.chance(0.1) ? { op: d.pick(['get', 'purge', 'deleteQueue']), queue: d.pick(STREAMS) } : consume()),
  ];
  return {
    record: ['x-stream-offset', 'exchange', 'routingKey', ...(d.chance(0.3) ? ['headers', 'priority'] : [])],
    setup,
    next: () => (d.chance(0.35) ? publish() : !hands.isEmpty && d.chance(0.3) ? hands.settle(d) : d.pick(others)()),
    shown(operation, seen) {
      hands.shown(operation, seen);
      const { result } = seen;
      const refused = typeof result === 'object' && result !== null && 'error' in result;
      if (refused && operation.op === 'subscribe') subscriptions.delete(String(operation['subscription']));
      if (refused && operation.op === 'declarePublisher') publishers.delete(String(operation['publisher']));
      for (const asked of Object.keys((seen['consumerUpdates'] ?? {}) as JsonObject)) subscriptions.set(asked, true);
    },
  };
}
