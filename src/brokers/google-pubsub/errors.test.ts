import { describe, expect, test } from 'vitest';
import type { Refusal } from '../contract.ts';
import { errors, isRefusal, isRetried } from './errors.ts';
import type { Publishing } from './plan.ts';
import { PubSubPublisher } from './publisher.ts';
import { seconds, server } from './server.test-kit.ts';
import { Traffic } from './traffic.ts';

type Server = ReturnType<typeof server>;
type Answer = unknown;
const ready = (s: Server = server()) => (s.subscribe(), s);
const publish = (s: Server, ...messages: Parameters<Server['pubsub']['publish']>[1]) => s.pubsub.publish('t', messages);
const one = { message: 1, size: 1 };
const acked = (settings: Parameters<Server['subscribe']>[0], then: (s: Server) => readonly unknown[]): Answer => {
  const s = server();
  s.subscribe(settings);
  publish(s, { ...one, key: 'x' }, { ...one, key: 'x' });
  s.pull();
  return then(s)[0];
};
const deadLetter = (topic: string, attempts: number) => ({ deadLetter: { topic, attempts, allowed: true } });

/** A publisher of the library, with messages of so many bytes and an ordering key. */
function library(options: Partial<Publishing>, { size = 10, key = '' } = {}) {
  const things: { readonly do: string }[] = [];
  const host = { now: () => 0, up: (_: unknown, thing: { readonly do: string }) => void things.push(thing), later: () => undefined, publishing: () => settings, labels: () => ({ key, attributes: {}, size }) };
  const settings: Publishing = { topic: 't', ordering: true, resumes: false, count: 1, bytes: 1e6, delay: 0, behavior: 'Ignore', maxMessages: 1, maxBytes: 15, timeout: 1e6, ...options };
  const listener = { outcome: () => undefined, returned: () => undefined, room: () => undefined, blocked: () => undefined, unblocked: () => undefined, lost: () => undefined };
  const publisher = new PubSubPublisher(new Traffic({} as never).publisher('p', 'l', 'c'), host, listener);
  publisher.open();
  return publisher;
}
const second = (publisher: PubSubPublisher) => (publisher.send(1, 1), publisher.send(2, 1));

/** For each refusal: how somebody comes by it, and its name. */
const ways: Record<keyof typeof errors, readonly [name: string, way: () => Answer]> = {
  noTopic: ['NOT_FOUND', () => server().pubsub.publish('x', [one])],
  noSubscription: ['NOT_FOUND', () => server().pubsub.pull('x', 'c', 1)],
  noSnapshot: ['NOT_FOUND', () => ready().pubsub.seek('s', { snapshot: 'x' })],
  exists: ['ALREADY_EXISTS', () => ready().subscribe()],
  emptyMessage: ['INVALID_ARGUMENT', () => publish(ready(), { message: 1, size: 0 })],
  requestTooLarge: ['INVALID_ARGUMENT', () => publish(ready(), { message: 1, size: 10_000_001 })],
  tooManyMessages: ['INVALID_ARGUMENT', () => publish(ready(), ...Array.from({ length: 1001 }, () => one))],
  attributes: ['INVALID_ARGUMENT', () => publish(ready(), { ...one, attributes: { '': 'v' } })],
  orderingKey: ['INVALID_ARGUMENT', () => publish(ready(), { ...one, key: 'k'.repeat(1025) })],
  mixedKeys: ['INVALID_ARGUMENT', () => publish(ready(), one, { ...one, key: 'k' })],
  filter: ['INVALID_ARGUMENT', () => server().subscribe({ filter: 'x' })],
  filterImmutable: ['INVALID_ARGUMENT', () => ready().update({ filter: 'attributes:x' })],
  orderingImmutable: ['INVALID_ARGUMENT', () => ready().update({ ordering: true })],
  pushExactlyOnce: ['INVALID_ARGUMENT', () => server().subscribe({ push: true, exactlyOnce: true })],
  ackDeadline: ['INVALID_ARGUMENT', () => ready().pubsub.openStream('s', 'c', { maxMessages: 0, maxBytes: 0, deadline: seconds(9) })],
  modifiedDeadline: ['INVALID_ARGUMENT', () => acked({}, (s) => s.pubsub.modifyAckDeadline('s', ['1-1'], 601))],
  maxMessages: ['INVALID_ARGUMENT', () => ready().pubsub.pull('s', 'c', 0)],
  attempts: ['INVALID_ARGUMENT', () => server().subscribe(deadLetter('t', 4))],
  backoff: ['INVALID_ARGUMENT', () => server().subscribe({ retry: { minimum: 2, maximum: 1 } })],
  ackId: ['INVALID_ARGUMENT', () => acked({}, (s) => s.pubsub.acknowledge('s', ['nonsense']))],
  deadLetterTopic: ['NOT_FOUND', () => server().subscribe(deadLetter('x', 5))],
  pullOfPush: ['FAILED_PRECONDITION', () => acked({ push: true }, (s) => [s.pubsub.pull('s', 'c', 1)])],
  detached: ['FAILED_PRECONDITION', () => acked({}, (s) => (s.pubsub.detachSubscription('s'), [s.pubsub.pull('s', 'c', 1)]))],
  snapshotTooOld: ['FAILED_PRECONDITION', () => acked({}, (s) => (s.s(7 * 86_400 - 3599), [s.pubsub.createSnapshot('x', 's')]))],
  otherTopic: ['INVALID_ARGUMENT', () => acked({}, (s) => (s.pubsub.createTopic({ name: 'u' }), s.subscribe({ name: 'o', topic: 'u' }), s.pubsub.createSnapshot('x', 'o'), [s.pubsub.seek('s', { snapshot: 'x' })]))],
  throughput: ['RESOURCE_EXHAUSTED', () => acked({}, (s) => (s.pubsub.updateTopic({ name: 't', throughput: 1 }), publish(s, one), [publish(s, one)]))],
  keyThroughput: ['RESOURCE_EXHAUSTED', () => acked({}, (s) => (publish(s, { message: 1, size: 1e6, key: 'x' }), [publish(s, { ...one, key: 'x' })]))],
  unavailable: ['UNAVAILABLE', () => acked({}, (s) => (s.pubsub.setDown(true), [publish(s, one)]))],
  invalidAckId: ['PERMANENT_FAILURE_INVALID_ACK_ID', () => acked({ exactlyOnce: true }, (s) => (s.s(11), s.pubsub.acknowledge('s', ['1-1'])))],
  outOfOrderAck: ['TRANSIENT_FAILURE_UNORDERED_ACK_ID', () => acked({ exactlyOnce: true, ordering: true }, (s) => s.pubsub.acknowledge('s', ['2-2']))],
  paused: ['google-pubsub.ErrPublishingPaused', () => pausedPublisher().send(2, 1)],
  oversized: ['google-pubsub.ErrOversizedMessage', () => library({}, { size: 10_000_001 }).send(1, 1)],
  orderingNotEnabled: ['google-pubsub.errPublisherOrderingNotEnabled', () => library({ ordering: false }, { key: 'x' }).send(1, 1)],
  flowMessages: ['google-pubsub.ErrFlowControllerMaxOutstandingMessages', () => second(library({ behavior: 'SignalError' }))],
  flowBytes: ['google-pubsub.ErrFlowControllerMaxOutstandingBytes', () => second(library({ behavior: 'SignalError', maxMessages: 0 }))],
};
test('what the library itself does not take pauses its ordering key, and nothing else', () => {
  const publisher = library({ behavior: 'SignalError', count: 10, delay: 1e6 }, { key: 'x' });
  expect(second(publisher)).toMatchObject({ name: 'google-pubsub.ErrFlowControllerMaxOutstandingMessages' });
  expect(publisher.pausedKeys).toEqual(['x']);
  expect(publisher.send(3, 1)).toMatchObject({ name: 'google-pubsub.ErrPublishingPaused' });
  // What was gathered failed with it, and made room.
  expect(publisher.resumePublish('x')).toBe(true);
  expect(publisher.send(4, 1)).toBe('taken');
  const resuming = library({ behavior: 'SignalError', resumes: true }, { key: 'x' });
  second(resuming);
  expect(resuming.pausedKeys).toEqual([]);
  const keyless = library({ behavior: 'SignalError' });
  second(keyless);
  expect(keyless.pausedKeys).toEqual([]);
});
function pausedPublisher(): PubSubPublisher {
  const publisher = library({}, { key: 'x' });
  publisher.send(1, 1);
  publisher.answered(1, errors.noTopic('t'));
  return publisher;
}

describe('every refusal, by its name', () => {
  for (const [error, [name, way]] of Object.entries(ways)) {
    test(error, () => {
      const answer = way();
      expect(isRefusal(answer) ? answer.name : answer).toBe(name);
      expect((answer as Refusal).closes).toBe('message');
    });
  }
  test('the library tries again after those that may pass', () => {
    expect([errors.unavailable(), errors.throughput(), errors.noTopic('t'), errors.emptyMessage()].map(isRetried)).toEqual([true, true, false, false]);
  });
});
