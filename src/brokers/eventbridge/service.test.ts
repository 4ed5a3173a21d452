/** The service by itself, rule by rule. */
import { expect, test } from 'vitest';
import { timeText } from './event.ts';
import { rule } from './rules.ts';
import { Bench } from './service.test-kit.ts';
import { transformed } from './transform.ts';

const names = (results: ReturnType<Bench['put']>) => ('refused' in results ? results.name : results.map((one) => ('refused' in one ? one.name : 'taken')));

test(rule('put-partial'), () => {
  const bench = new Bench({ entryFailures: 0.5 });
  const results = bench.put(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(new Set(names(results))).toEqual(new Set(['taken', 'InternalFailure']));
  expect(bench.matches.map(({ event }) => event.message)).toEqual((names(results) as string[]).flatMap((name, i) => (name === 'taken' ? [i] : [])));
  expect(names(bench.put(...Array.from({ length: 11 }, (_, i) => i)))).toBe('ValidationException');
  expect(names(bench.put())).toBe('ValidationException');
});
test(rule('put-entry-errors'), () => {
  const bench = new Bench();
  const all = [{}, { source: 'aws.ec2' }, { source: '' }, { detailType: '' }, { detail: '' }, { detail: '[1]' }, { detail: '{"key":{key}}' }, { detail: '{"seq":{seq}}' }].map((form, i) => bench.entry(i, form));
  expect(names(bench.service.putEvents('main', all))).toEqual(['taken', 'NotAuthorizedForSourceException', 'InvalidArgument', 'InvalidArgument', 'InvalidArgument', 'MalformedDetail', 'MalformedDetail', 'taken']);
});
test(rule('put-size'), () => {
  // 4 bytes of source, 12 of detail-type, 100 of detail.
  expect(names(new Bench({ entrySize: 232 }).put(0, 1))).toEqual(['taken', 'taken']);
  expect(names(new Bench({ entrySize: 231 }).put(0, 1))).toBe('ValidationException');
});
test(rule('put-throttled'), () => {
  const bench = new Bench({ putEventsPerSecond: 5 });
  const answers = Array.from({ length: 8 }, () => names(bench.put(0)));
  expect(answers).toEqual([...Array(5).fill(['taken']), ...Array(3).fill('ThrottlingException')]);
  expect(bench.matches.length).toBe(5);
  expect(names(bench.seconds(0.2).put(1, 2))).toEqual(['taken', 'taken']);
});
test(rule('put-unmatched'), () => {
  const bench = new Bench();
  bench.rule('orders', '{"source":["till"]}');
  bench.target('orders', 'pay');
  expect(names(bench.put(0))).toEqual(['taken']);
  bench.seconds(10);
  expect([bench.matches[0]?.rules, bench.invoked]).toEqual([[], []]);
});
test(rule('rule-pattern-refused'), () => {
  const bench = new Bench();
  expect(bench.rule('orders', '{"source":"shop"}')).toMatchObject({ name: 'InvalidEventPatternException', text: 'Event pattern is not valid. Reason: "source" must be an object or an array' });
  expect(bench.rule('orders', '{"source":["shop"]}')).toBeUndefined();
  expect(bench.rule('orders', '{')).toMatchObject({ name: 'InvalidEventPatternException' });
  expect(bench.service.rule('orders')?.config.pattern).toBe('{"source":["shop"]}');
});
test(rule('rule-quota'), () => {
  const bench = new Bench({ rulesPerBus: 2 });
  expect(['a', 'b', 'c'].map((name) => bench.rule(name)?.name)).toEqual([undefined, undefined, 'LimitExceededException']);
  expect(bench.rule('a')).toBeUndefined();
});
test(rule('targets-five'), () => {
  const bench = new Bench();
  bench.rule('orders');
  expect(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => bench.target('orders', id)?.name)).toEqual([...Array(5).fill(undefined), 'LimitExceededException']);
  bench.put(7);
  bench.seconds(1);
  expect(bench.invoked.map(({ target }) => target).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
});
test(rule('rule-late'), () => {
  const bench = new Bench({ propagation: 2_000_000 });
  bench.rule('orders', '{"detail":{"key":["A"]}}');
  bench.target('orders', 'pay');
  bench.seconds(1);
  bench.rule('orders', '{"detail":{"key":["B"]}}');
  bench.archive('history');
  bench.put(0, 1);
  bench.seconds(2);
  bench.put(0, 1);
  bench.seconds(1);
  expect(bench.matches.map(({ event, rules, archives }) => [event.message, rules.length, archives.length])).toEqual([
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
    [1, 1, 1],
  ]);
});
test(rule('rule-disabled'), () => {
  const bench = new Bench({ propagation: 0 });
  bench.rule('orders', undefined, { enabled: false });
  bench.target('orders', 'pay');
  bench.put(0);
  bench.service.setRuleState('orders', true);
  bench.put(1);
  expect(bench.matches.map(({ rules }) => rules)).toEqual([[], ['orders']]);
});
test(rule('invocations-delayed'), () => {
  const bench = new Bench({ invocationsPerSecond: 2 });
  bench.rule('orders');
  bench.target('orders', 'pay', { kind: 'lambda' });
  bench.put(0, 1, 2, 3);
  bench.seconds(10);
  expect(bench.invoked.map(({ at }) => at)).toEqual([500_000, 1_000_000, 1_500_000, 2_000_000]);
});
test(rule('api-destination-rate'), () => {
  const bench = new Bench();
  bench.rule('orders');
  bench.target('orders', 'pay', { invocationRate: 1, maximumEventAge: 60e6, maximumRetryAttempts: 0 });
  for (let i = 0; i < 10; i++) bench.put(...Array.from({ length: 10 }, (_, j) => i * 10 + j));
  for (let s = 0; s < 130; s++) {
    bench.seconds(1);
    bench.answer('succeeded', 'eventbridge.http_2xx');
  }
  expect(bench.ends.filter((end) => end.endsWith('settled eventbridge.http_2xx')).length).toBe(60);
  expect(bench.ends.filter((end) => end.endsWith('dropped eventbridge.event_age')).length).toBe(40);
});
test(rule('retry-limits'), () => {
  const failing = (config: Parameters<Bench['target']>[2]) => {
    const bench = new Bench();
    bench.rule('orders');
    bench.target('orders', 'pay', config);
    bench.put(0);
    for (let s = 0; s < 4000; s++) {
      bench.seconds(0.1);
      bench.answer('error');
    }
    return bench;
  };
  const attempts = failing({ maximumRetryAttempts: 3 });
  expect([attempts.invoked.length, attempts.ends.at(-1)]).toEqual([4, '0 dropped eventbridge.retry_attempts']);
  const waits = attempts.invoked.map(({ at }, i) => at - (attempts.invoked[i - 1]?.at ?? 0)).slice(1);
  for (const [i, wait] of waits.entries()) expect([wait >= 500_000 * 2 ** i, wait <= 1_500_000 * 2 ** i + 100_000]).toEqual([true, true]);
  const age = failing({ maximumEventAge: 60e6 });
  expect(age.ends.at(-1)).toBe('0 dropped eventbridge.event_age');
  expect(age.clock.now()).toBeGreaterThan(60e6);
  expect(age.invoked.every(({ at }) => at < 60e6)).toBe(true);
});
test(rule('retry-day'), () => {
  const bench = new Bench();
  bench.rule('orders');
  bench.target('orders', 'pay');
  bench.put(0);
  for (let s = 0; s < 100_000 && bench.service.invocations.lineCounts()[0]?.waiting !== undefined && !bench.ends.at(-1)?.includes('dropped'); s++) {
    bench.seconds(1);
    bench.answer('error');
  }
  expect(bench.ends.at(-1)).toMatch(/dropped eventbridge.(event_age|retry_attempts)/);
  expect(bench.invoked.length).toBeGreaterThan(165);
  expect(bench.invoked.length).toBeLessThanOrEqual(186);
});
test(rule('not-retriable'), () => {
  const bench = new Bench();
  bench.rule('orders');
  bench.target('orders', 'closed', { permission: false });
  bench.target('orders', 'open');
  bench.target('orders', 'gone');
  bench.put(0);
  bench.service.removeTarget('orders', 'gone');
  bench.seconds(1);
  bench.answer('rejected', 'eventbridge.http_4xx');
  bench.seconds(100);
  expect(bench.ends.filter((end) => end.includes('dropped')).sort()).toEqual(['0 dropped eventbridge.access_denied', '0 dropped eventbridge.http_4xx', '0 dropped eventbridge.target_gone']);
});
test(rule('dead-letter'), () => {
  const rejected = (queue: string, takes = true, own = '') => {
    const bench = new Bench();
    bench.queueTakes = takes;
    bench.rule('orders', undefined, { queue });
    bench.target('orders', 'pay', { deadLetterQueue: own });
    bench.put(3);
    bench.seconds(1);
    bench.answer('rejected', 'eventbridge.http_4xx');
    return [...bench.buried, bench.ends.at(-1)];
  };
  expect(rejected('dead')).toEqual(['3 dead eventbridge.http_4xx', 'again eventbridge.http_4xx']);
  expect(rejected('dead', false)).toEqual(['3 dropped eventbridge.queue_refused']);
  expect(rejected('')).toEqual(['3 dropped eventbridge.http_4xx']);
  expect(rejected('dead', true, 'its own')).toEqual(['3 its own eventbridge.http_4xx', 'again eventbridge.http_4xx']);
  expect(rejected('', true, 'its own')).toEqual(['3 its own eventbridge.http_4xx', 'again eventbridge.http_4xx']);
});
test(rule('dead-letter-attributes'), () => {
  const attributes = (how: 'error' | 'rejected' | 'throttled', reason: string, config: Parameters<Bench['target']>[2] = {}) => {
    const bench = new Bench();
    bench.rule('orders', undefined, { queue: 'dead' });
    bench.target('orders', 'pay', config);
    bench.put(3);
    for (let n = 0; n < 3; n++) {
      bench.seconds(3);
      bench.answer(how, reason);
    }
    return bench.attributes.at(-1);
  };
  expect(attributes('rejected', 'eventbridge.http_4xx')).toEqual({ RULE_ARN: 'orders', TARGET_ARN: 'pay', ERROR_CODE: 'ERROR_FROM_TARGET', RETRY_ATTEMPTS: 0 });
  expect(attributes('error', 'eventbridge.http_5xx', { maximumRetryAttempts: 1 })).toEqual({ RULE_ARN: 'orders', TARGET_ARN: 'pay', ERROR_CODE: 'ERROR_FROM_TARGET', EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts', RETRY_ATTEMPTS: 1 });
  expect(attributes('error', 'eventbridge.connection_reset', { maximumRetryAttempts: 0 })?.ERROR_CODE).toBe('CONNECTION_FAILURE');
  expect(attributes('throttled', 'eventbridge.http_429', { maximumEventAge: 1e6 })).toMatchObject({ ERROR_CODE: 'THROTTLING', EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' });
  expect(attributes('error', '', { permission: false })).toMatchObject({ ERROR_CODE: 'NO_PERMISSIONS', RETRY_ATTEMPTS: 0 });
  expect(attributes('error', '', { inputTemplate: '{"k":}' })).toMatchObject({ ERROR_CODE: 'INVALID_JSON' });
});
test(rule('client-timeout'), () => {
  const bench = new Bench();
  bench.rule('orders');
  bench.target('orders', 'pay', { maximumRetryAttempts: 0 });
  bench.put(0);
  bench.seconds(5.4);
  expect(bench.ends).toEqual([]);
  bench.seconds(0.1);
  expect(bench.ends).toEqual(['again eventbridge.timeout', '0 dropped eventbridge.retry_attempts']);
  bench.answer('succeeded');
  expect(bench.ends.length).toBe(2);
});
test(rule('at-least-once'), () => {
  const bench = new Bench({ duplicates: 1 });
  bench.rule('orders');
  bench.target('orders', 'pay');
  bench.put(0);
  bench.seconds(1).answer('succeeded', 'eventbridge.http_2xx');
  bench.seconds(1).answer('error');
  expect([bench.invoked.length, ...bench.ends]).toEqual([2, 'again eventbridge.at_least_once', '0 settled eventbridge.delivered_before']);
});
test(rule('no-order'), () => {
  const bench = new Bench({ latency: { lognormal: { mean: '500ms', p99: '2s' } } });
  bench.rule('orders');
  bench.target('orders', 'pay');
  for (let i = 0; i < 40; i++) bench.seconds(0.033).put(i);
  bench.seconds(10);
  const order = bench.invoked.filter(({ attempt }) => attempt === 1).map(({ message }) => message);
  expect(order.length).toBe(40);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
});
const lambdaBench = (config: Parameters<Bench['target']>[2] = {}) => {
  const bench = new Bench();
  bench.rule('orders', undefined, { queue: 'dead' });
  bench.target('orders', 'charge', { kind: 'lambda', ...config });
  bench.put(0);
  bench.seconds(0.5);
  return bench;
};
test(rule('lambda-asynchronous'), () => {
  const bench = lambdaBench({ functionRetries: 0, onFailure: 'failed' });
  bench.seconds(20);
  expect(bench.ends).toEqual([]);
  bench.answer('error', 'eventbridge.function_error');
  expect(bench.buried).toEqual(['0 failed eventbridge.function_retries']);
  const lost = lambdaBench({ functionRetries: 0 });
  lost.answer('error', 'eventbridge.function_error');
  expect([lost.buried, lost.ends.at(-1)]).toEqual([[], '0 dropped eventbridge.function_retries']);
});
test(rule('lambda-errors'), () => {
  const bench = lambdaBench();
  for (let i = 0; i < 3; i++) {
    bench.answer('error', 'eventbridge.function_error');
    bench.seconds(120);
  }
  expect(bench.invoked.map(({ at }) => at / 1e6)).toEqual([0.5, 60.5, 240.5]);
  expect(bench.ends.at(-1)).toBe('0 dropped eventbridge.function_retries');
});
test(rule('lambda-throttles'), () => {
  const bench = lambdaBench();
  for (let s = 0; s < 7 * 3600; s++) {
    bench.answer('throttled', 'eventbridge.function_throttled');
    bench.seconds(1);
  }
  const waits = bench.invoked.map(({ at }, i) => Math.round((at - (bench.invoked[i - 1]?.at ?? 0)) / 1e6)).slice(1);
  expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  expect(Math.max(...waits)).toBe(300);
  expect(bench.ends.at(-1)).toBe('0 dropped eventbridge.function_event_age');
});
test(rule('bus-to-bus'), () => {
  const bench = new Bench();
  bench.bus('second');
  bench.bus('third');
  bench.rule('abroad');
  bench.target('abroad', 'second', { kind: 'bus' });
  bench.rule('further', undefined, { bus: 'second' });
  bench.target('further', 'third', { kind: 'bus' });
  bench.target('further', 'audit');
  bench.put(0);
  bench.seconds(5);
  expect(bench.matches.map(({ event, stopped, made }) => [event.bus, event.from, stopped, made.length])).toEqual([
    ['main', '', [], 1],
    ['second', 'main', ['further'], 1],
  ]);
});
test(rule('archive-lag'), () => {
  const bench = new Bench();
  bench.archive('history', { lag: '3s' });
  bench.put(0, 1);
  expect(bench.seconds(1).service.contents('history', 9)).toMatchObject({ held: 0, arriving: 2 });
  bench.service.startReplay('history', { name: 'early', from: 0, to: 1e9, rules: [] });
  bench.seconds(3);
  bench.service.startReplay('history', { name: 'late', from: 0, to: 1e9, rules: [] });
  bench.seconds(3);
  expect(bench.service.replays('history').map(({ name, sent, state }) => [name, sent, state])).toEqual([
    ['early', 0, 'COMPLETED'],
    ['late', 2, 'COMPLETED'],
  ]);
});
test(rule('archive-pattern'), () => {
  const bench = new Bench();
  bench.archive('some', { pattern: '{"detail":{"key":["A"]}}', retentionDays: 1 });
  bench.archive('all');
  bench.put(0, 1, 10);
  const held = () => ['some', 'all'].map((name) => bench.service.contents(name, 0)?.held);
  expect(held()).toEqual([2, 3]);
  bench.seconds(86_401);
  expect(held()).toEqual([0, 3]);
  expect(bench.archive('wrong', { pattern: '{' })).toMatchObject({ name: 'InvalidEventPatternException' });
});
test(rule('replay'), () => {
  const bench = new Bench();
  bench.archive('history');
  bench.rule('new', '{"replay-name":[{"exists":false}]}');
  bench.rule('old', '{"replay-name":["again"]}');
  for (let i = 0; i < 30; i++) bench.seconds(6).put(i);
  const before = bench.matches.length;
  bench.service.startReplay('history', { name: 'again', from: 0, to: 150e6, rules: [] });
  bench.seconds(60);
  const replayed = bench.matches.slice(before);
  expect(replayed.map(({ event, rules, archives }) => [event.replay, rules, archives])).toEqual(Array(24).fill(['again', ['old'], []]));
  const messages = replayed.map(({ event }) => event.message);
  expect(messages).not.toEqual([...messages].sort((a, b) => a - b));
  const minutes = messages.map((message) => Math.floor(((message + 1) * 6) / 60));
  expect(minutes).toEqual([...minutes].sort((a, b) => a - b));
  expect(bench.service.contents('history', 0)?.held).toBe(30);
});
test(rule('replay-rules'), () => {
  const bench = new Bench();
  bench.archive('history', { replayRate: 10 });
  bench.rule('a');
  bench.rule('b');
  for (let i = 0; i < 20; i++) bench.put(i);
  bench.seconds(1);
  const start = (name: string, to = 1e9) => bench.service.startReplay('history', { name, from: 0, to, rules: ['b'] });
  expect(start('once')).toMatchObject({ state: 'STARTING' });
  expect(start('once')).toMatchObject({ name: 'ResourceAlreadyExistsException' });
  expect(start('empty', 0)).toMatchObject({ name: 'ValidationException' });
  bench.seconds(0.55);
  expect(bench.service.cancelReplay('once')).toBeUndefined();
  expect(bench.service.cancelReplay('once')).toMatchObject({ name: 'IllegalStatusException' });
  expect(bench.service.cancelReplay('never')).toMatchObject({ name: 'ResourceNotFoundException' });
  bench.seconds(10);
  expect(bench.matches.slice(20).map(({ rules }) => rules)).toEqual(Array(5).fill(['b']));
});
test(rule('transformer'), () => {
  const event = { detail: { id: 'x1', n: 3, list: [{ a: true }] } };
  const paths = '{"id":"$.detail.id","n":"$.detail.n","first":"$.detail.list[0]","none":"$.detail.none"}';
  expect(transformed(paths, '{"id":<id>,"n":<n>,"first":<first>}', event)).toEqual({ id: 'x1', n: 3, first: { a: true } });
  expect(transformed(paths, '"<id> has \\"<n>\\""', event)).toBe('x1 has "3"');
  expect(transformed(paths, '"<none>"', event)).toBe('');
  expect(transformed(paths, '{"none":<none>}', event)).toBeUndefined();
  const bench = new Bench();
  bench.rule('orders');
  expect(bench.target('orders', 'pay', { inputPaths: '{"a":"detail"}' })).toMatchObject({ name: 'ValidationException' });
  bench.target('orders', 'pay', { inputPaths: '{"a":"$.detail.none"}', inputTemplate: '{"a":<a>}' });
  bench.put(0);
  bench.seconds(1);
  expect([bench.invoked, bench.ends]).toEqual([[], ['0 dropped eventbridge.invalid_json']]);
});
test('time begins in 1970', () => {
  expect([0, 12.5e6, 86_400e6 * 31 + 3661e6].map(timeText)).toEqual(['1970-01-01T00:00:00Z', '1970-01-01T00:00:12Z', '1970-02-01T01:01:01Z']);
});
test('a service that is saved and loaded between all steps does the same', () => {
  const story = (reload: boolean) => {
    const bench = new Bench({ duplicates: 0.3, latency: { exponential: { mean: '300ms' } }, putEventsPerSecond: 40, invocationsPerSecond: 30 });
    bench.rule('orders', '{"detail":{"key":[{"anything-but":"C"}]}}', { queue: 'dead' });
    bench.target('orders', 'pay', { maximumRetryAttempts: 2, invocationRate: 12 });
    bench.target('orders', 'charge', { kind: 'lambda', functionRetries: 1 });
    bench.archive('history', { lag: { uniform: { from: '0us', to: '2s' } } });
    for (let i = 0; i < 200; i++) {
      bench.put(i);
      if (i === 120) bench.service.startReplay('history', { name: 'r', from: 0, to: 3e6, rules: [] });
      bench.seconds(0.05);
      bench.answer(i % 3 === 0 ? 'error' : i % 5 === 0 ? 'throttled' : 'succeeded');
      if (reload) bench.reload();
    }
    bench.seconds(30);
    return [bench.invoked, bench.ends, bench.buried, bench.service.invocations.lineCounts().map(({ waiting, out }) => [waiting, out])];
  };
  expect(story(true)).toEqual(story(false));
});
