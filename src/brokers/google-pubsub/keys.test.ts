import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { type Settings, seconds, server } from './server.test-kit.ts';

const ready = (settings: Settings = {}) => {
  const s = server();
  expect(s.subscribe({ ordering: true, ...settings })).toBeUndefined();
  return s;
};

describe('ordering', () => {
  test(rule('any-order'), () => {
    const s = ready({ ordering: false, habits: { overtaken: 1 } });
    s.stream();
    s.publish('late', { key: 'x' });
    expect(s.got()).toEqual([]);
    s.s(0.2);
    expect(s.got()).toEqual(['late']);
  });
  test(rule('key-order'), () => {
    const s = ready({ habits: { overtaken: 1 } });
    s.publish(['a1', 'a2'], { key: 'a' });
    s.publish('b1', { key: 'b' });
    s.publish('a3', { key: 'a' });
    const got = s.pull();
    expect(got.filter((one) => one.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(got).toContain('b1');
  });
  test(rule('key-redelivery'), () => {
    const s = ready();
    s.stream();
    s.publish(['a', 'b', 'c'], { key: 'x' });
    s.got();
    s.ack('c');
    s.ack('a');
    expect(s.events('acked').map(({ seq }) => seq)).toEqual([1]);
    s.nack('b');
    expect(s.got()).toEqual(['b', 'c']);
    expect(s.events('requeued').map(({ why }) => why)).toEqual(['nack', 'key_redelivered']);
    s.ack('b');
    s.ack('c');
    expect(s.events('acked').map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(s.depth()).toEqual([0, 0]);
  });
  test('a late acknowledgement does not spare the rest of a key', () => {
    const s = ready({ habits: { lateAck: 1 } });
    s.stream();
    s.publish(['a', 'b'], { key: 'x' });
    s.got();
    s.s(10);
    expect(s.got()).toEqual(['a', 'b']);
    s.ack('a', 1);
    expect(s.depth()).toEqual([0, 2]);
  });
  test('a dead letter does not bring the rest of its key back', () => {
    const s = server();
    s.pubsub.createTopic({ name: 'dead' });
    s.subscribe({ ordering: true, deadLetter: { topic: 'dead', attempts: 5, allowed: true } });
    s.stream();
    s.publish(['a', 'b'], { key: 'x' });
    for (let i = 0; i < 5; i++) s.nack('a');
    s.got();
    s.ack('b');
    expect(s.depth()).toEqual([0, 0]);
  });
  test(rule('key-affinity'), () => {
    const s = ready();
    s.stream('c1', 2);
    s.publish('a', { key: 'x' });
    s.stream('c2', 2);
    s.publish(['b', 'c'], { key: 'x' });
    expect(s.got('s', true)).toEqual(['c1:a', 'c1:b']);
    s.ack('a');
    expect(s.got('s', true)).toEqual(['c1:c']);
    s.publish('y1', { key: 'y' });
    expect(s.got('s', true)).toEqual(['c2:y1']);
  });
  test('a key whose stream is gone waits until what is out there has run out', () => {
    const s = ready();
    s.stream('c1');
    s.publish('a', { key: 'x' });
    s.pubsub.closeStream('s', 'c1');
    s.stream('c2');
    s.publish('b', { key: 'x' });
    expect(s.got('s', true)).toEqual(['c1:a']);
    s.s(10);
    expect(s.got('s', true)).toEqual(['c2:a', 'c2:b']);
  });
  test(rule('key-pull'), () => {
    const s = ready();
    s.publish(['a', 'b', 'c'], { key: 'x' });
    expect(s.pull(2)).toEqual(['a', 'b']);
    s.publish('y', { key: 'y' });
    expect(s.pull()).toEqual(['y']);
    s.ack('a');
    expect(s.pull()).toEqual([]);
    s.ack('b');
    expect(s.pull()).toEqual(['c']);
  });
  test(rule('key-push'), () => {
    const s = ready({ push: true });
    s.pubsub.setEndpoint('s', 'e', ['e/1'], 9);
    s.publish(['a', 'b'], { key: 'x' });
    s.publish('y', { key: 'y' });
    expect(s.got()).toEqual(['a', 'y']);
    s.answer('a', 200);
    expect(s.got()).toEqual(['b']);
  });
  test(rule('no-key'), () => {
    const s = ready();
    s.stream();
    s.publish(['a', 'b']);
    s.got();
    s.nack('a');
    expect(s.got()).toEqual(['a']);
  });
});

describe('push', () => {
  const push = (firstWindow = 3) => {
    const s = ready({ ordering: false, push: true });
    s.pubsub.setEndpoint('s', 'e', ['e/1', 'e/2'], firstWindow);
    return s;
  };
  test(rule('push-codes'), () => {
    for (const code of [102, 200, 201, 202, 204]) {
      const s = push();
      s.publish('a');
      s.answer('a', code);
      expect(s.depth()).toEqual([0, 0]);
    }
    for (const code of [0, 203, 302, 400, 429, 500, 503]) {
      const s = push();
      s.publish('a');
      s.answer('a', code);
      expect(s.depth()).toEqual([1, 0]);
      s.s(0.1);
      expect(s.got()).toEqual(['a', 'a']);
    }
  });
  test(rule('push-timeout'), () => {
    const s = push();
    s.publish('a');
    s.s(10.1);
    expect(s.events('requeued').map(({ why }) => why)).toEqual(['push_deadline']);
    expect(s.got()).toEqual(['a', 'a']);
    s.answer('a', 200);
    expect(s.depth()).toEqual([0, 0]);
  });
  test(rule('slow-start'), () => {
    const s = push(2);
    s.publish(Array.from({ length: 20 }, (_, i) => `m${i}`));
    const first = s.got('s', true);
    expect(first).toEqual(['e/1:m0', 'e/2:m1']);
    s.answer('m0', 200);
    s.answer('m1', 200);
    expect(s.got()).toHaveLength(4);
    s.answer('m2', 500);
    s.s(0.1);
    const out = () => s.depth()[1];
    expect(out()).toBe(3);
    for (const body of ['m3', 'm4', 'm5']) s.answer(body, 200);
    expect(out()).toBe(5);
  });
  test(rule('push-backoff'), () => {
    const s = push(1);
    s.publish('a');
    const gaps = [];
    for (let i = 0; i < 12; i++) {
      s.got();
      s.answer('a', 500);
      let waited = 0;
      while (s.got().length === 0) {
        s.clock.advance(100_000);
        waited++;
      }
      gaps.push(waited / 10);
    }
    expect(gaps).toEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60]);
  });
  test(rule('push-or-pull'), () => {
    const s = push();
    expect(s.pull()).toEqual(['FAILED_PRECONDITION']);
    expect(s.stream()?.name).toBe('FAILED_PRECONDITION');
  });
});

describe('filters, retention and seek', () => {
  const plain = (settings: Settings = {}) => ready({ ordering: false, ...settings });
  test(rule('filter-unseen'), () => {
    const s = plain({ filter: 'attributes.kind = "b"' });
    s.publish('a', { attributes: { kind: 'a' } });
    s.publish('b', { attributes: { kind: 'b' } });
    expect([s.depth(), s.pull()]).toEqual([[1, 0], ['b']]);
    expect(s.events('accepted').map(({ matched }) => matched)).toEqual([true, true]);
  });
  test(rule('filter-limits'), () => {
    const s = plain();
    expect(s.update({ ordering: false, filter: 'attributes:x' })?.name).toBe('INVALID_ARGUMENT');
    expect(s.update({ ordering: true })?.name).toBe('INVALID_ARGUMENT');
    const long = (n: number) => `attributes:${'k'.repeat(n - 'attributes:'.length)}`;
    expect([server().subscribe({ filter: long(257) })?.name, server().subscribe({ filter: long(256) })]).toEqual(['INVALID_ARGUMENT', undefined]);
  });
  test(rule('retention'), () => {
    const s = plain({ retention: seconds(600) });
    s.publish('a');
    s.s(300);
    s.publish('b');
    s.s(300);
    expect(s.pull()).toEqual(['b']);
    expect(s.events('expired').map(({ why }) => why)).toEqual(['retention']);
    s.publish('c');
    s.pull();
    s.modify('c', 600);
    s.s(601);
    expect(s.pull()).toEqual([]);
    expect(s.depth()).toEqual([0, 0]);
  });
  test(rule('seek-time'), () => {
    const s = plain({ retainAcked: true });
    s.publish(['a']);
    s.s(10);
    s.publish(['b', 'c']);
    s.s(10);
    s.pull(2);
    s.ack('a');
    s.ack('b');
    expect(s.pubsub.seek('s', { time: seconds(5) })).toEqual({ replayed: 1, dropped: 0 });
    expect(s.pull().sort()).toEqual(['b', 'c']);
    expect(s.pubsub.seek('s', { time: seconds(21) })).toEqual({ replayed: 0, dropped: 2 });
    expect([s.pull(), s.depth()]).toEqual([[], [0, 0]]);
  });
  test(rule('retain-acked'), () => {
    const replay = (topic: { readonly retention?: number }, settings: Settings) => {
      const s = server(topic);
      s.subscribe(settings);
      s.publish('a');
      s.pull();
      s.ack('a');
      s.pubsub.seek('s', { time: 0 });
      return s.pull();
    };
    expect(replay({}, {})).toEqual([]);
    expect(replay({}, { retainAcked: true })).toEqual(['a']);
    expect(replay({ retention: seconds(600) }, {})).toEqual(['a']);
    const s = server({ retention: seconds(600) });
    s.publish('before');
    s.subscribe();
    s.s(599);
    s.pubsub.seek('s', { time: 0 });
    expect(s.pull()).toEqual(['before']);
    s.ack('before');
    s.s(2);
    s.pubsub.seek('s', { time: 0 });
    expect(s.pull()).toEqual([]);
  });
  test('a seek begins the order of keys anew', () => {
    const s = ready({ retainAcked: true });
    s.publish(['a', 'b', 'c'], { key: 'x' });
    s.pull(2);
    s.ack('a');
    s.ack('b');
    s.pull();
    s.pubsub.seek('s', { time: 0 });
    expect(s.pull()).toEqual(['a', 'b', 'c']);
  });
  test(rule('snapshot'), () => {
    const s = plain();
    s.publish(['a', 'b']);
    s.pull();
    s.ack('a');
    s.pubsub.createSnapshot('snap', 's');
    s.ack('b');
    s.publish('c');
    s.pull();
    s.ack('c');
    expect(s.pubsub.seek('s', { snapshot: 'snap' })).toEqual({ replayed: 2, dropped: 0 });
    expect(s.pull()).toEqual(['b', 'c']);
    s.pubsub.deleteSnapshot('snap');
    expect(s.pubsub.seek('s', { snapshot: 'snap' })).toMatchObject({ name: 'NOT_FOUND' });
  });
  test(rule('snapshot-life'), () => {
    const s = plain();
    s.publish('old');
    s.s(6 * 86_400 + 23 * 3600 + 1);
    expect(s.pubsub.createSnapshot('snap', 's')?.name).toBe('FAILED_PRECONDITION');
    s.pull();
    s.ack('old');
    expect(s.pubsub.createSnapshot('snap', 's')).toBeUndefined();
    s.s(7 * 86_400);
    expect(s.pubsub.seek('s', { snapshot: 'snap' })).toMatchObject({ name: 'NOT_FOUND' });
  });
  test(rule('snapshot-topic'), () => {
    const s = plain();
    s.pubsub.createTopic({ name: 'u' });
    s.subscribe({ name: 'other', topic: 'u' });
    s.pubsub.createSnapshot('snap', 'other');
    expect(s.pubsub.seek('s', { snapshot: 'snap' })).toMatchObject({ name: 'INVALID_ARGUMENT' });
  });
  test(rule('expiration'), () => {
    const s = plain({ ttl: seconds(86_400) });
    s.publish('a');
    s.s(80_000);
    s.pull();
    s.s(86_399);
    expect(s.pull()).toEqual(['a']);
    s.s(86_401);
    expect(s.pull()).toEqual(['NOT_FOUND']);
    expect(s.events('dropped').map(({ why }) => why)).toEqual(['subscription_expired']);
    const held = plain({ ttl: seconds(86_400) });
    held.stream();
    held.s(200_000);
    expect(held.pubsub.subscription('s')).toBeDefined();
  });
  test(rule('detached'), () => {
    const s = plain();
    s.publish('a');
    s.pubsub.detachSubscription('s');
    s.publish('b');
    expect([s.pull(), s.depth()]).toEqual([['FAILED_PRECONDITION'], [0, 0]]);
    expect(s.pubsub.seek('s', { time: 0 })).toMatchObject({ name: 'FAILED_PRECONDITION' });
    expect(s.pubsub.createSnapshot('snap', 's')?.name).toBe('FAILED_PRECONDITION');
  });
  test(rule('topic-deleted'), () => {
    const s = plain();
    s.publish('a');
    s.pubsub.deleteTopic('t');
    expect([s.publish('b'), s.pull()]).toEqual(['NOT_FOUND', ['a']]);
  });
  test(rule('names'), () => {
    const s = plain();
    const { pubsub } = s;
    pubsub.createSnapshot('snap', 's');
    expect([pubsub.createTopic({ name: 't' })?.name, s.subscribe()?.name, pubsub.createSnapshot('snap', 's')?.name]).toEqual(['ALREADY_EXISTS', 'ALREADY_EXISTS', 'ALREADY_EXISTS']);
    const missing = [pubsub.updateTopic({ name: 'x' }), pubsub.deleteTopic('x'), s.subscribe({ name: 'y', topic: 'x' }), s.update({ name: 'x' }), pubsub.deleteSubscription('x'), pubsub.detachSubscription('x'), pubsub.createSnapshot('y', 'x'), pubsub.deleteSnapshot('x')];
    expect(new Set(missing.map((one) => one?.name))).toEqual(new Set(['NOT_FOUND']));
    expect([s.pull(1, 'c', 'x'), s.publish('a', {}, 'x')]).toEqual([['NOT_FOUND'], 'NOT_FOUND']);
  });
  test(rule('unavailable'), () => {
    const s = plain();
    s.publish('a');
    s.pull();
    s.pubsub.setDown(true);
    expect([s.publish('b'), s.pull(), s.ack('a')]).toEqual(['UNAVAILABLE', ['UNAVAILABLE'], 'UNAVAILABLE']);
    s.s(10);
    s.pubsub.setDown(false);
    expect(s.pull()).toEqual(['a']);
  });
});
