import type { JsonObject, Operation } from '../../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../../src/testing/dice.ts';
import type { Player } from '../../contract.ts';
import { Hands } from './hands.ts';

/**
 * Random operations with time between them: TTL, expiry, delays. Each time is far from every sum of waits: what is to be over after
 * one wait takes 1.2 s, after two 3.5 s; a wait takes 2 s, and all other steps together less than 1.2 s.
 */

const QUEUES = ['q0', 'q1', 'q2'];
const TIMES = [1200, 3500];
const WAIT = 2000;
const MOST_WAITS = 4;

function argumentsOf(d: Dice, name: string, quorum: boolean): JsonObject {
  const others = QUEUES.filter((one) => one !== name);
  const dead = d.chance(0.7) ? { 'x-dead-letter-exchange': d.pick(['', '', 'x']), ...(d.chance(0.8) ? { 'x-dead-letter-routing-key': d.pick(others) } : {}) } : {};
  const surely = quorum && 'x-dead-letter-exchange' in dead && d.chance(0.4) ? { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } : {};
  return {
    ...(quorum ? { 'x-queue-type': 'quorum' } : {}),
    ...d.some({
      'x-message-ttl': [0.4, () => d.pick([0, ...TIMES])],
      'x-expires': [0.1, () => d.pick(TIMES)],
      'x-max-length': ['x-overflow' in surely ? 0 : 0.2, () => d.between(1, 3)],
      ...(quorum ? { 'x-delivery-limit': [0.4, () => d.between(0, 2)] } : { 'x-max-priority': [0.4, () => 5] }),
    }),
    ...dead,
    ...surely,
  } as JsonObject;
}

export function waiting(d: Dice): Player {
  const quorum = d.chance(0.4);
  const setup: Operation[] = [...QUEUES.map((queue) => ({ op: 'queue', queue, arguments: argumentsOf(d, queue, quorum) })), { op: 'exchange', exchange: 'x', type: 'topic' }, { op: 'bind', exchange: 'x', queue: d.pick(QUEUES), routingKey: '#' }];
  let made = 0;
  let waits = 0;
  const hands = new Hands();
  const publish = (): Operation => {
    const to = d.chance(0.2) ? { exchange: 'x', routingKey: d.pick(QUEUES) } : { exchange: '', routingKey: d.pick(QUEUES) };
    const bodies = Array.from({ length: d.between(1, 3) }, () => `m${++made}`);
    return { op: 'publish', ...to, bodies, ...d.some({ priority: [0.3, () => d.between(0, 9)], expiration: [0.3, () => String(d.pick([0, ...TIMES]))] }) } as Operation;
  };
  const wait = (): Operation => {
    waits++;
    return { op: 'advance', ms: WAIT };
  };
  const others: readonly (() => Operation)[] = [
    () => {
      const consumer = `c${++made}`;
      hands.consumes(consumer, consumer);
      return { op: 'consume', consumer, queue: d.pick(QUEUES), prefetch: d.pick([1, 1, 2]) };
    },
    () => ({ op: 'get', queue: d.pick(QUEUES), ...(d.chance(0.3) ? { noAck: true } : {}) }),
    () => ({ op: d.pick(['counts', 'drain', 'purge']), queue: d.pick(QUEUES) }),
    () => (hands.consumers.length > 0 ? { op: 'cancel', consumer: d.pick(hands.consumers) } : publish()),
    () => (hands.channels.length > 0 ? { op: 'closeChannel', channel: d.pick(hands.channels) } : publish()),
    () => (d.chance(0.3) ? { op: 'policy', name: 'p', pattern: d.pick(QUEUES), definition: { 'message-ttl': d.pick(TIMES), ...d.some({ 'max-length': [0.3, () => 1] }) } as JsonObject } : publish()),
  ];
  return {
    record: ['x-death', 'x-delivery-count', 'exchange', 'routingKey', 'priority', 'expiration'],
    setup,
    next: () => (waits < MOST_WAITS && d.chance(0.25) ? wait() : d.chance(0.35) ? publish() : !hands.isEmpty && d.chance(0.4) ? hands.settle(d) : d.pick(others)()),
    shown: (operation, seen) => hands.shown(operation, seen),
  };
}
