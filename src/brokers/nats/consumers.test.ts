import { describe, expect, test } from 'vitest';
import type { ConsumerArgs } from './config.ts';
import { rule } from './rules.ts';
import { millis, seconds, server } from './server.test-kit.ts';

const filled = (config: ConsumerArgs = {}, count = 4, options = {}) => {
  const s = server(options);
  s.stream();
  for (let message = 1; message <= count; message++) s.store(message % 2 === 1 ? 's.a' : 's.b', message);
  s.consumer(config);
  return s;
};
const floor = (s: ReturnType<typeof filled>) => Object.values(s.info().ack_floor);

describe('where a consumer begins', () => {
  test(rule('deliver-policy'), () => {
    const first = (config: ConsumerArgs) => {
      const s = filled(config);
      s.store('s.a', 5);
      return s.heard(s.pull({ batch: 9 }))[0];
    };
    expect(first({})).toBe('1');
    expect(first({ deliver_policy: 'last' })).toBe('4');
    expect(first({ deliver_policy: 'last', filter_subject: 's.a' })).toBe('3');
    expect(first({ deliver_policy: 'new' })).toBe('5');
    expect(first({ deliver_policy: 'by_start_sequence', opt_start_seq: 2 })).toBe('2');
  });
  test('by_start_time begins with the first message not older', () => {
    const s = server();
    s.stream();
    for (const message of [1, 2, 3]) {
      s.store('s.a', message);
      s.ms(1000);
    }
    s.consumer({ deliver_policy: 'by_start_time', opt_start_time: 500_000 });
    expect(s.heard(s.pull({ batch: 5 }))).toEqual(['2', '3', '408 Request Timeout']);
  });
  test(rule('last-per-subject'), () => {
    const s = filled({ deliver_policy: 'last_per_subject', filter_subject: 's.*' });
    s.store('s.a', 5);
    expect(s.heard(s.pull({ batch: 9 }))).toEqual(['3', '4', '5', '408 Request Timeout']);
  });
  test(rule('filters'), () => {
    const s = filled({ filter_subjects: ['s.b', 's.c.*'] });
    expect(s.info().num_pending).toBe(2);
    s.store('s.c.x', 9);
    s.store('s.c', 10);
    expect(s.heard(s.pull({ batch: 9 }))).toEqual(['2', '4', '9', '408 Request Timeout']);
  });
});

describe('acks', () => {
  test(rule('ack-floor'), () => {
    const s = filled();
    s.pull({ batch: 3 });
    s.say(2, 'ack');
    expect(floor(s)).toEqual([0, 0]);
    s.say(1, 'ack');
    expect(floor(s)).toEqual([2, 2]);
    s.say(3, 'ack');
    expect(floor(s)).toEqual([3, 3]);
  });
  test(rule('ack-all'), () => {
    const s = filled({ ack_policy: 'all' });
    s.pull({ batch: 4 });
    s.say(3, 'ack');
    expect([floor(s), s.info().num_ack_pending]).toEqual([[3, 3], 1]);
  });
  test(rule('ack-none'), () => {
    const s = filled({ ack_policy: 'none' });
    s.pull({ batch: 2 });
    expect([floor(s), s.info().num_ack_pending]).toEqual([[2, 2], 0]);
    const reply = s.subscribe('r');
    s.say(1, 'ack', { reply: 'r' });
    expect(s.heard(reply)).toEqual(['503']);
  });
  test(rule('ack-wait'), () => {
    const s = filled({ ack_wait: millis(500) });
    s.pull({ batch: 2 });
    s.say(1, 'ack');
    s.ms(600);
    const again = s.pull({ batch: 1 });
    expect(s.got(again).map((one) => [one.message, one.info?.deliveries, one.info?.consumerSeq])).toEqual([[2, 2, 3]]);
    expect(s.info().num_redelivered).toBe(1);
  });
  test(rule('late-ack'), () => {
    const s = filled({ ack_wait: millis(500) }, 1);
    s.pull();
    const [late] = s.events('message').filter((one) => one.info !== null);
    s.ms(600);
    s.pull();
    s.nats.ack('a', { subject: late?.reply ?? '', how: 'ack' });
    expect(s.info()).toMatchObject({ num_ack_pending: 0, num_redelivered: 0 });
  });
  test(rule('backoff'), () => {
    const s = filled({ backoff: [millis(400), millis(1000)], max_deliver: 5 }, 1);
    const deliveries = () => s.heard(s.pull());
    expect(s.info().config.ack_wait).toBe(millis(400));
    expect(deliveries()).toEqual(['1']);
    s.ms(500);
    expect(deliveries()).toEqual(['1']);
    s.ms(500);
    expect(deliveries()).toEqual(['404 No Messages']);
    s.ms(600);
    expect(deliveries()).toEqual(['1']);
    s.ms(1100);
    expect(deliveries()).toEqual(['1']);
  });
  test(rule('max-deliver'), () => {
    const s = filled({ ack_wait: millis(300), max_deliver: 1 }, 1);
    const advisory = s.subscribe('$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.S.c');
    s.pull();
    s.ms(400);
    expect(s.heard(s.pull())).toEqual(['404 No Messages']);
    expect([s.kept(), s.got(advisory).length, s.info().num_ack_pending]).toEqual([[1], 1, 0]);
    expect(s.events('advisory').map((one) => [one.seq, one.deliveries])).toEqual([[1, 1]]);
  });
  test(rule('nak'), () => {
    const s = filled({ backoff: [millis(600), millis(1600)], max_deliver: 9 }, 2);
    s.pull();
    s.say(1, 'nak');
    expect(s.heard(s.pull())).toEqual(['1']);
    s.say(1, 'nak', { delay: millis(300) });
    s.ms(1200);
    expect(s.heard(s.pull())).toEqual(['2']);
    s.ms(200);
    expect(s.heard(s.pull())).toEqual(['1']);
  });
  test(rule('term'), () => {
    const s = filled({ ack_wait: millis(300) }, 1);
    s.pull();
    s.say(1, 'term');
    s.ms(1000);
    expect(s.heard(s.pull())).toEqual(['404 No Messages']);
    expect(s.events('advisory').map((one) => one.subject)).toEqual(['$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.S.c']);
  });
  test(rule('in-progress'), () => {
    const s = filled({ ack_wait: millis(500) }, 1);
    s.pull();
    s.ms(400);
    s.say(1, 'progress');
    s.ms(400);
    expect(s.heard(s.pull())).toEqual(['404 No Messages']);
    s.ms(200);
    expect(s.heard(s.pull())).toEqual(['1']);
  });
  test('an ack that asks for it is confirmed; one beyond what was delivered is not', () => {
    const s = filled({}, 2);
    s.pull();
    const reply = s.subscribe('r');
    s.say(1, 'ack', { reply: 'r' });
    expect(s.got(reply)).toHaveLength(1);
    s.nats.ack('a', { subject: '$JS.ACK.S.c.1.2.2.0.0', how: 'ack', reply: 'r' });
    expect(s.got(reply)).toHaveLength(1);
  });
  test('a message that is removed while it is out counts as settled', () => {
    const s = filled({}, 2);
    s.pull({ batch: 2 });
    s.nats.deleteMessage('S', 1);
    expect([floor(s), s.info().num_ack_pending]).toEqual([[1, 1], 1]);
    expect(s.events('settled').map((one) => [one.seq, one.how])).toEqual([[1, 'gone']]);
  });
  test(rule('max-ack-pending'), () => {
    const s = filled({ max_ack_pending: 2 });
    const sid = s.pull({ batch: 9, expires: seconds(5) });
    expect(s.heard(sid)).toEqual(['1', '2']);
    s.say(1, 'ack');
    expect(s.heard(sid)).toEqual(['1', '2', '3']);
  });
  test(rule('redelivery-first'), () => {
    const s = filled();
    s.pull({ batch: 2 });
    s.say(2, 'nak');
    s.say(1, 'nak');
    expect(s.heard(s.pull({ batch: 3 }))).toEqual(['2', '1', '3']);
  });
});

describe('pull', () => {
  test(rule('pull-batch'), () => {
    const s = filled({}, 0);
    const [first, second] = [s.pull({ batch: 3, expires: seconds(9) }), s.pull({ batch: 2, expires: seconds(9) })];
    for (const message of [1, 2, 3, 4, 5, 6]) s.store('s.a', message);
    expect([s.heard(first), s.heard(second), s.info().num_pending]).toEqual([['1', '3', '5'], ['2', '4'], 1]);
  });
  test(rule('no-wait'), () => {
    const s = filled({}, 1);
    expect(s.heard(s.pull({ batch: 3 }))).toEqual(['1', '408 Request Timeout']);
    expect(s.heard(s.pull({ batch: 3 }))).toEqual(['404 No Messages']);
  });
  test(rule('no-wait-404'), () => {
    const s = filled({}, 1, { version: '2.14.5' });
    expect(s.heard(s.pull({ batch: 3 }))).toEqual(['1', '404 No Messages']);
  });
  test('a no_wait pull is refused while others that wait want all there is', () => {
    const s = filled({ max_ack_pending: 1 }, 2);
    s.pull({ batch: 5, expires: seconds(9) });
    expect(s.heard(s.pull())).toEqual(['408 Requests Pending']);
  });
  test(rule('pull-expires'), () => {
    const s = filled({}, 1);
    const sid = s.pull({ batch: 2, expires: millis(500) });
    s.ms(600);
    expect(s.got(sid).map((one) => [one.message, one.status, one.headers])).toEqual([
      [1, null, null],
      [-1, 408, { 'Nats-Pending-Messages': '1', 'Nats-Pending-Bytes': '0' }],
    ]);
  });
  test(rule('max-waiting'), () => {
    const s = filled({ max_waiting: 1 }, 0);
    s.pull({ expires: seconds(9) });
    expect(s.heard(s.pull({ expires: seconds(9) }))).toEqual(['409 Exceeded MaxWaiting']);
    s.nats.disconnect('a');
    s.nats.connect('a', { no_responders: true });
    s.ms(1100);
    expect(s.heard(s.pull({ expires: seconds(9) }))).toEqual([]);
  });
  test(rule('pull-bytes'), () => {
    const s = filled({});
    expect(s.heard(s.pull({ batch: 4, max_bytes: 120, expires: seconds(9) }))).toEqual(['1', '2', '409 Message Size Exceeds MaxBytes']);
    expect(s.heard(s.pull({ batch: 1, max_bytes: 500 }))).toEqual(['3', '409 Batch Completed']);
  });
  test('limits of a consumer for its requests', () => {
    const s = filled({ max_batch: 2, max_expires: seconds(1), max_bytes: 100 }, 0);
    expect(s.heard(s.pull({ batch: 3 }))).toEqual(['409 Exceeded MaxRequestBatch of 2']);
    expect(s.heard(s.pull({ expires: seconds(2) }))).toEqual(['409 Exceeded MaxRequestExpires of 1s']);
    expect(s.heard(s.pull({ max_bytes: 101 }))).toEqual(['409 Exceeded MaxRequestMaxBytes of 100']);
    expect(s.heard(s.pull({ expires: millis(100), idle_heartbeat: millis(80) }))).toEqual(['400 Bad Request - heartbeat value too large']);
  });
  test('a pull on a consumer that is not there reaches nobody', () => {
    const s = filled();
    expect(s.heard(s.pull({}, 'none'))).toEqual(['503']);
  });
  test(rule('consumer-deleted'), () => {
    const s = filled({}, 0);
    const sid = s.pull({ expires: seconds(9) });
    s.nats.deleteConsumer('S', 'c');
    expect(s.heard(sid)).toEqual(['409 Consumer Deleted']);
  });
  test(rule('headers-only'), () => {
    const s = filled({ headers_only: true }, 1);
    expect(s.got(s.pull()).map((one) => [one.size, one.bodyless, one.headers])).toEqual([[0, true, { 'Nats-Msg-Size': '10' }]]);
  });
  test(rule('replay-original'), () => {
    const s = server();
    s.stream();
    s.store('s.a', 1);
    s.ms(700);
    s.store('s.a', 2);
    s.consumer({ replay_policy: 'original' });
    const sid = s.pull({ batch: 9, expires: seconds(9) });
    s.ms(600);
    expect(s.heard(sid)).toEqual(['1']);
    s.ms(200);
    s.store('s.a', 3);
    expect(s.heard(sid)).toEqual(['1', '2', '3']);
  });
});

describe('restart', () => {
  const deliveries = (s: ReturnType<typeof server>, sid: number) => s.got(sid).flatMap((one) => (one.info === null ? [] : [[one.message, one.info.deliveries]]));
  test(rule('restart'), () => {
    const s = server();
    s.stream({ storage: 'file' });
    s.nats.createStream({ name: 'M', subjects: ['m.>'], storage: 'memory' });
    s.nats.createConsumer('M', { durable_name: 'c', ack_policy: 'explicit' });
    s.consumer({ ack_wait: seconds(3) });
    for (const n of [1, 2, 3]) s.store('s.a', n, { 'Nats-Msg-Id': String(n) });
    s.ms(1200);
    const before = s.pull({ batch: 2, expires: seconds(30) });
    expect(deliveries(s, before)).toEqual([
      [1, 1],
      [2, 1],
    ]);
    s.ms(300);
    s.nats.restart();
    s.nats.connect('a', { no_responders: true });
    expect([s.nats.streamInfo('M'), s.info().num_ack_pending, s.store('s.a', 9, { 'Nats-Msg-Id': '3' })]).toMatchObject([{ err_code: 10059 }, 2, { duplicate: true, seq: 3 }]);
    const after = s.pull({ batch: 5, expires: seconds(30) });
    expect(deliveries(s, after)).toEqual([[3, 1]]);
    // Delivered at 1.2 s, stored as 1 s: due at 4 s.
    s.ms(2499);
    expect(deliveries(s, after)).toEqual([[3, 1]]);
    s.ms(2);
    expect(deliveries(s, after)).toEqual([
      [3, 1],
      [1, 2],
      [2, 2],
    ]);
  });
  test('what rate limit or replay held back goes out after a restart', () => {
    const s = server();
    s.stream({ storage: 'file', max_msg_size: 100 });
    s.consumer({ deliver_subject: 'd', rate_limit_bps: 800 });
    for (const n of [1, 2]) s.store('s.a', n, {}, 90);
    const before = s.subscribe('d');
    s.ms(10);
    expect(s.heard(before)).toEqual([]);
    s.nats.restart();
    s.nats.connect('a');
    const again = s.subscribe('d');
    s.ms(10_000);
    expect(s.heard(again)).toEqual(['1', '2']);
  });
});
