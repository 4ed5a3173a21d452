import type { Json, JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';
import type { Player } from '../../contract.ts';

/** Random declarations, right and wrong ones, and what is said when they are made again, used or deleted. */

const NAMES = ['a', 'b', 'c'];
const TYPES = ['classic', 'quorum', 'stream'];
/** Arguments with values of which some are right. */
const ARGUMENTS: Readonly<Record<string, readonly Json[]>> = {
  'x-message-ttl': [60_000, 0, -1, '5', 4_294_967_296],
  'x-expires': [60_000, 0, -5, 'x'],
  'x-max-length': [3, 0, -1, 'many', 2.5],
  'x-max-length-bytes': [1000, 0, -1],
  'x-overflow': ['drop-head', 'reject-publish', 'reject-publish-dlx', 'spill', 5],
  'x-dead-letter-exchange': ['', 'e', 7],
  'x-dead-letter-routing-key': ['a', 8],
  'x-dead-letter-strategy': ['at-least-once', 'at-most-once', 'maybe'],
  'x-max-priority': [5, 0, 255, 256, -1, true],
  'x-queue-mode': ['lazy', 'default', 'eager'],
  'x-queue-version': [1, 2, 0],
  'x-single-active-consumer': [true, false, 'yes'],
  'x-delivery-limit': [2, 0, -1, 'few'],
  'x-quorum-initial-group-size': [1, 3, 0],
  'x-max-age': ['1h', '7D', '5', 'h', '1x', 5],
  'x-stream-max-segment-size-bytes': [100, 4_000_000_000, -1],
  'x-stream-filter-size-bytes': [16, 255, 15, 256],
  'x-initial-cluster-size': [1, 0],
  'x-queue-leader-locator': ['client-local', 'balanced', 'nearest'],
  'x-consumer-timeout': [60_000, 0, -1],
  'x-max-in-memory-length': [5, -1],
  'x-unknown': ['x'],
};
const CONSUMING: Readonly<Record<string, readonly Json[]>> = {
  'x-priority': [1, -1, 'high', 1.5],
  'x-stream-offset': ['first', 'next', 3, 'soon', '5m', true],
  'x-stream-filter': ['v'],
  'x-cancel-on-ha-failover': [true],
  'x-consumer-timeout': [60_000, 'x'],
};
const some = (d: Dice, of: Readonly<Record<string, readonly Json[]>>, most: number): JsonObject => Object.fromEntries(Array.from({ length: d.between(0, most) }, () => d.pick(Object.keys(of))).map((name) => [name, d.pick(of[name] ?? [])]));

export function declaring(d: Dice): Player {
  let made = 0;
  const queue = (): Operation => {
    const type = d.pick([...TYPES, ...TYPES, undefined, undefined, ...(d.chance(0.1) ? ['heap', 3] : [])]);
    const args = { ...(type === undefined ? {} : { 'x-queue-type': type }), ...some(d, ARGUMENTS, 2) };
    const extra = d.some({ durable: [0.15, () => false], exclusive: [0.1, () => true], autoDelete: [0.15, () => true], report: [0.3, () => true] });
    return { op: 'queue', queue: d.chance(0.03) ? 'amq.mine' : d.pick(NAMES), arguments: args, ...extra } as Operation;
  };
  const exchange = (): Operation => {
    const extra = d.some({ durable: [0.15, () => false], autoDelete: [0.15, () => true], internal: [0.1, () => true], alternateExchange: [0.2, () => d.pick(['f', 'amq.fanout'])] });
    return { op: 'exchange', exchange: d.pick(['e', 'f', 'f', ...(d.chance(0.2) ? ['amq.direct', 'amq.mine', ''] : [])]), type: d.pick(['direct', 'topic', 'fanout', 'headers', 'x-consistent-hash', 'x-local-random', 'x-modulus-hash', ...(d.chance(0.2) ? ['tube'] : [])]), ...extra } as Operation;
  };
  const others: readonly (() => Operation)[] = [
    queue,
    queue,
    queue,
    exchange,
    () => ({ op: d.pick(['checkQueue', 'counts', 'purge']), queue: d.pick([...NAMES, 'd']) }),
    () => ({ op: 'checkExchange', exchange: d.pick(['e', 'f', 'g', 'amq.topic', '']) }),
    () => ({ op: 'deleteQueue', queue: d.pick([...NAMES, 'd']), ...d.some({ ifUnused: [0.4, () => true], ifEmpty: [0.3, () => true] }) }),
    () => ({ op: 'deleteExchange', exchange: d.pick(['e', 'f', 'g', ...(d.chance(0.2) ? ['', 'amq.topic'] : [])]), ...d.some({ ifUnused: [0.4, () => true] }) }),
    () => ({ op: d.pick(['bind', 'bind', 'unbind']), exchange: d.pick(['e', 'f', 'g', 'amq.topic', '']), queue: d.pick([...NAMES, 'd']), routingKey: d.pick(['1', 'k', '']) }),
    () => ({ op: d.pick(['bindExchange', 'unbindExchange']), source: d.pick(['e', 'f', 'amq.topic', '']), destination: d.pick(['e', 'f', 'g', 'amq.fanout', '']), routingKey: d.pick(['1', 'k', '']) }),
    () => ({ op: 'publish', exchange: d.pick(['e', 'f', 'g', 'amq.topic', '']), routingKey: d.pick([...NAMES, 'k']), body: `m${++made}`, ...d.some({ mandatory: [0.3, () => true], expiration: [0.2, () => d.pick(['60000', '-1', 'x', '1.5', '4294967296', ''])], priority: [0.1, () => 9] }) }),
    () => ({ op: 'get', queue: d.pick([...NAMES, 'd']), noAck: true }),
    () => ({ op: 'consume', consumer: `c${++made}`, queue: d.pick(NAMES), ...d.some({ prefetch: [0.8, () => 1], noAck: [0.2, () => true], exclusive: [0.2, () => true], prefetchGlobal: [0.1, () => true] }), arguments: some(d, CONSUMING, 1) }) as Operation,
    () => ({ op: 'ackTag', channel: d.pick(['admin', 'getter']), tag: d.between(0, 2), ...(d.chance(0.4) ? { multiple: true } : {}) }),
    () => ({ op: d.pick(['txSelect', 'txCommit', 'txRollback', 'confirmSelect']), channel: d.pick(['t', 'u']) }),
  ];
  const setup: Operation[] = [...NAMES.flatMap((name) => (d.chance(0.7) ? [{ op: 'queue', queue: name, arguments: d.chance(0.5) ? {} : { 'x-queue-type': d.pick(TYPES) } }] : [])), { op: 'exchange', exchange: 'e', type: d.pick(['direct', 'topic', 'fanout']) }];
  return { setup, next: () => d.pick(others)(), shown: () => undefined };
}
