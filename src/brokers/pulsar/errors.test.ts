/** Every refusal, and how one comes by it. */
import { expect, test } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import { models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';
import { Bench } from './server.test-kit.ts';
import { checkStickyRanges } from './sticky-ranges.ts';

const told = (bench: Bench): string => bench.told.at(-1) ?? '';
const history = (parts: Parts, name: string): string => (observe(runTwice(scenarioOf(parts), models, catalog, UNTIL)).of('refused', `pulsar.${name}`).length > 0 ? name : 'nothing');
const cut = [{ at: '1s', by: 'author', do: 'cut', on: 'in' } as const];

const ways: Readonly<Record<keyof typeof errors, readonly [code: number, name: string, way: () => string]>> = {
  persistence: [
    2,
    'p PersistenceError',
    () => {
      const bench = new Bench({ bookies: 2 });
      bench.do((server) => server.stopBookie(1));
      bench.send('m1');
      return told(bench);
    },
  ],
  consumerBusy: [5, 'ConsumerBusy', () => [new Bench()].map((bench) => (bench.join('a', { type: 'Exclusive' }), bench.join('b', { type: 'Exclusive' }))).join('')],
  serviceNotReady: [6, 'ServiceNotReady', () => [new Bench()].map((bench) => (bench.do((server) => server.crashBroker(0)), bench.join('a'))).join('')],
  blockedQuotaError: [7, 'ProducerBlockedQuotaExceededError', () => [new Bench({ backlogBytes: 50 })].map((bench) => (bench.join('a'), bench.send('m1'), bench.produce('p'))).join('')],
  blockedQuotaException: [8, 'ProducerBlockedQuotaExceededException', () => [new Bench({ backlogBytes: 50, backlogPolicy: 'producer_exception' })].map((bench) => (bench.join('a'), bench.send('m1'), bench.produce('p'))).join('')],
  topicNotFound: [11, 'TopicNotFound', () => new Bench().join('a', { partition: 'nowhere' })],
  producerBusy: [16, 'ProducerBusy', () => [new Bench()].map((bench) => (bench.produce('p', 'Shared', 'one'), bench.produce('q', 'Shared', 'one'))).join('')],
  consumerAssign: [19, 'ConsumerAssignError', () => new Bench().join('a', { type: 'Key_Shared', keyShared: { mode: 'STICKY' } })],
  producerFenced: [25, 'ProducerFenced', () => [new Bench()].map((bench) => (bench.produce('p'), bench.produce('q', 'Exclusive'))).join('')],
  illegalArgument: [0, 'IllegalArgumentException', () => history({ consume: { subscriptionType: 'Key_Shared', keySharedMode: 'STICKY', stickyHashRanges: '0-70000' } }, 'IllegalArgumentException')],
  queueFull: [0, 'ProducerQueueIsFullError', () => history({ publish: { maxPendingMessages: 1 }, timeline: cut }, 'ProducerQueueIsFullError')],
  memoryFull: [0, 'MemoryBufferIsFullError', () => history({ publish: { memoryLimitBytes: 600 }, timeline: cut }, 'MemoryBufferIsFullError')],
  invalidMessage: [0, 'InvalidMessageException', () => history({ cluster: { maxMessageSize: 10 } }, 'InvalidMessageException')],
  alreadyClosed: [0, 'AlreadyClosedException', () => history({ publish: { batchingMaxPublishDelayMicros: 10_000_000 }, timeline: [{ at: '1s', by: 'author', do: 'remove-link', on: 'in' }] }, 'AlreadyClosedException')],
};
for (const [name, [code, says, way]] of Object.entries(ways)) {
  test(`${name}: ${says}`, () => {
    const made: Refusal = errors[name as keyof typeof errors]('why');
    expect([way(), made.code, made.refused]).toEqual([says, code, true]);
    expect(says).toContain(made.name);
  });
}
test('the client refuses ranges that cannot be', () => {
  expect(checkStickyRanges([{ start: 0, end: 70_000 }])?.name).toBe('IllegalArgumentException');
});
