import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { millis, seconds, server } from './server.test-kit.ts';

const full = 'maximum messages exceeded';

describe('streams', () => {
  test(rule('sequence'), () => {
    const s = server();
    s.stream();
    expect([1, 2].map((message) => s.store('s.a', message)?.seq)).toEqual([1, 2]);
    s.nats.deleteMessage('S', 2);
    expect(s.store('s.b', 3)?.seq).toBe(3);
  });
  test(rule('discard-old'), () => {
    const s = server();
    s.stream({ max_msgs: 2 });
    for (const message of [1, 2, 3]) s.store('s.a', message);
    expect(s.kept()).toEqual([2, 3]);
    expect(s.events('removed').map((one) => [one.message, one.reason])).toEqual([[1, 'max_msgs']]);
  });
  test(rule('discard-new'), () => {
    const s = server();
    s.stream({ max_msgs: 1, discard: 'new' });
    s.store('s.a', 1);
    expect(s.store('s.a', 2)?.error).toMatchObject({ code: 503, err_code: 10077, text: full });
    expect(s.kept()).toEqual([1]);
  });
  test(rule('per-subject'), () => {
    const s = server();
    s.stream({ max_msgs: 2, max_msgs_per_subject: 1, discard: 'new' });
    for (const [message, subject] of ['s.a', 's.b', 's.a'].entries()) s.store(subject, message);
    expect(s.kept()).toEqual([1, 2]);
    expect(s.store('s.c', 3)?.error?.text).toBe(full);
  });
  test(rule('discard-new-per-subject'), () => {
    const s = server();
    s.stream({ max_msgs_per_subject: 1, discard: 'new', discard_new_per_subject: true });
    s.store('s.a', 1);
    expect(s.store('s.a', 2)?.error?.text).toBe('maximum messages per subject exceeded');
    expect(s.store('s.b', 3)?.seq).toBe(2);
  });
  test(rule('max-bytes'), () => {
    const s = server();
    s.stream({ max_bytes: 100 });
    s.store('s.a', 1, {}, 31);
    expect(s.state().bytes).toBe(50);
    s.store('s.a', 2, { A: '1' }, 31);
    expect([s.state().bytes, s.kept()]).toEqual([68, [2]]);
    s.nats.createStream({ name: 'F', subjects: ['f'], storage: 'file', max_bytes: 50, discard: 'new' });
    expect(s.store('f', 3, {}, 19)?.error?.text).toBe('maximum bytes exceeded');
    s.store('f', 4, {}, 18);
    expect(s.state('F').bytes).toBe(49);
  });
  test(rule('max-age'), () => {
    const s = server();
    s.stream({ max_age: seconds(1) });
    s.store('s.a', 1);
    s.ms(600);
    s.store('s.a', 2);
    s.ms(500);
    expect(s.kept()).toEqual([2]);
    s.ms(600);
    expect(s.state()).toMatchObject({ messages: 0, first_seq: 3, last_seq: 2 });
  });
  test(rule('workqueue'), () => {
    const s = server();
    s.stream({ retention: 'workqueue' });
    s.consumer();
    for (const message of [1, 2]) s.store('s.a', message);
    s.pull({ batch: 2 });
    s.say(1, 'ack');
    expect(s.kept()).toEqual([2]);
    s.say(2, 'term');
    expect(s.kept()).toEqual([]);
  });
  test(rule('interest'), () => {
    const s = server();
    s.stream({ retention: 'interest' });
    s.consumer();
    s.consumer({ durable_name: 'd' });
    s.store('s.a', 1);
    s.pull();
    s.say(1, 'ack');
    expect(s.kept()).toEqual([1]);
    s.pull({}, 'd');
    s.say(1, 'ack');
    expect(s.kept()).toEqual([]);
  });
  test(rule('interest-none'), () => {
    const s = server();
    s.stream({ retention: 'interest' });
    s.consumer({ filter_subject: 's.b' });
    expect(s.store('s.a', 1)).toMatchObject({ seq: 1, error: null });
    expect(s.state()).toMatchObject({ messages: 0, first_seq: 2, last_seq: 1 });
    expect(s.events('skipped').map((one) => one.message)).toEqual([1]);
  });
  test(rule('dedup'), () => {
    const s = server();
    s.stream({ duplicate_window: millis(500) });
    s.store('s.a', 1, { 'Nats-Msg-Id': 'x' });
    expect(s.store('s.b', 2, { 'Nats-Msg-Id': 'x' })).toMatchObject({ seq: 1, duplicate: true });
    s.ms(600);
    expect(s.store('s.a', 3, { 'Nats-Msg-Id': 'x' })).toMatchObject({ seq: 2, duplicate: false });
    s.nats.createStream({ name: 'T', subjects: ['t'], max_age: seconds(1) });
    expect(s.state('T').config.duplicate_window).toBe(seconds(1));
  });
  test(rule('expected'), () => {
    const s = server();
    s.stream();
    s.store('s.a', 1, { 'Nats-Msg-Id': 'x' });
    const says = (headers: Record<string, string>) => s.store('s.b', 2, headers)?.error?.text ?? 'stored';
    expect(says({ 'Nats-Expected-Last-Sequence': '0' })).toBe('wrong last sequence: 1');
    expect(says({ 'Nats-Expected-Last-Subject-Sequence': '1' })).toBe('wrong last sequence: 0');
    expect(says({ 'Nats-Expected-Last-Msg-Id': 'y' })).toBe('wrong last msg ID: x');
    expect(says({ 'Nats-Expected-Stream': 'T' })).toBe('expected stream does not match');
    expect(says({ 'Nats-Expected-Last-Sequence': '1', 'Nats-Expected-Last-Subject-Sequence': '0', 'Nats-Expected-Last-Msg-Id': 'x', 'Nats-Expected-Stream': 'S' })).toBe('stored');
    expect(says({ 'Nats-Expected-Last-Msg-Id': 'x' })).toBe('wrong last msg ID: ');
  });
  test(rule('rollup'), () => {
    const s = server();
    s.stream({ allow_rollup_hdrs: true });
    for (const [message, subject] of ['s.a', 's.b', 's.a'].entries()) s.store(subject, message);
    s.store('s.a', 3, { 'Nats-Rollup': 'SUB' });
    expect(s.kept()).toEqual([1, 3]);
    expect(s.store('s.a', 4, { 'Nats-Rollup': 'half' })).toBe(null);
    s.store('s.c', 5, { 'Nats-Rollup': 'all' });
    expect(s.kept()).toEqual([5]);
  });
  test(rule('purge'), () => {
    const made = () => {
      const s = server();
      s.stream();
      for (const [message, subject] of ['s.a', 's.b', 's.a', 's.b'].entries()) s.store(subject, message);
      return s;
    };
    const left = (args: { filter?: string; seq?: number; keep?: number }) => {
      const s = made();
      const answer = s.nats.purgeStream('S', args);
      return ['refused' in answer ? answer.text : answer.purged, s.kept()];
    };
    expect(left({})).toEqual([4, []]);
    expect(left({ filter: 's.a' })).toEqual([2, [1, 3]]);
    expect(left({ seq: 3 })).toEqual([2, [2, 3]]);
    expect(left({ keep: 1 })).toEqual([3, [3]]);
    expect(left({ filter: 's.*', keep: 1 })).toEqual([3, [3]]);
    expect(left({ filter: 's.b', seq: 3 })).toEqual([1, [0, 2, 3]]);
    expect(left({ seq: 10 })).toEqual([4, []]);
    const s = made();
    s.nats.purgeStream('S', { seq: 10 });
    expect(s.store('s.a', 9)?.seq).toBe(10);
  });
  test(rule('delete'), () => {
    const s = server();
    s.stream();
    for (const message of [1, 2, 3]) s.store('s.a', message);
    s.nats.deleteMessage('S', 2);
    expect(s.state()).toMatchObject({ first_seq: 1, last_seq: 3, deleted: [2] });
  });
  test(rule('sealed'), () => {
    const s = server();
    s.stream();
    s.store('s.a', 1);
    s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory', sealed: true });
    expect(s.store('s.a', 2)?.error?.err_code).toBe(10109);
    expect(s.nats.purgeStream('S')).toMatchObject({ err_code: 10109 });
    expect(s.nats.deleteMessage('S', 1)).toMatchObject({ err_code: 10109 });
    expect(s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory' })).toMatchObject({ text: 'stream configuration update can not unseal a sealed stream' });
  });
  test(rule('mirror'), () => {
    const s = server();
    s.stream();
    for (const message of [1, 2, 3]) s.store('s.a', message);
    s.nats.deleteMessage('S', 1);
    s.nats.createStream({ name: 'M', storage: 'memory', mirror: { name: 'S' } });
    s.store('s.b', 4);
    expect(s.kept('M')).toEqual([2, 3, 4]);
    expect(s.state('M')).toMatchObject({ first_seq: 2, last_seq: 4 });
  });
  test(rule('source'), () => {
    const s = server();
    s.stream();
    s.store('s.a', 1);
    s.nats.createStream({ name: 'M', storage: 'memory', subjects: ['own'], sources: [{ name: 'S', filter_subject: 's.b' }] });
    s.store('own', 2);
    s.store('s.b', 3);
    expect(s.kept('M')).toEqual([2, 3]);
    expect(s.nats.getMessage('M', { seq: 2 })).toMatchObject({ subject: 's.b', headers: { 'Nats-Stream-Source': 'S 2 s.b >' } });
  });
  test.each([
    ['2.9.10', 'S 1'],
    ['2.10.27', 'S 1 > >'],
    ['2.14.5', 'S 1 > > s.a'],
  ] as const)('the header of a sourced message as %s writes it', (version, origin) => {
    const s = server({ version });
    s.stream();
    s.nats.createStream({ name: 'M', storage: 'memory', sources: [{ name: 'S' }] });
    s.store('s.a', 1);
    expect(s.nats.getMessage('M', { seq: 1 })).toMatchObject({ headers: { 'Nats-Stream-Source': origin } });
  });
  test('a source takes messages of a workqueue stream as its consumer would', () => {
    const s = server();
    s.stream({ retention: 'workqueue' });
    s.nats.createStream({ name: 'M', storage: 'memory', sources: [{ name: 'S', subject_transforms: [{ src: 's.*', dest: 't.{{wildcard(1)}}' }] }] });
    s.store('s.a', 1);
    expect([s.kept('S'), s.kept('M'), s.state('M').subjects]).toEqual([[], [1], { 't.a': 1 }]);
  });
  test(rule('transform'), () => {
    const s = server();
    s.stream({ subject_transform: { src: 's.*.*', dest: 's.{{wildcard(2)}}.{{wildcard(1)}}' } });
    s.store('s.a.b', 1);
    s.store('s.a', 2);
    expect(s.state().subjects).toEqual({ 's.b.a': 1, 's.a': 1 });
  });
  test(rule('republish'), () => {
    const s = server();
    s.stream({ republish: { src: 's.*', dest: 'r.{{wildcard(1)}}', headers_only: true } });
    const sid = s.subscribe('r.>');
    s.store('s.a', 1, {}, 7);
    s.store('s.a', 2, { K: 'v' }, 7);
    expect(s.got(sid).map((one) => [one.subject, one.size, one.headers])).toEqual([
      ['r.a', 0, { 'Nats-Stream': 'S', 'Nats-Subject': 's.a', 'Nats-Sequence': '1', 'Nats-Time-Stamp': '1970-01-01T00:00:00Z', 'Nats-Last-Sequence': '0', 'Nats-Msg-Size': '7' }],
      ['r.a', 0, { K: 'v', 'Nats-Stream': 'S', 'Nats-Subject': 's.a', 'Nats-Sequence': '2', 'Nats-Time-Stamp': '1970-01-01T00:00:00Z', 'Nats-Last-Sequence': '1', 'Nats-Msg-Size': '7' }],
    ]);
  });
  test(rule('overlap'), () => {
    const s = server();
    s.stream();
    expect(s.nats.createStream({ name: 'T', subjects: ['*.a'] })).toMatchObject({ err_code: 10065 });
    expect(s.nats.createStream({ name: 'T', subjects: ['t.a'] })).toMatchObject({ consumer_count: 0 });
    expect(s.nats.updateStream({ name: 'T', subjects: ['t.a', '>'], no_ack: true })).toMatchObject({ err_code: 10052 });
    expect(s.nats.updateStream({ name: 'T', subjects: ['s.b'] })).toMatchObject({ err_code: 10065 });
  });
  test('lower limits take effect at once, a first limit per subject with the next message', () => {
    const s = server();
    s.stream({ max_msgs_per_subject: 3 });
    for (const message of [1, 2, 3]) s.store('s.a', message);
    s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory', max_msgs_per_subject: 2 });
    expect(s.kept()).toEqual([2, 3]);
    s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory' });
    s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory', max_msgs_per_subject: 1 });
    expect(s.kept()).toEqual([2, 3]);
    s.store('s.a', 4);
    expect(s.kept()).toEqual([4]);
  });
  test('changing to interest lets go what was acked by all', () => {
    const s = server();
    s.stream();
    s.consumer();
    for (const message of [1, 2]) s.store('s.a', message);
    s.pull();
    s.say(1, 'ack');
    s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory', retention: 'interest' });
    expect(s.kept()).toEqual([2]);
  });
});

describe('lives of messages (2.11)', () => {
  const made = (config = {}) => {
    const s = server({ version: '2.14.5' });
    s.stream({ allow_msg_ttl: true, ...config });
    return s;
  };
  test(rule('ttl'), () => {
    const s = made({ max_age: seconds(3) });
    s.store('s.a', 1, { 'Nats-TTL': '1' });
    s.store('s.a', 2, { 'Nats-TTL': 'never' });
    s.store('s.a', 3);
    expect(s.store('s.a', 4, { 'Nats-TTL': '500ms' })?.error?.err_code).toBe(10165);
    s.ms(1500);
    expect(s.kept()).toEqual([2, 3]);
    s.ms(2000);
    expect(s.kept()).toEqual([2]);
    expect(server({ version: '2.14.5' }).stream()).toMatchObject({ config: { allow_msg_ttl: false } });
  });
  test(rule('marker'), () => {
    const s = made({ max_age: seconds(1), subject_delete_marker_ttl: seconds(2) });
    s.store('s.a', 1);
    s.ms(1100);
    expect(s.nats.getMessage('S', { seq: 2 })).toMatchObject({ subject: 's.a', headers: { 'Nats-Marker-Reason': 'MaxAge', 'Nats-TTL': '2s' } });
    s.ms(2100);
    expect(s.state()).toMatchObject({ messages: 0, last_seq: 2 });
  });
});
