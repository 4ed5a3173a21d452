import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Talk } from './operations.ts';

/** Random calls of Pulsar's client library. */

const TOPIC = 't';
/** µs: so long a batch waits for flush(). */
const NEVER = 600_000_000;
/** ms until a client has connected again, or until what was acknowledged negatively has come again. */
const CALM = 1500;

/** Consumers of the library, and what is written for them. */
export function consumerLibrary(d: Dice): Talk {
  const type = d.pick(['Exclusive', 'Failover', 'Shared', 'Shared', 'Key_Shared']);
  const names = type === 'Shared' || type === 'Key_Shared' ? ['c', 'e'] : ['c'];
  const has = new Map<string, string[]>(names.map((name) => [name, []]));
  let made = 0;
  const bodies = (n: number) => Array.from({ length: n }, () => `m${++made}`);
  const config = (): JsonObject => ({
    subscriptionType: type,
    acknowledgementsGroupTimeMicros: 0,
    negativeAckRedeliveryDelayMicros: 300_000,
    ...(d.chance(0.5) ? { receiverQueueSize: d.between(1, 5) } : {}),
    ...(d.chance(0.3) ? { batchIndexAckEnabled: false } : {}),
    ...(type === 'Shared' && d.chance(0.3) ? { maxRedeliverCount: d.between(1, 2) } : {}),
  });
  const produce = (): Operation => (d.chance(0.3) ? { op: 'produce', bodies: bodies(d.between(2, 4)), keys: [d.pick(['k1', 'k2', 'k3'])] } : { op: 'produce', body: `m${++made}`, key: d.pick(['k1', 'k2', 'k3']) });
  const receive = (): Operation => ({ op: 'receive', consumer: d.pick(names), ms: 400 });
  const settle = (): Operation => {
    const holders = names.filter((name) => (has.get(name)?.length ?? 0) > 0);
    if (holders.length === 0) return receive();
    const consumer = d.pick(holders);
    return { op: d.chance(0.65) ? 'acknowledge' : 'negativeAcknowledge', consumer, body: d.pick(has.get(consumer) ?? []) };
  };
  return {
    setup: [
      { op: 'topic', topic: TOPIC },
      ...names.map((consumer): Operation => ({ op: 'openConsumer', consumer, config: config() })),
      // It is served when activeConsumerFailoverDelayTimeMillis has passed.
      ...(type === 'Failover' ? [{ op: 'advance', ms: CALM }] : []),
    ],
    calm: { negativeAcknowledge: CALM },
    makes: () => [produce, produce, produce, receive, receive, receive, settle, settle, settle, () => ({ op: 'stats', topic: TOPIC, subscription: 's' })],
    heard(operation, seen) {
      const consumer = String(operation['consumer'] ?? '');
      const { body } = (seen['result'] ?? {}) as { readonly body?: string };
      const held = has.get(consumer) ?? [];
      if (operation.op === 'receive' && body !== undefined && !held.includes(body)) held.push(body);
      if (operation.op === 'acknowledge' || operation.op === 'negativeAcknowledge')
        has.set(
          consumer,
          held.filter((one) => one !== operation['body']),
        );
    },
  };
}
/** A producer of the library: its queue, its batches, and its connection. */
export function producerLibrary(d: Dice): Talk {
  const partitions = d.pick([0, 0, 3]);
  const batches = d.chance(0.5);
  const blocks = d.chance(0.3);
  const config: JsonObject = {
    batchingEnabled: batches,
    // It is not to be chance which of the limits is met first.
    ...(batches ? { batchingMaxPublishDelayMicros: NEVER, batchingMaxMessages: d.between(2, 5), ...(d.chance(0.4) ? { batchingMaxBytes: 100 } : {}), ...(d.chance(0.4) ? { batcherBuilder: 'KEY_BASED' } : {}) } : {}),
    ...(d.chance(0.4) ? { maxPendingMessages: d.between(1, 6) } : {}),
    ...(d.chance(0.2) && !batches && !blocks ? { memoryLimitBytes: 200 } : {}),
    ...(blocks ? { blockIfQueueFull: true } : {}),
    ...(d.chance(0.3) ? { hashingScheme: 'Murmur3_32Hash' } : {}),
    ...(d.chance(0.3) ? { accessMode: 'Exclusive' } : {}),
  };
  let made = 0;
  let held = false;
  /** A call of send() that has not come back: its thread does nothing else. */
  let blocked: string | null = null;
  const callbacks = (): Operation => ({ op: 'callbacks', producer: 'p', ...(partitions > 0 ? { sorted: true } : {}) });
  const send = (): Operation => {
    if (blocked !== null) return callbacks();
    return {
      op: 'send',
      producer: 'p',
      bodies: Array.from({ length: d.between(1, 4) }, () => `m${++made}`),
      keys: [d.pick(['k1', 'k2', 'k3']), d.pick(['k1', 'k2', 'k3'])],
      ...(d.chance(0.3) ? { bytes: d.pick([30, 60, 120]) } : {}),
      ...(blocks ? { as: `w${made}` } : {}),
    };
  };
  return {
    setup: [{ op: 'topic', topic: TOPIC, ...(partitions > 0 ? { partitions } : {}) }, { op: 'openProducer', producer: 'p', config }, ...(partitions > 0 ? [] : [{ op: 'subscribe', consumer: 'a' }])],
    calm: { cut: CALM, unload: CALM },
    makes: () => [
      ...[send, send, send, send, callbacks, callbacks],
      () => (held ? { op: 'letThrough', producer: 'p' } : { op: 'holdBack', producer: 'p' }),
      () => ({ op: 'cut', producer: 'p' }),
      () => (held || blocks ? send() : { op: 'flush', producer: 'p' }),
      () => (partitions > 0 ? send() : { op: 'batches', producer: 'p' }),
      () => (partitions > 0 || held || d.chance(0.5) ? send() : { op: 'unload', topic: TOPIC }),
      () => (d.chance(0.3) ? { op: 'createProducer', producer: 'q', accessMode: 'ExclusiveWithFencing', topic: partitions > 0 ? `${TOPIC}-partition-0` : TOPIC } : callbacks()),
    ],
    heard(operation, seen) {
      if (typeof operation['as'] === 'string') blocked = operation['as'];
      if (((seen['unblocked'] ?? []) as readonly string[]).includes(blocked ?? '')) blocked = null;
      if (operation.op === 'holdBack') held = true;
      if (operation.op === 'letThrough' || operation.op === 'cut') held = false;
    },
  };
}
