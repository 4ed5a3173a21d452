import { expect, test } from 'vitest';
import type { Version } from './config.ts';
import { rule } from './rules.ts';
import { millis, seconds, server } from './server.test-kit.ts';

/** What releases of nats-server do differently, by version. */
type Server = ReturnType<typeof server>;
const VERSIONS: readonly Version[] = ['2.9.10', '2.10.27', '2.14.5'];
const each = <T>(tell: (s: Server) => T): T[] => VERSIONS.map((version) => tell(server({ version })));
const reload = ({ nats }: Server) => nats.load(nats.save());

test(rule('purge-memory'), () => {
  const fed = (s: Server) => {
    s.stream();
    for (const [i, subject] of ['s.a', 's.b', 's.c', 's.c'].entries()) s.store(subject, i);
  };
  const counted = each((s) => {
    fed(s);
    s.nats.purgeStream('S', { seq: 4 });
    reload(s);
    return s.state().num_subjects;
  });
  expect(counted).toEqual([3, 1, 1]);
  const refused = each((s) => {
    fed(s);
    s.nats.deleteMessage('S', 3);
    return 'refused' in s.nats.purgeStream('S', { seq: 3 });
  });
  expect(refused).toEqual([true, false, false]);
  const expected = each((s) => {
    fed(s);
    s.nats.purgeStream('S', { seq: 10 });
    reload(s);
    return s.store('s.a', 9, { 'Nats-Expected-Last-Sequence': '9' })?.error?.text ?? 'stored';
  });
  expect(expected).toEqual(['wrong last sequence: 4', 'stored', 'stored']);
});
test(rule('counted-once'), () => {
  const heard = each((s) => {
    s.stream({ max_age: millis(500) });
    s.store('s.a', 1);
    s.consumer();
    s.ms(1000);
    const first = s.heard(s.pull());
    s.info();
    return [first, s.heard(s.pull())];
  });
  const nothing = ['404 No Messages'];
  expect(heard).toEqual([
    [[], nothing],
    [nothing, nothing],
    [nothing, nothing],
  ]);
});
test(rule('lost-pulls'), () => {
  const heard = each((s) => {
    s.stream();
    s.consumer({ max_waiting: 1 });
    s.nats.unsubscribe('a', s.pull({ expires: seconds(60) }));
    s.nats.unsubscribe('a', s.pull({ expires: seconds(60) }));
    const full = s.heard(s.pull({ expires: seconds(60) }));
    s.ms(1100);
    return [full, s.heard(s.pull({ expires: seconds(60) }))];
  });
  expect(heard[0]).toEqual([[], ['409 Exceeded MaxWaiting']]);
  expect(heard[1]?.[0]).toEqual(['409 Exceeded MaxWaiting']);
  expect(heard[2]).toEqual(heard[1]);
});
test(rule('filter-meets'), () => {
  const made = each((s) => {
    s.stream();
    s.nats.createStream({ name: 'T', subjects: ['t'], storage: 'memory' });
    const make = (name: string, sources: { name: string; filter_subject?: string }[]) => !('refused' in s.nats.createStream({ name, subjects: [], storage: 'memory', sources }));
    const mirror = !('refused' in s.nats.createStream({ name: 'M', subjects: [], storage: 'memory', mirror: { name: 'S', filter_subject: 'x' } }));
    return [mirror, make('A', [{ name: 'T', filter_subject: 's.a' }]), make('B', [{ name: 'S' }, { name: 'T', filter_subject: 's.a' }]), make('C', [{ name: 'nowhere', filter_subject: 's.a' }])];
  });
  expect(made).toEqual([
    [false, false, true, true],
    [true, true, true, true],
    [true, true, true, true],
  ]);
});
test(rule('update-half-done'), () => {
  const stored = (['2.10.27', '2.14.5'] as const).map((version) => {
    const s = server({ version });
    s.stream({ subjects: ['a', 'b'] });
    const answer = s.nats.updateStream({ name: 'S', subjects: ['b', 'c'], storage: 'memory', subject_transform: { src: '>', dest: 'x.{{wildcard(9)}}' } });
    expect('refused' in answer).toBe(true);
    reload(s);
    return ['a', 'b', 'c'].map((subject, i) => s.store(subject, i)?.seq ?? null);
  });
  expect(stored).toEqual([
    [null, 1, 2],
    [1, 2, null],
  ]);
});
test(rule('filter-changed'), () => {
  const heard = each((s) => {
    s.stream();
    s.consumer();
    s.store('s.a', 1);
    s.consumer({ filter_subject: 's.*' });
    reload(s);
    const inbox = s.pull({ expires: seconds(60) });
    const pattern = s.heard(inbox)[0] ?? 'nothing';
    s.consumer({ filter_subject: 's.b' });
    s.store('s.b', 2);
    return [pattern, [...s.heard(inbox), ...s.heard(s.pull())].at(pattern === 'nothing' ? 0 : -1)];
  });
  expect(heard).toEqual([
    ['nothing', '2'],
    ['1', '2'],
    ['1', '2'],
  ]);
});
test(rule('ack-none-answered'), () => {
  const answers = each((s) => {
    s.stream();
    s.store('s.a', 1);
    s.consumer({ ack_policy: 'none' });
    s.got(s.pull());
    const inbox = s.subscribe('_INBOX.ack');
    s.say(1, 'ack', { reply: '_INBOX.ack' });
    return s.got(inbox).map(({ status }) => status);
  });
  expect(answers).toEqual([[null], [503], [503]]);
});
