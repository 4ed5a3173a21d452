import { describe, expect, test } from 'vitest';
import type { FieldValue, RabbitEvent, Table } from './events.ts';
import { rule } from './rules.ts';
import { messages, only, server } from './server.test-kit.ts';

type Server = ReturnType<typeof server>;
const stream = { 'x-queue-type': 'stream' };
const fill = (s: Server, count: number, more: Table = {}) => {
  s.queue('s', { ...stream, ...more });
  for (let i = 0; i < count; i++) s.send('s');
  s.events();
};
const read = (s: Server, tag: string, from: FieldValue, more: Table = {}, prefetch = 100) => {
  s.consume('s', tag, { prefetch, arguments: { 'x-stream-offset': from, ...more } });
  return messages(s.events(), tag);
};
const offsets = (events: readonly RabbitEvent[], tag: string) => only(events, 'deliver').flatMap((one) => (one.consumer === tag ? [Number(one.headers['x-stream-offset'])] : []));
const tags = (s: Server) => s.broker.peek('s', 99).unacked.map((one) => one.deliveryTag);

describe('reading', () => {
  test(rule('stream'), () => {
    const s = server();
    fill(s, 3);
    expect(read(s, 'one', 'first')).toEqual([0, 1, 2]);
    for (const deliveryTag of tags(s)) s.broker.basicAck('a', 1, { deliveryTag });
    expect(read(s, 'two', 'first')).toEqual([0, 1, 2]);
    s.send('s');
    const events = s.events();
    expect([messages(events, 'one'), messages(events, 'two')]).toEqual([[3], [3]]);
    expect(s.broker.queueCounts('s')).toMatchObject({ ready: 4 });
  });

  test(rule('stream-offset'), () => {
    const s = server();
    s.ms(1_000_000);
    fill(s, 3);
    s.ms(10_000);
    s.send('s');
    s.events();
    expect(read(s, 'last', 'last')).toEqual([3]);
    expect(read(s, 'next', 'next')).toEqual([]);
    expect(read(s, '2', 2)).toEqual([2, 3]);
    expect(read(s, '-1', -1)).toEqual([0, 1, 2, 3]);
    expect(read(s, '5s', '5s')).toEqual([3]);
    expect(read(s, '1h', '1h')).toEqual([0, 1, 2, 3]);
    expect(read(s, 'at', { timestamp: 1005 })).toEqual([3]);
    expect(read(s, 'later', { timestamp: 2000 })).toEqual([]);
    expect(read(s, '5', 5)).toEqual([]);
    expect(read(s, 'plain', 0, {}, 1)).toEqual([0]);
    s.consume('s', 'unsaid', { prefetch: 5 });
    s.send('s');
    s.send('s');
    const events = s.events();
    expect(Object.fromEntries(['next', 'later', 'unsaid', '5'].map((tag) => [tag, messages(events, tag)]))).toEqual({ next: [4, 5], later: [4, 5], unsaid: [4, 5], '5': [5] });
  });

  for (const [value, text] of [
    ['soon', 'INTERNAL_ERROR'],
    ['5x', 'invalid_stream_offset_arg'],
    ['0s', 'invalid_stream_offset_arg'],
    [true, 'INTERNAL_ERROR'],
    [['first'], 'INTERNAL_ERROR'],
  ] satisfies [FieldValue, string][]) {
    test(`${rule('stream-offset')} Not ${JSON.stringify(value)}.`, () => {
      const s = server();
      fill(s, 1);
      expect(s.consume('s', 'c', { prefetch: 1, arguments: { 'x-stream-offset': value } })).toMatchObject({ refused: true, text: expect.stringContaining(text) });
    });
  }

  test(rule('stream-credit'), () => {
    const s = server();
    fill(s, 6);
    expect(s.consume('s', 'none', { prefetch: 0 })).toMatchObject({ refused: true, code: 406 });
    s.open('b');
    s.broker.basicQos('b', 1, { prefetchCount: 2 });
    s.broker.basicConsume('b', 1, { queue: 's', consumerTag: 'c', arguments: { 'x-stream-offset': 'first' } });
    expect(messages(s.events(), 'c')).toEqual([0, 1]);
    s.broker.basicAck('b', 1, { deliveryTag: 1 });
    expect(messages(s.events(), 'c')).toEqual([2]);
    s.broker.basicNack('b', 1, { deliveryTag: 3, multiple: true, requeue: true });
    expect(messages(s.events(), 'c')).toEqual([3, 4]);
    s.broker.basicReject('b', 1, { deliveryTag: 4, requeue: false });
    expect(messages(s.events(), 'c')).toEqual([5]);
  });

  test(rule('stream-no-return'), () => {
    const s = server();
    fill(s, 4);
    expect(read(s, 'c', 'first', {}, 2)).toEqual([0, 1]);
    s.broker.basicRecover('a', 1);
    const after = s.events();
    expect(only(after, 'deliver').map((one) => [one.message, one.redelivered])).toEqual([
      [2, false],
      [3, false],
    ]);
    expect(only(after, 'requeued')).toEqual([]);
    s.broker.closeChannel('a', 1);
    expect(only(s.events(), 'read').map((one) => [one.offset, one.how])).toEqual([
      [2, 'abandoned'],
      [3, 'abandoned'],
    ]);
  });

  test(rule('stream-headers'), () => {
    const s = server();
    s.queue('s', stream);
    s.send('s', { headers: { kept: 'yes', list: ['no'], 'x-list': ['yes'], CC: ['elsewhere'] } });
    read(s, 'c', 'next');
    s.consume('s', 'd', { prefetch: 1, arguments: { 'x-stream-offset': 0 } });
    expect(only(s.events(), 'deliver')[0]?.headers).toEqual({ kept: 'yes', 'x-list': ['yes'], CC: ['elsewhere'], 'x-stream-offset': 0 });
  });
});

describe('what streams do not do', () => {
  test(rule('stream-lacks'), () => {
    const ways: Record<string, (s: Server) => unknown> = {
      'basic.get not supported': (s) => s.broker.basicGet('a', 1, { queue: 's' }),
      'queue.purge not supported': (s) => s.broker.purge('a', 1, 's'),
      'automatic acknowledgement not supported': (s) => s.consume('s', 'c', { prefetch: 1, noAck: true }),
      'does not support global qos': (s) => (s.broker.basicQos('a', 1, { prefetchCount: 1 }), s.broker.basicQos('a', 1, { prefetchCount: 5, global: true }), s.broker.basicConsume('a', 1, { queue: 's', consumerTag: 'c' })),
    };
    for (const [text, way] of Object.entries(ways)) {
      const s = server();
      fill(s, 1);
      expect(way(s)).toMatchObject({ refused: true, code: 540, closes: 'connection', text: expect.stringContaining(text) });
    }
  });

  test(rule('stream-no-reject'), () => {
    const s = server({ version: '3.10.8' });
    fill(s, 1);
    read(s, 'c', 'first');
    expect(s.broker.basicReject('a', 1, { deliveryTag: 1, requeue: true })).toMatchObject({ code: 540, text: expect.stringContaining('basic.nack and basic.reject not supported') });
  });

  test(rule('stream-arguments'), () => {
    for (const [name, value] of Object.entries({ 'x-message-ttl': 5, 'x-expires': 5, 'x-max-length': 5, 'x-overflow': 'drop-head', 'x-dead-letter-exchange': 'x', 'x-max-priority': 5, 'x-single-active-consumer': true, 'x-delivery-limit': 3 })) {
      const s = server();
      expect(s.queue('s', { ...stream, [name]: value })).toMatchObject({ code: 406, text: `PRECONDITION_FAILED - invalid arg '${name}' for queue 's' in vhost '/' of queue type rabbit_stream_queue` });
    }
    for (const [property, rest] of Object.entries({ 'non-durable': { durable: false }, 'exclusive-owner': { exclusive: true }, 'auto-delete': { autoDelete: true } })) {
      expect(server().queue('s', stream, rest)).toMatchObject({ code: 406, text: `PRECONDITION_FAILED - invalid property '${property}' for queue 's' in vhost '/'` });
    }
    for (const [age, text] of Object.entries({ '5': 'invalid_max_age', '0D': 'invalid_max_age', soon: 'INTERNAL_ERROR' })) {
      expect(server().queue('s', { ...stream, 'x-max-age': age })).toMatchObject({ text: expect.stringContaining(text) });
    }
    expect(server().queue('s', { ...stream, 'x-max-age': '7D', 'x-max-length-bytes': 5_000_000 })).toMatchObject({ refused: false });
    for (const type of ['classic', 'quorum']) expect(server().queue('q', { 'x-queue-type': type, 'x-max-age': '7D' })).toMatchObject({ code: 406, text: expect.stringContaining(`of queue type rabbit_${type}_queue`) });
    const s = server();
    s.queue('q');
    expect(s.consume('q', 'c', { prefetch: 1, arguments: { 'x-stream-offset': 'first' } })).toMatchObject({ code: 406, text: expect.stringContaining('of queue type rabbit_classic_queue') });
  });
});

describe('the log', () => {
  const small = { 'x-stream-max-segment-size-bytes': 1000, 'x-max-length-bytes': 2500 };
  const big = (s: Server) => s.send('s', { size: 303 });

  test(rule('stream-offset-gap'), () => {
    const s = server();
    s.queue('s', { ...stream, 'x-stream-max-segment-size-bytes': 1000 });
    for (let i = 0; i < 7; i++) big(s);
    expect(only(s.events(), 'stored').map((one) => one.offset)).toEqual([0, 1, 2, 4, 5, 6, 8]);
  });

  test(rule('stream-retention'), () => {
    const s = server();
    s.queue('s', { ...stream, ...small });
    for (let i = 0; i < 3; i++) big(s);
    s.consume('s', 'slow', { prefetch: 1, arguments: { 'x-stream-offset': 'first' } });
    for (let i = 0; i < 17; i++) big(s);
    const events = s.events();
    expect(only(events, 'truncated')[0]).toMatchObject({ from: 0, to: 2, messages: [0, 1, 2], because: 'rabbitmq.stream_retention' });
    const kept = s.broker.peek('s', 99).ready.map((one) => one.message);
    expect(kept).toEqual([14, 15, 16, 17, 18, 19]);
    const seen = offsets(events, 'slow');
    for (let i = 0; i < 4; i++) {
      s.broker.basicAck('a', 1, { deliveryTag: i + 1 });
      seen.push(...offsets(s.events(), 'slow'));
    }
    // The segment that it had open to its end, then what there is.
    expect(seen).toEqual([0, 1, 2, 19, 20]);
    expect(read(s, 'late', 0)).toEqual(kept);
  });

  test(`${rule('stream-retention')} By age.`, () => {
    const s = server();
    s.queue('s', { ...stream, 'x-stream-max-segment-size-bytes': 500, 'x-max-age': '2s' });
    for (let i = 0; i < 4; i++) big(s);
    s.ms(3500);
    s.events();
    expect(s.broker.queueCounts('s')?.ready).toBe(4);
    big(s);
    expect(only(s.events(), 'truncated').flatMap((one) => one.messages)).toEqual([0, 1, 2, 3]);
    expect(read(s, 'c', 'first')).toEqual([4]);
  });

  test(rule('stream-roll'), () => {
    /** Two segments that are too old, then a third that is full, with somebody who waits at its end or without. */
    const left = (reads: boolean) => {
      const s = server();
      s.queue('s', { ...stream, 'x-stream-max-segment-size-bytes': 1000, 'x-max-age': '1s' });
      for (let i = 0; i < 8; i++) big(s);
      if (reads) s.consume('s', 'c', { prefetch: 100, arguments: { 'x-stream-offset': 'next' } });
      s.ms(5000);
      big(s);
      s.broker.load(s.broker.save());
      return s.broker.offsets('s').first;
    };
    expect([left(false), left(true)]).toEqual([0, 7]);
    const s = server();
    s.queue('s', { ...stream, 'x-stream-max-segment-size-bytes': 1000 });
    for (let i = 0; i < 3; i++) big(s);
    s.ms(5000);
    s.broker.setPolicy({ name: 'p', pattern: '^s$', definition: { 'max-age': '1s' } });
    expect(read(s, 'all', 'first')).toEqual([]);
  });
  test(rule('stream-retention-policy'), () => {
    const s = server();
    s.queue('s', { ...stream, ...small });
    s.broker.setPolicy({ name: 'p', pattern: '.*', applyTo: 'streams', definition: { 'max-length-bytes': 1_000_000 } });
    for (let i = 0; i < 20; i++) big(s);
    expect(s.broker.queueCounts('s')?.ready).toBe(20);
    s.broker.clearPolicy('p');
    expect(s.broker.queueCounts('s')?.ready).toBe(5);
  });

  test(rule('stream-offset-tracking'), () => {
    const s = server();
    fill(s, 3, { 'x-stream-max-segment-size-bytes': 500, 'x-max-length-bytes': 1500 });
    const at = (reference: string) => s.broker.queryOffset('s', reference);
    expect(at('one')).toMatchObject({ refused: true, name: 'NO_OFFSET' });
    s.broker.storeOffset('s', 'one', 1);
    s.broker.storeOffset('s', 'far', 99);
    expect([at('one'), at('far')]).toMatchObject([{ offset: 1 }, { offset: 99 }]);
    s.broker.storeOffset('nowhere', 'one', 1);
    s.broker.storeOffset('s', 'r'.repeat(256), 1);
    s.send('s');
    // A new segment began at 4, with its snapshot, before the second one was stored.
    expect(only(s.events(), 'stored').map((one) => one.offset)).toEqual([6]);
    for (let i = 0; i < 12; i++) big(s);
    expect([at('one'), at('far')]).toMatchObject([{ refused: true }, { offset: 99 }]);
  });

  test('Whoever asks for a stored offset or a publishing id is answered, and then a full segment is followed by a new one.', () => {
    for (const ask of ['queryOffset', 'queryPublisherSequence'] as const) {
      const s = server();
      fill(s, 4, { 'x-stream-max-segment-size-bytes': 500 });
      const { end } = s.broker.offsets('s');
      s.broker[ask]('s', 'one');
      s.broker[ask]('s', 'one');
      expect(s.broker.offsets('s').end).toBe(end + 1);
    }
  });
  test(rule('stream-count'), () => {
    const s = server();
    fill(s, 3);
    read(s, 'c', 'first');
    const counted = () => s.broker.queueDeclare('a', 1, { queue: 's', passive: true });
    expect(counted()).toMatchObject({ messageCount: 0, consumerCount: 0 });
    s.ms(5000);
    expect(counted()).toMatchObject({ messageCount: 3, consumerCount: 0 });
  });

  test('A stream that is deleted takes its messages with it and cancels its consumers.', () => {
    const s = server();
    fill(s, 2);
    read(s, 'c', 'first', {}, 1);
    expect(s.broker.queueDelete('a', 1, { queue: 's', ifUnused: true, ifEmpty: true })).toMatchObject({ refused: false, messageCount: 0 });
    const events = s.events();
    expect(only(events, 'truncated')).toMatchObject([{ messages: [0, 1], because: 'rabbitmq.queue_deleted' }]);
    expect(only(events, 'cancelled')).toMatchObject([{ consumer: 'c' }]);
    expect(s.broker.basicAck('a', 1, { deliveryTag: 1 })).toMatchObject({ refused: false });
    expect(s.broker.census()).toEqual([]);
  });
});

test(rule('stream-filter'), () => {
  const s = server();
  s.queue('s', stream);
  for (const value of ['eu', 'us', null, '', 'eu']) s.send('s', value === null ? {} : { headers: { 'x-stream-filter-value': value } });
  s.events();
  expect(read(s, 'all', 'first')).toEqual([0, 1, 2, 3, 4]);
  expect(read(s, 'eu', 'first', { 'x-stream-filter': 'eu' })).toEqual([0, 4]);
  expect(read(s, 'both', 'first', { 'x-stream-filter': ['eu', 'us'] })).toEqual([0, 1, 4]);
  expect(read(s, 'plain', 'first', { 'x-stream-filter': 'us', 'x-stream-match-unfiltered': true })).toEqual([1, 2, 3]);
  expect(read(s, 'unfiltered', 'first', { 'x-stream-match-unfiltered': true })).toEqual([0, 1, 2, 3, 4]);
  expect(s.send('s', { headers: { 'x-stream-filter-value': 5 } })).toMatchObject({ refused: true, code: 541 });
});

test(rule('stream-dead-letter'), () => {
  for (const [version, source, arrives] of [
    ['3.10.8', {}, false],
    ['4.0.5', {}, true],
    ['3.10.8', { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish', 'x-dead-letter-strategy': 'at-least-once' }, true],
  ] as const) {
    const s = server({ version });
    s.queue('s', stream);
    s.queue('q', { ...source, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 's' });
    s.send('q');
    s.broker.basicGet('a', 1, { queue: 'q' });
    s.events();
    s.broker.basicReject('a', 1, { deliveryTag: 1, requeue: false });
    const events = s.events();
    expect(only(events, 'stored')).toHaveLength(arrives ? 1 : 0);
    expect(only(events, 'not-enqueued').map((one) => one.because)).toEqual(arrives ? [] : ['rabbitmq.dead_letter_to_stream']);
  }
});

test(rule('stream-replicas'), () => {
  const s = server({ nodes: ['n1', 'n2', 'n3'] });
  fill(s, 1);
  expect(s.broker.queues()[0]?.members).toEqual(['n1', 'n2', 'n3']);
  s.broker.stopNode('n2');
  s.send('s');
  expect(only(s.events(), 'confirm').map((one) => one.ack)).toEqual([true]);
  s.broker.stopNode('n3');
  s.events();
  s.send('s');
  expect(s.events()).toEqual([]);
  s.broker.startNode('n3');
  expect(only(s.events(), 'confirm').map((one) => one.ack)).toEqual([true]);
  s.send('s');
  s.events();
  expect(read(s, 'c', 'first')).toEqual([0, 1, 2, 3]);
});
