import type { JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';
import type { Player } from '../../contract.ts';
import { Hands } from './hands.ts';

/** Random operations on a few queues: consumers, settlements, limits, dead letters, transactions, policies. Nothing takes time. */

const QUEUES = ['q0', 'q1', 'q2'];
const KEYS = ['a', 'b', 'a.b'];
const PATTERNS = ['a', '#', '*.b', 'a.*'];
const OVERFLOWS = ['drop-head', 'reject-publish', 'reject-publish-dlx'];

function argumentsOf(d: Dice, name: string, quorum: boolean): JsonObject {
  const others = QUEUES.filter((one) => one !== name);
  return {
    ...(quorum ? { 'x-queue-type': 'quorum' } : {}),
    ...d.some({
      'x-max-length': [0.3, () => d.between(1, 4)],
      // When a quorum queue tells its publishers to stop depends on how fast they are.
      'x-overflow': [0.3, () => d.pick(quorum ? ['drop-head'] : OVERFLOWS)],
      'x-single-active-consumer': [0.2, () => true],
      ...(quorum ? { 'x-delivery-limit': [0.4, () => d.between(0, 2)] } : { 'x-max-priority': [0.25, () => 5] }),
    }),
    ...(d.chance(0.5) ? { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': d.pick(others) } : {}),
  } as JsonObject;
}
function policyFor(d: Dice, quorum: boolean): JsonObject {
  return {
    // A policy needs something.
    'max-length': d.between(1, 5),
    ...d.some({
      overflow: [quorum ? 0 : 0.2, () => d.pick(OVERFLOWS)],
      'delivery-limit': [0.3, () => d.between(0, 2)],
      'dead-letter-exchange': [0.4, () => d.pick(['', 'x'])],
      'dead-letter-routing-key': [0.3, () => d.pick(QUEUES)],
    }),
  } as JsonObject;
}

/**
 * A channel registers with a quorum queue at its first publish there. If the same message makes another quorum queue dead-letter
 * to it, the letter and the publish race: whose log is written first wins, mostly the letter. So every channel has published before.
 */
const registrations = (channels: readonly string[]): readonly Operation[] => QUEUES.flatMap((queue) => [...channels.map((channel) => ({ op: 'publish', exchange: '', routingKey: queue, body: 'first', channel })), { op: 'purge', queue }]);

export function queues(d: Dice): Player {
  const kind = d.pick(['classic', 'classic', 'quorum', 'mixed']);
  const type = d.pick(['direct', 'topic', 'fanout']);
  const transactional = d.chance(0.25);
  const setup: Operation[] = [
    ...QUEUES.map((queue) => ({ op: 'queue', queue, arguments: argumentsOf(d, queue, kind === 'mixed' ? d.chance(0.5) : kind === 'quorum') })),
    { op: 'exchange', exchange: 'x', type },
    ...Array.from({ length: d.between(1, 3) }, () => ({ op: 'bind', exchange: 'x', queue: d.pick(QUEUES), routingKey: type === 'topic' ? d.pick(PATTERNS) : d.pick(KEYS) })),
    ...(transactional ? [{ op: 'txSelect', channel: 'tx' }] : []),
    ...(kind === 'classic' ? [] : [...registrations(['pub', ...(transactional ? ['tx'] : [])]), ...(transactional ? [{ op: 'txCommit', channel: 'tx' }, ...QUEUES.map((queue) => ({ op: 'purge', queue }))] : [])]),
  ];
  let made = 0;
  const policies = new Set<string>();
  const hands = new Hands();
  const publish = (): Operation => {
    // What quorum queues give up for one message is under way while the next one comes.
    const bodies = Array.from({ length: kind === 'classic' ? d.between(1, 3) : 1 }, () => `m${++made}`);
    const to = d.chance(0.4) ? { exchange: 'x', routingKey: d.pick(KEYS) } : { exchange: '', routingKey: d.pick(QUEUES) };
    const within = transactional && d.chance(0.5) ? { channel: 'tx' } : {};
    return { op: 'publish', ...within, ...to, bodies, ...d.some({ priority: [0.3, () => d.between(0, 9)], mandatory: [0.2, () => true] }) } as Operation;
  };
  const consume = (): Operation => {
    const consumer = `c${++made}`;
    const channel = transactional && d.chance(0.4) ? 'tx' : d.chance(0.3) && hands.channels.length > 0 ? d.pick(hands.channels) : consumer;
    hands.consumes(consumer, channel);
    const extra = d.some({ noAck: [0.1, () => true], priority: [0.3, () => d.between(0, 2)], exclusive: [0.05, () => true], prefetchGlobal: [0.05, () => true] });
    return { op: 'consume', consumer, queue: d.pick(QUEUES), channel, prefetch: d.pick([1, 1, 2, 5]), ...extra } as Operation;
  };
  const orPublish = (may: boolean, make: () => Operation): Operation => (may ? make() : publish());
  const others: readonly (() => Operation)[] = [
    consume,
    consume,
    () => ({ op: 'get', queue: d.pick(QUEUES), ...(d.chance(0.3) ? { noAck: true } : {}) }),
    () => ({ op: 'counts', queue: d.pick(QUEUES) }),
    () => orPublish(hands.consumers.length > 0, () => ({ op: 'cancel', consumer: d.pick(hands.consumers) })),
    () => orPublish(hands.channels.length > 0, () => ({ op: 'closeChannel', channel: d.pick(hands.channels) })),
    () => orPublish(hands.channels.length > 0, () => ({ op: d.pick(['recover', 'prefetch']), channel: d.pick([...hands.channels, 'getter']), count: d.between(0, 3) })),
    () => ({ op: d.pick(['purge', 'drain']), queue: d.pick(QUEUES) }),
    () => ({ op: d.pick(['bind', 'unbind']), exchange: 'x', queue: d.pick(QUEUES), routingKey: d.pick(KEYS) }),
    () => orPublish(d.chance(0.3), () => ({ op: 'deleteQueue', queue: d.pick(QUEUES) })),
    () => {
      const name = d.pick(['p', 'o']);
      if (policies.delete(name)) return { op: 'deletePolicy', name };
      policies.add(name);
      return { op: 'policy', name, pattern: d.pick(['^q', '^q0$', '']), priority: name === 'p' ? 0 : 1, definition: policyFor(d, kind !== 'classic') };
    },
    () => orPublish(transactional, () => ({ op: d.pick(['txCommit', 'txCommit', 'txRollback']), channel: 'tx' })),
    () => orPublish(transactional, () => ({ op: d.pick(['txCommit', 'txCommit', 'txRollback']), channel: 'tx' })),
  ];
  return {
    record: ['x-death', 'x-delivery-count', 'exchange', 'routingKey', 'priority', 'messageCount', ...(d.chance(0.3) ? ['headers'] : [])],
    setup,
    next: () => (d.chance(0.3) ? publish() : !hands.isEmpty && d.chance(0.5) ? hands.settle(d) : d.pick(others)()),
    shown: (operation, seen) => hands.shown(operation, seen),
  };
}
