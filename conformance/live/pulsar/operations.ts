import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';
import { consumerLibrary, producerLibrary } from './library-operations.ts';

/** Random commands to a broker of Pulsar, and random calls of its client library. A case is about one thing, so that they meet. What depends on real time is left to the recorded cases. */

type Make = () => Operation;
export interface Talk {
  readonly setup: readonly Operation[];
  /** Time to be waited after an operation, ms. */
  readonly calm?: Readonly<Record<string, number>>;
  makes(): readonly Make[];
  heard(operation: Operation, seen: JsonObject): void;
}
const TOPIC = 't';
/** Longer than the broker's activeConsumerFailoverDelayTimeMillis. */
const TAKES_OVER = 1500;
/** Until a topic that was unloaded is served again, ms. */
const MOVES = 1000;

const list = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : []);
const failed = (seen: JsonObject): boolean => typeof seen['result'] === 'object' && seen['result'] !== null && 'error' in seen['result'];

interface Kind {
  readonly types: readonly string[];
  /** What consumers say of themselves when they subscribe. */
  readonly more: (d: Dice) => JsonObject;
}
const shared: Kind = { types: ['Shared'], more: (d) => (d.chance(0.3) ? { priorityLevel: d.below(2) } : {}) };
const single: Kind = { types: ['Exclusive', 'Failover', 'Failover'], more: (d) => (d.chance(0.3) ? { priorityLevel: d.below(2) } : {}) };
const keyed: Kind = { types: ['Key_Shared'], more: (d) => (d.chance(0.2) ? { ranges: d.pick(['0-32767', '32768-65535', '0-20000 40000-65535', '20001-39999']) } : d.chance(0.1) ? { allowOutOfOrderDelivery: true } : {}) };
const mixed: Kind = { types: ['Exclusive', 'Failover', 'Shared', 'Key_Shared'], more: () => ({}) };

/** Consumers of one subscription, and what is written for them. */
function subscription(d: Dice, { types, more }: Kind): Talk {
  const type = d.pick(types);
  const names = ['a', 'b', 'c', 'd'];
  const keys = ['k1', 'k2', 'k3', 'order-7', 'ü'];
  let made = 0;
  let connected: string[] = [];
  const had = new Map<string, string[]>();
  let written: string[] = [];
  const bodies = (n: number) => Array.from({ length: n }, () => `m${++made}`);
  const key = () => (d.chance(0.7) ? { key: d.pick(keys) } : {});
  const produce = (): Operation =>
    d.chance(0.3) ? { op: 'produce', bodies: bodies(d.between(2, 4)), ...(d.chance(0.7) ? { keys: [d.pick(keys), d.pick(keys)] } : {}) } : { op: 'produce', body: `m${++made}`, ...key(), ...(d.chance(0.06) ? { deliverAfterMs: 600_000 } : {}), ...(d.chance(0.1) ? { orderingKey: d.pick(keys) } : {}) };
  const subscribe = (): Operation => {
    const free = names.filter((name) => !connected.includes(name));
    if (free.length === 0) return produce();
    return { op: 'subscribe', consumer: d.pick(free), type: d.chance(0.06) ? d.pick(['Exclusive', 'Failover', 'Shared', 'Key_Shared']) : type, ...(d.chance(0.4) ? { permits: d.between(0, 5) } : {}), ...(d.chance(0.3) ? { initialPosition: 'Earliest' } : {}), ...more(d) };
  };
  const by =
    (make: (consumer: string) => Operation): Make =>
    () =>
      connected.length === 0 ? subscribe() : make(d.pick(connected));
  const some = (consumer: string): string[] => {
    const from = d.chance(0.1) ? written : (had.get(consumer) ?? []);
    return from.length === 0 ? [] : [...new Set(Array.from({ length: d.between(1, 3) }, () => d.pick(from)))];
  };
  const onSome = (make: (consumer: string, bodies: string[]) => Operation): Make =>
    by((consumer) => {
      const chosen = some(consumer);
      return chosen.length === 0 ? produce() : make(consumer, chosen);
    });
  const ack = onSome((consumer, chosen) => ({ op: 'ack', consumer, bodies: chosen, ...(d.chance(0.3) ? { whole: false } : {}) }));
  const ackUpTo = onSome((consumer, chosen) => ({ op: 'ackUpTo', consumer, body: chosen[0] ?? '' }));
  const redeliver = by((consumer) => {
    const chosen = some(consumer);
    return { op: 'redeliver', consumer, ...(chosen.length === 0 || d.chance(0.3) ? {} : { bodies: chosen }) };
  });
  const changes = { subscribe: TAKES_OVER, close: TAKES_OVER, crash: TAKES_OVER, unload: MOVES };
  return {
    setup: [{ op: 'topic', topic: TOPIC }],
    calm: types.includes('Failover') ? changes : { unload: MOVES },
    makes: () => [
      ...[produce, produce, produce, produce, ack, ack, ack, redeliver, redeliver, subscribe],
      ...(type === 'Exclusive' || type === 'Failover' || d.chance(0.05) ? [ackUpTo] : []),
      by((consumer) => ({ op: 'flow', consumer, permits: d.between(1, 4) })),
      by((consumer) => ({ op: d.pick(['close', 'crash']), consumer })),
      () => ({ op: 'stats', topic: TOPIC, subscription: 's' }),
      () => (d.chance(0.3) ? { op: 'unload', topic: TOPIC } : produce()),
      by((consumer) => (d.chance(0.4) ? { op: 'seek', consumer, to: d.pick(['earliest', 'latest']) } : { op: 'flow', consumer, permits: 2 })),
    ],
    heard(operation, seen) {
      const consumer = String(operation['consumer'] ?? '');
      if (operation.op === 'subscribe' && !failed(seen)) connected.push(consumer);
      if (operation.op === 'produce') written = [...written, ...list(operation['bodies']), ...(typeof operation['body'] === 'string' ? [operation['body']] : [])];
      if (operation.op === 'close' || operation.op === 'crash') connected = connected.filter((one) => one !== consumer);
      connected = connected.filter((one) => !list(seen['closed']).includes(one));
      for (const [name, messages] of Object.entries((seen['deliveries'] ?? {}) as Readonly<Record<string, readonly { readonly body: string }[]>>)) had.set(name, [...(had.get(name) ?? []), ...messages.map(({ body }) => body)]);
    },
  };
}
/** Producers with one topic: who may write, and what is known already. */
function producers(d: Dice): Talk {
  const names = ['p', 'q', 'r'];
  let made = 0;
  let connected: string[] = [];
  let waiting: string[] = [];
  const create = (): Operation => {
    const free = names.filter((name) => !connected.includes(name) && !waiting.includes(name));
    if (free.length === 0) return produce();
    return { op: 'createProducer', producer: d.pick(free), accessMode: d.pick(['Shared', 'Shared', 'Exclusive', 'ExclusiveWithFencing', 'WaitForExclusive']), ...(d.chance(0.15) ? { name: d.pick(names) } : {}) };
  };
  const produce = (): Operation => {
    const free = names.filter((name) => !waiting.includes(name));
    return free.length === 0 ? { op: 'stats', topic: TOPIC, subscription: 's' } : { op: 'produce', producer: d.pick(free), body: `m${++made}` };
  };
  const close = (): Operation => {
    const all = [...connected, ...waiting];
    return all.length === 0 ? create() : { op: 'closeProducer', producer: d.pick(all) };
  };
  return {
    setup: [
      { op: 'topic', topic: TOPIC },
      { op: 'subscribe', consumer: 'a' },
    ],
    calm: { unload: MOVES },
    makes: () => [create, create, produce, produce, produce, close, () => (d.chance(0.3) ? { op: 'unload', topic: TOPIC } : produce())],
    heard(operation, seen) {
      const producer = String(operation['producer'] ?? '');
      const result = (seen['result'] ?? {}) as JsonObject;
      if (operation.op === 'createProducer' && !failed(seen)) (result['waiting'] === true ? waiting : connected).push(producer);
      if (operation.op === 'produce' && seen['errors'] === undefined && !connected.includes(producer)) connected.push(producer);
      if (operation.op === 'closeProducer') [connected, waiting] = [connected, waiting].map((all) => all.filter((one) => one !== producer)) as [string[], string[]];
      const gone = list(seen['closed']);
      const granted = list(seen['granted']);
      connected = [...connected.filter((one) => !gone.includes(one)), ...granted];
      waiting = waiting.filter((one) => !gone.includes(one) && !granted.includes(one));
    },
  };
}
const TALKS: Readonly<Record<string, (d: Dice) => Talk>> = {
  shared: (d) => subscription(d, shared),
  single: (d) => subscription(d, single),
  keyed: (d) => subscription(d, keyed),
  mixed: (d) => subscription(d, mixed),
  producers,
  consumerLibrary,
  producerLibrary,
};

/** @param about one of the conversations; without it any of them */
export function player(d: Dice, about?: string): Player {
  const chosen = TALKS[about ?? d.pick(Object.keys(TALKS))];
  if (chosen === undefined) throw new Error(`there are random cases about ${Object.keys(TALKS).join(', ')}`);
  const talk = chosen(d);
  let wait = 0;
  return {
    setup: talk.setup,
    next() {
      if (wait > 0) {
        const ms = wait;
        wait = 0;
        return { op: 'advance', ms };
      }
      const operation = d.pick(talk.makes())();
      wait = talk.calm?.[operation.op] ?? 0;
      return operation;
    },
    shown: (operation, seen) => talk.heard(operation, seen),
  };
}
