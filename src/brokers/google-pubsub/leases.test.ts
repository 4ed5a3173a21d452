import { describe, expect, test } from 'vitest';
import { ackIdOf } from './leases.ts';
import { rule } from './rules.ts';
import { PubSubServer } from './server.ts';
import { type Settings, seconds, server } from './server.test-kit.ts';

const ready = (settings: Settings = {}) => {
  const s = server();
  expect(s.subscribe(settings)).toBeUndefined();
  return s;
};

describe('publishing', () => {
  test(rule('fan-out'), () => {
    const s = ready();
    s.subscribe({ name: 'other' });
    s.publish(['a', 'b']);
    expect([s.pull(1, 'c1'), s.pull(5, 'c2'), s.pull(5, 'c3', 'other')]).toEqual([['a'], ['b'], ['a', 'b']]);
  });
  test(rule('from-creation'), () => {
    const s = server();
    s.publish('early');
    s.subscribe();
    s.publish('late');
    expect(s.pull()).toEqual(['late']);
    expect(s.events('accepted').map(({ to, matched }) => [to.length, matched])).toEqual([
      [0, false],
      [1, true],
    ]);
  });
  test(rule('request-limits'), () => {
    const s = ready();
    expect(s.publish(Array.from({ length: 1001 }, (_, i) => `m${i}`))).toBe('INVALID_ARGUMENT');
    expect(s.publish(['a', 'b'], { size: 5_000_001 })).toBe('INVALID_ARGUMENT');
    expect(s.depth()).toEqual([0, 0]);
    expect(s.publish(Array.from({ length: 1000 }, (_, i) => `m${i}`))).toBe(1000);
    expect(s.publish(['a', 'b'], { size: 5_000_000 })).toBe(2);
  });
  test(rule('empty-message'), () => {
    const s = ready();
    expect(s.publish('a', { size: 0 })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { size: 0, attributes: { k: '' } })).toBe(1);
  });
  test(rule('attribute-limits'), () => {
    const s = ready();
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'v']));
    expect(s.publish('a', { attributes: many(101) })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { attributes: { ['k'.repeat(257)]: 'v' } })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { attributes: { k: 'v'.repeat(1025) } })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { attributes: { googclient_schema: 'v' } })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { key: 'é'.repeat(513) })).toBe('INVALID_ARGUMENT');
    expect(s.publish('a', { attributes: { ...many(99), ['k'.repeat(256)]: 'v'.repeat(1024) }, key: 'é'.repeat(512) })).toBe(1);
  });
  test(rule('one-key-per-request'), () => {
    const s = ready();
    expect(
      s.pubsub.publish('t', [
        { message: 1, size: 1, key: 'x' },
        { message: 2, size: 1 },
      ]),
    ).toMatchObject({ name: 'INVALID_ARGUMENT' });
    expect(s.publish(['a', 'b'], { key: 'x' })).toBe(2);
  });
  test(rule('key-throughput'), () => {
    const s = ready();
    expect(s.publish('a', { key: 'x', size: 1_000_000 })).toBe(1);
    expect(s.publish('b', { key: 'x', size: 1 })).toBe('RESOURCE_EXHAUSTED');
    expect(s.publish('b', { key: 'y', size: 1 })).toBe(1);
    s.s(1);
    expect(s.publish('b', { key: 'x', size: 1 })).toBe(1);
    const quota = server({ throughput: 1000 });
    quota.s(1);
    expect([quota.publish('a', { size: 1500 }), quota.publish('b')]).toEqual([1, 'RESOURCE_EXHAUSTED']);
    quota.s(1);
    expect(quota.publish('b')).toBe(1);
  });
});

describe('leases', () => {
  test(rule('deadline'), () => {
    const s = ready();
    s.publish('a');
    expect(s.pull()).toEqual(['a']);
    s.s(9.9);
    expect(s.pull(5, 'other')).toEqual([]);
    s.s(0.1);
    expect(s.pull(5, 'other')).toEqual(['a']);
    expect(s.events('requeued').map(({ why }) => why)).toEqual(['ack_deadline']);
  });
  test(rule('deadline-range'), () => {
    const s = server();
    expect([s.subscribe({ ackDeadline: seconds(9) })?.name, s.subscribe({ ackDeadline: seconds(601) })?.name, s.subscribe({ ackDeadline: seconds(600) })]).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', undefined]);
    s.publish('a');
    s.pull();
    expect([s.modify('a', 601), s.modify('a', -1), s.modify('a', 600)]).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'confirmed']);
  });
  test(rule('modify'), () => {
    const s = ready();
    s.publish(['a', 'b']);
    s.pull();
    s.s(8);
    s.modify('a', 15);
    s.modify('b', 1);
    s.s(1);
    expect(s.pull()).toEqual(['b']);
    s.s(13.9);
    expect(s.pull(1).filter((one) => one === 'a')).toEqual([]);
    s.s(0.1);
    expect(s.pull()).toContain('a');
  });
  test(rule('nack'), () => {
    const s = ready();
    s.publish('a');
    s.pull();
    s.nack('a');
    expect(s.pull()).toEqual(['a']);
  });
  test(rule('late-ack'), () => {
    const late = (lateAck: number) => {
      const s = ready({ habits: { lateAck } });
      s.publish('a');
      s.pull();
      s.s(11);
      return [s.ack('a'), s.pull(), s.events('acked').map((one) => one.late)];
    };
    expect(late(0)).toEqual(['confirmed', ['a'], []]);
    expect(late(1)).toEqual(['confirmed', [], [true]]);
  });
  test(rule('ack-twice'), () => {
    const s = ready();
    s.publish('a');
    s.pull();
    expect([s.ack('a'), s.ack('a')]).toEqual(['confirmed', 'confirmed']);
    expect(s.depth()).toEqual([0, 0]);
  });
  test(rule('at-least-once'), () => {
    const s = ready({ habits: { ackLost: 1 } });
    s.publish('a');
    s.pull();
    expect(s.ack('a')).toBe('confirmed');
    s.s(9.9);
    expect(s.pull()).toEqual([]);
    s.s(0.1);
    expect(s.pull()).toEqual(['a']);
    expect(s.events('requeued').map(({ why }) => why)).toEqual(['ack_not_kept']);
  });
  test(rule('pull-batch'), () => {
    const s = ready();
    s.publish(['a', 'b', 'c']);
    expect([s.pull(2), s.pull(2)]).toEqual([['a', 'b'], ['c']]);
    expect(s.pubsub.pull('s', 'c', 0)).toMatchObject({ name: 'INVALID_ARGUMENT' });
    s.pubsub.pull('s', 'waits', 5);
    s.publish(['d']);
    expect(s.got('s', true)).toEqual(['waits:d']);
    s.pubsub.pull('s', 'waits', 5);
    s.ack('d');
    for (const body of ['a', 'b', 'c']) s.ack(body);
    s.s(60);
    expect(s.events('pulled').at(-1)).toMatchObject({ client: 'waits', count: 0 });
  });
  test(rule('flow-control'), () => {
    const s = ready();
    s.stream('c', 2);
    s.publish(['a', 'b', 'c']);
    expect(s.got()).toEqual(['a', 'b']);
    s.ack('a');
    expect(s.got()).toEqual(['c']);
    const bytes = ready();
    bytes.stream('c', 0, 15);
    bytes.publish(['a', 'b', 'c']);
    expect(bytes.got()).toEqual(['a', 'b']);
  });
  test(rule('stream-closes'), () => {
    const s = ready();
    s.stream('c1');
    s.publish('a');
    s.pubsub.closeStream('s', 'c1');
    s.stream('c2');
    expect(s.got('s', true)).toEqual(['c1:a']);
    s.s(10);
    expect(s.got('s', true)).toEqual(['c2:a']);
  });
});

describe('exactly-once delivery', () => {
  test(rule('exactly-once'), () => {
    const s = ready({ exactlyOnce: true, habits: { ackLost: 1, lateAck: 1 } });
    s.publish('a');
    s.pull();
    expect(s.ack('a')).toBe('confirmed');
    s.s(30);
    expect(s.pull()).toEqual([]);
  });
  test(rule('stale-ack-id'), () => {
    const s = ready({ exactlyOnce: true });
    s.publish('a');
    s.pull();
    s.s(11);
    expect([s.ack('a'), s.modify('a', 20)]).toEqual(['PERMANENT_FAILURE_INVALID_ACK_ID', 'PERMANENT_FAILURE_INVALID_ACK_ID']);
    expect(s.pull()).toEqual(['a']);
    expect([s.ack('a', 1), s.ack('a', 2), s.ack('a', 2)]).toEqual(['PERMANENT_FAILURE_INVALID_ACK_ID', 'confirmed', 'PERMANENT_FAILURE_INVALID_ACK_ID']);
  });
  test(rule('ordered-acks'), () => {
    const s = ready({ exactlyOnce: true, ordering: true });
    s.publish(['a', 'b'], { key: 'x' });
    s.pull();
    expect([s.ack('b'), s.ack('a'), s.ack('b')]).toEqual(['TRANSIENT_FAILURE_UNORDERED_ACK_ID', 'confirmed', 'confirmed']);
  });
  test(rule('exactly-once-pull'), () => {
    expect(server().subscribe({ exactlyOnce: true, push: true })?.name).toBe('INVALID_ARGUMENT');
  });
});

describe('failures', () => {
  test(rule('retry-immediate'), () => {
    const s = ready();
    s.stream();
    s.publish('a');
    for (let i = 0; i < 20; i++) s.nack('a');
    expect(s.got()).toHaveLength(21);
  });
  test(rule('retry-backoff'), () => {
    const s = ready({ retry: { minimum: seconds(10), maximum: seconds(30) } });
    s.stream();
    s.publish(['a', 'b']);
    s.got();
    const waits = [];
    for (let i = 0; i < 4; i++) {
      s.nack('a');
      let waited = 0;
      while (s.got().length === 0) {
        if (i === 0) s.modify('b', 100);
        s.s(1);
        waited++;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([10, 20, 30, 30]);
    expect(server().subscribe({ retry: { minimum: 2, maximum: 1 } })?.name).toBe('INVALID_ARGUMENT');
  });
  test(rule('retry-key'), () => {
    const s = ready({ ordering: true, retry: { minimum: seconds(10), maximum: seconds(10) } });
    s.publish(['a', 'b'], { key: 'x' });
    s.publish('c', { key: 'y' });
    s.pull(1);
    s.nack('a');
    expect(s.pull()).toEqual(['c']);
    s.s(10);
    expect(s.pull()).toEqual(['a', 'b']);
  });
  test(rule('dead-letter'), () => {
    const s = server();
    s.pubsub.createTopic({ name: 'dead' });
    s.subscribe({ deadLetter: { topic: 'dead', attempts: 5, allowed: true } });
    s.subscribe({ name: 'grave', topic: 'dead' });
    s.publish('a');
    for (let i = 0; i < 5; i++) {
      expect(s.pull()).toEqual(['a']);
      s.nack('a');
    }
    expect([s.pull(), s.pull(5, 'c', 'grave'), s.depth()]).toEqual([[], ['a'], [0, 0]]);
  });
  test(rule('attempts'), () => {
    const shown = (settings: Settings) => {
      const s = server();
      s.pubsub.createTopic({ name: 'dead' });
      s.subscribe(settings);
      s.publish('a');
      s.pull();
      s.nack('a');
      s.pull();
      s.s(10);
      s.pull();
      return s.events('delivered').map((one) => one.shown);
    };
    const deadLetter = { topic: 'dead', attempts: 5, allowed: true };
    expect(shown({ deadLetter })).toEqual([1, 2, 3]);
    expect(shown({ deadLetter, habits: { uncounted: 1 } })).toEqual([1, 1, 1]);
    expect(shown({})).toEqual([0, 0, 0]);
  });
  test(rule('attempts-range'), () => {
    const asked = (topic: string, attempts: number) => {
      const s = server();
      s.pubsub.createTopic({ name: 'dead' });
      return s.subscribe({ deadLetter: { topic, attempts, allowed: true } })?.name;
    };
    expect([asked('dead', 4), asked('dead', 101), asked('nowhere', 5), asked('dead', 100)]).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'NOT_FOUND', undefined]);
  });
  test(rule('forward-roles'), () => {
    const s = server();
    s.pubsub.createTopic({ name: 'dead' });
    s.subscribe({ deadLetter: { topic: 'dead', attempts: 5, allowed: false } });
    s.stream();
    s.publish('a');
    for (let i = 0; i < 9; i++) s.nack('a');
    expect([s.got().length, s.events('dead-lettered')]).toEqual([10, []]);
  });
  test(rule('dead-letter-attributes'), () => {
    const s = server();
    s.pubsub.createTopic({ name: 'dead' });
    s.subscribe({ deadLetter: { topic: 'dead', attempts: 5, allowed: true } });
    s.subscribe({ name: 'grave', topic: 'dead', filter: 'attributes.CloudPubSubDeadLetterSourceDeliveryCount = "5" AND attributes.CloudPubSubDeadLetterSourceSubscription = "s" AND attributes:mine' });
    s.stream();
    s.publish('a', { attributes: { mine: 'yes' } });
    for (let i = 0; i < 5; i++) s.nack('a');
    expect(s.pull(5, 'c', 'grave')).toEqual(['a']);
  });
});

test('the cost of a message does not grow with the number that wait', () => {
  for (const key of [undefined, (n: number) => `k${n % 100}`, () => 'one']) {
    const pubsub = new PubSubServer({ now: () => 0, after: () => undefined }, { chance: () => false, pick: () => 0 });
    pubsub.createTopic({ name: 't' });
    pubsub.createSubscription(server().configOf({ ordering: true }));
    const count = 100_000;
    for (let message = 0; message < count; message++) pubsub.publish('t', [{ message, size: 1, ...(key === undefined ? {} : { key: key(message) }) }]);
    pubsub.out.length = 0;
    pubsub.openStream('s', 'c', { maxMessages: 10, maxBytes: 0 });
    let done = 0;
    for (let out = pubsub.out.splice(0); out.length > 0; out = pubsub.out.splice(0)) {
      for (const event of out) {
        if (event.kind !== 'delivered') continue;
        pubsub.acknowledge('s', [ackIdOf(event.seq, event.lease)]);
        done++;
      }
    }
    expect(done).toBe(count);
  }
}, 60_000);
