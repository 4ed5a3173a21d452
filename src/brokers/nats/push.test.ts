import { describe, expect, test } from 'vitest';
import type { ConsumerArgs } from './config.ts';
import { rule } from './rules.ts';
import { millis, seconds, server } from './server.test-kit.ts';

const pushing = (config: ConsumerArgs = {}, options = {}) => {
  const s = server(options);
  s.stream();
  s.consumer({ deliver_subject: 'd', ...config });
  return s;
};

describe('push', () => {
  test(rule('push'), () => {
    const s = pushing();
    s.store('s.a', 1);
    const wild = s.subscribe('*');
    expect([s.heard(wild), s.info().push_bound]).toEqual([[], false]);
    const sid = s.subscribe('d');
    expect([s.heard(wild), s.heard(sid), s.info().push_bound]).toEqual([['1'], ['1'], true]);
    s.nats.unsubscribe('a', sid);
    s.store('s.a', 2);
    expect([s.heard(wild), s.info().num_pending]).toEqual([['1'], 1]);
  });
  test(rule('deliver-group'), () => {
    const s = pushing({ deliver_group: 'g' }, { pick: () => 0 });
    const plain = s.subscribe('d');
    s.store('s.a', 1);
    expect(s.heard(plain)).toEqual([]);
    const sids = [s.subscribe('d', 'g'), s.subscribe('d', 'g')];
    s.store('s.a', 2);
    expect([plain, ...sids].map(s.heard)).toEqual([['1', '2'], ['1', '2'], []]);
  });
  test(rule('heartbeat'), () => {
    const s = pushing({ idle_heartbeat: millis(400) });
    const sid = s.subscribe('d');
    s.ms(300);
    s.store('s.a', 1);
    s.ms(500);
    expect(s.got(sid).map((one) => [one.status, one.headers])).toEqual([
      [null, null],
      [100, { 'Nats-Last-Consumer': '1', 'Nats-Last-Stream': '1' }],
    ]);
  });
  test(rule('flow-control'), () => {
    const s = pushing({ idle_heartbeat: seconds(5), flow_control: true });
    const sid = s.subscribe('d');
    for (const message of [1, 2, 3, 4]) s.store('s.a', message, {}, 1_000_000);
    const [request] = s.got(sid).filter((one) => one.description === 'FlowControl Request');
    expect(s.heard(sid)).toEqual(['1', '2', '100 FlowControl Request', '3']);
    s.nats.answerFlowControl('a', request?.reply ?? '');
    expect(s.heard(sid)).toEqual(['1', '2', '100 FlowControl Request', '3', '4']);
  });
  test(rule('rate-limit'), () => {
    const s = server({ max_payload: 2000 });
    s.stream();
    s.consumer({ deliver_subject: 'd', rate_limit_bps: 8000 });
    const sid = s.subscribe('d');
    for (const message of [1, 2, 3]) s.store('s.a', message, {}, 1000);
    expect(s.heard(sid)).toEqual(['1']);
    s.ms(200);
    expect(s.heard(sid)).toEqual(['1', '2']);
    s.ms(1500);
    expect(s.heard(sid)).toEqual(['1', '2', '3']);
  });
  test(rule('inactive'), () => {
    const s = pushing({ durable_name: '', name: 'c' });
    expect(s.info().config.inactive_threshold).toBe(seconds(5));
    const sid = s.subscribe('d');
    s.ms(20_000);
    expect(s.info().push_bound).toBe(true);
    s.nats.unsubscribe('a', sid);
    s.ms(7000);
    expect(s.nats.consumerInfo('S', 'c')).toMatchObject({ err_code: 10014 });
    expect(s.events('consumer').map((one) => one.what)).toEqual(['created', 'expired']);
  });
  test('pulls keep an ephemeral alive, and acks do', () => {
    const s = server();
    s.stream();
    s.consumer({ durable_name: '', name: 'c', inactive_threshold: seconds(2) });
    s.store('s.a', 1);
    s.ms(1500);
    s.pull();
    s.ms(1500);
    s.say(1, 'ack');
    s.ms(1500);
    expect(s.info().num_ack_pending).toBe(0);
    s.ms(2000);
    expect(s.nats.consumerInfo('S', 'c')).toMatchObject({ refused: true });
  });
  test(rule('workqueue-partition'), () => {
    const s = server();
    s.stream({ retention: 'workqueue' });
    s.consumer({ filter_subjects: ['s.a', 's.b'] });
    expect(s.consumer({ durable_name: 'd', filter_subject: 's.*' })).toMatchObject({ err_code: 10100 });
    expect(s.consumer({ durable_name: 'd' })).toMatchObject({ err_code: 10099 });
    expect(s.consumer({ durable_name: 'd', filter_subject: 's.c' })).toMatchObject({ name: 'd' });
  });
  test('a new deliver subject makes all that is out due again', () => {
    const s = pushing();
    const old = s.subscribe('d');
    s.store('s.a', 1);
    s.nats.unsubscribe('a', old);
    const next = s.subscribe('e');
    s.consumer({ deliver_subject: 'e' });
    expect(s.got(next).map((one) => [one.message, one.info?.deliveries])).toEqual([[1, 2]]);
  });
});

describe('pause and priority groups (2.11, 2.12)', () => {
  const made = (config: ConsumerArgs) => {
    const s = server({ version: '2.14.5' });
    s.stream();
    s.consumer(config);
    return s;
  };
  test(rule('pause'), () => {
    const s = made({});
    s.store('s.a', 1);
    s.nats.pauseConsumer('S', 'c', 1_000_000);
    const sid = s.pull({ expires: seconds(9) });
    s.ms(900);
    expect([s.heard(sid), s.info().paused]).toEqual([[], true]);
    s.ms(200);
    expect([s.heard(sid), s.info().paused]).toEqual([['1'], false]);
  });
  test(rule('overflow'), () => {
    const s = made({ priority_policy: 'overflow', priority_groups: ['G'] });
    const reserve = s.pull({ batch: 5, expires: seconds(9), group: 'G', min_pending: 3 });
    for (const message of [1, 2]) s.store('s.a', message);
    expect(s.heard(reserve)).toEqual([]);
    s.store('s.a', 3);
    expect(s.heard(reserve)).toEqual(['1']);
    expect(s.heard(s.pull({ expires: seconds(9) }))).toEqual(['400 Bad Request - Priority Group missing']);
  });
  test(rule('pinned'), () => {
    const s = made({ priority_policy: 'pinned_client', priority_groups: ['G'], priority_timeout: seconds(2) });
    const [first, second] = [s.pull({ batch: 9, expires: seconds(90), group: 'G' }), s.pull({ batch: 9, expires: seconds(90), group: 'G' })];
    s.store('s.a', 1);
    s.store('s.a', 2);
    expect([s.heard(first), s.heard(second)]).toEqual([['1', '2'], []]);
    expect(s.heard(s.pull({ expires: seconds(9), group: 'G', id: 'old' }))).toEqual(['423 Nats-Pin-Id mismatch']);
    s.ms(2500);
    for (const message of [3, 4]) s.store('s.a', message);
    expect([s.heard(first), s.heard(second)]).toEqual([
      ['1', '2', '423 Nats-Wrong-Pin-Id'],
      ['3', '4'],
    ]);
    s.nats.unpinConsumer('S', 'c', 'G');
    expect(s.events('consumer').map((one) => one.what)).toEqual(['created', 'pinned', 'unpinned', 'pinned', 'unpinned']);
  });
  test(rule('prioritized'), () => {
    const s = made({ priority_policy: 'prioritized', priority_groups: ['G'] });
    const [low, high] = [s.pull({ expires: seconds(9), group: 'G', priority: 5 }), s.pull({ expires: seconds(9), group: 'G', priority: 1 })];
    s.store('s.a', 1);
    expect([s.heard(low), s.heard(high)]).toEqual([[], ['1']]);
  });
});
