import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';

/** Random operations on a few queues of RabbitMQ. What depends on real time (TTL, expiry, timeouts) is left to the recorded cases. */

const QUEUES = ['q0', 'q1', 'q2'];
const KEYS = ['a', 'b', 'a.b'];
const PATTERNS = ['a', '#', '*.b', 'a.*'];

function argumentsOf(d: Dice, name: string, quorum: boolean): JsonObject {
  const others = QUEUES.filter((one) => one !== name);
  return {
    ...(quorum ? { 'x-queue-type': 'quorum' } : {}),
    ...d.some({
      'x-max-length': [0.3, () => d.between(1, 4)],
      'x-overflow': [0.3, () => d.pick(quorum ? ['drop-head'] : ['drop-head', 'reject-publish', 'reject-publish-dlx'])],
      'x-single-active-consumer': [0.15, () => true],
      ...(quorum ? { 'x-delivery-limit': [0.4, () => d.between(0, 2)] } : { 'x-max-priority': [0.25, () => 5] }),
    }),
    ...(d.chance(0.5) ? { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': d.pick(others) } : {}),
  } as JsonObject;
}

export function player(d: Dice): Player {
  const quorum = d.chance(0.3);
  const type = d.pick(['direct', 'topic', 'fanout']);
  const setup: Operation[] = [
    ...QUEUES.map((queue) => ({ op: 'queue', queue, arguments: argumentsOf(d, queue, quorum) })),
    { op: 'exchange', exchange: 'x', type },
    ...Array.from({ length: d.between(1, 3) }, () => ({ op: 'bind', exchange: 'x', queue: d.pick(QUEUES), routingKey: type === 'topic' ? d.pick(PATTERNS) : d.pick(KEYS) })),
  ];
  let made = 0;
  /** Outstanding, as "holder:body". */
  let out: { readonly name: string; readonly channel: string }[] = [];
  /** Consumers by their channel. */
  const consumers = new Map<string, string>();
  const publish = (): Operation => {
    const bodies = Array.from({ length: d.between(1, 3) }, () => `m${++made}`);
    const to = d.chance(0.4) ? { exchange: 'x', routingKey: d.pick(KEYS) } : { exchange: '', routingKey: d.pick(QUEUES) };
    return { op: 'publish', ...to, bodies, ...d.some({ priority: [0.3, () => d.between(0, 9)], mandatory: [0.2, () => true] }) } as Operation;
  };
  const settle = (): Operation => {
    const { name } = d.pick(out);
    const op = d.pick(['ack', 'ack', 'nack', 'reject']);
    return { op, delivery: name, ...(op !== 'reject' && d.chance(0.3) ? { multiple: true } : {}), ...(op === 'ack' ? {} : { requeue: d.chance(0.5) }) };
  };
  const others: readonly (() => Operation)[] = [
    () => {
      const consumer = `c${++made}`;
      const channel = d.chance(0.3) && consumers.size > 0 ? d.pick([...consumers.values()]) : consumer;
      consumers.set(consumer, channel);
      return { op: 'consume', consumer, queue: d.pick(QUEUES), channel, prefetch: d.pick([1, 1, 2, 5]), ...(d.chance(0.1) ? { noAck: true } : {}), ...(d.chance(0.2) ? { priority: d.between(0, 2) } : {}) };
    },
    () => ({ op: 'get', queue: d.pick(QUEUES), ...(d.chance(0.3) ? { noAck: true } : {}) }),
    () => ({ op: 'counts', queue: d.pick(QUEUES) }),
    () => (consumers.size === 0 ? publish() : { op: 'cancel', consumer: d.pick([...consumers.keys()]) }),
    () => (consumers.size === 0 ? publish() : { op: 'closeChannel', channel: d.pick([...consumers.values()]) }),
    () => ({ op: d.pick(['purge', 'drain']), queue: d.pick(QUEUES) }),
    () => ({ op: d.pick(['bind', 'unbind']), exchange: 'x', queue: d.pick(QUEUES), routingKey: d.pick(KEYS) }),
    () => (d.chance(0.3) ? { op: 'deleteQueue', queue: d.pick(QUEUES) } : publish()),
  ];
  return {
    record: ['x-death', 'x-delivery-count', 'exchange', 'routingKey', 'priority'],
    setup,
    next: () => (d.chance(0.3) ? publish() : out.length > 0 && d.chance(0.5) ? settle() : d.pick(others)()),
    shown(operation, seen) {
      const { op } = operation;
      const add = (holder: string, channel: string, message: unknown) => out.push({ name: `${holder}:${String(Reflect.get(Object(message), 'body'))}`, channel });
      const gone = (channel: string) => {
        out = out.filter((one) => one.channel !== channel);
        for (const [consumer, on] of consumers) if (on === channel) consumers.delete(consumer);
      };
      if (op === 'ack' || op === 'nack' || op === 'reject') {
        const at = out.findLastIndex((one) => one.name === operation['delivery']);
        const channel = out[at]?.channel;
        out = out.filter((one, i) => i !== at && !(operation['multiple'] === true && one.channel === channel && i < at));
      }
      if (op === 'closeChannel') gone(String(operation['channel']));
      if (op === 'consume' && operation['noAck'] === true) consumers.delete(String(operation['consumer']));
      if (op === 'cancel') consumers.delete(String(operation['consumer']));
      for (const closed of (seen['closed'] ?? []) as readonly JsonObject[]) gone(String(closed['channel'] ?? ''));
      if (Array.isArray(seen['closed']) && seen['closed'].some((one) => Reflect.get(Object(one), 'connection') !== undefined)) {
        out = [];
        consumers.clear();
      }
      for (const consumer of (seen['cancelled'] ?? []) as readonly string[]) consumers.delete(consumer);
      for (const [holder, messages] of Object.entries((seen['deliveries'] ?? {}) as JsonObject)) {
        const channel = consumers.get(holder);
        if (channel !== undefined) for (const message of messages as readonly unknown[]) add(holder, channel, message);
      }
      const { result } = seen;
      if (op === 'get' && operation['noAck'] !== true && typeof result === 'object' && result !== null && 'body' in result) add('getter', 'getter', result);
    },
  };
}
