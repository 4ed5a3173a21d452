/** SNS by itself, rule by rule. */
import { expect, test } from 'vitest';
import { AWS_ENDPOINT, HTTP_DEFAULT, retryDelay } from './retry.ts';
import { rule } from './rules.ts';
import { letter } from './server.test-kit.ts';
import { Sns } from './sns.ts';

function topic(name = 't', attributes: Parameters<Sns['CreateTopic']>[1] = {}) {
  let now = 0;
  const sns = new Sns(() => now);
  sns.CreateTopic(name, { ...(name.endsWith('.fifo') ? { FifoTopic: true } : {}), ...attributes });
  return { sns, seconds: (s: number) => (now += s * 1e6), publish: (one: Parameters<typeof letter>[0]) => sns.Publish(name, letter(one)) };
}
test(rule('sns-fifo'), () => {
  const { sns, publish, seconds } = topic('t.fifo');
  sns.Subscribe('t.fifo', 's', 'sqs');
  expect(publish({ id: 'x' })).toMatchObject({ name: 'InvalidParameter', text: expect.stringContaining('MessageGroupId') });
  expect(publish({ group: 'g' })).toMatchObject({ name: 'InvalidParameter', text: expect.stringContaining('ContentBasedDeduplication') });
  expect(publish({ group: 'g', id: 'x' })).toMatchObject({ duplicate: false, to: [{ id: 's' }] });
  expect(publish({ group: 'h', id: 'x' })).toMatchObject({ duplicate: true, to: [] });
  seconds(300);
  expect(publish({ group: 'h', id: 'x' })).toMatchObject({ duplicate: false });
  expect(topic().publish({ id: 'x' })).toMatchObject({ name: 'InvalidParameter' });
});
test(rule('sns-endpoints'), () => {
  const standard = topic().sns;
  expect(standard.Subscribe('t', 's', 'sqs', {}, true)).toMatchObject({ name: 'InvalidParameter', text: expect.stringContaining('FIFO SQS Queues can not be subscribed to standard SNS topics') });
  expect(['sqs', 'https', 'lambda'].map((protocol) => standard.Subscribe('t', protocol, protocol as 'sqs'))).toEqual(['subscribed', 'subscribed', 'subscribed']);
  const fifo = topic('t.fifo').sns;
  expect([fifo.Subscribe('t.fifo', 'a', 'sqs', {}, true), fifo.Subscribe('t.fifo', 'b', 'sqs')]).toEqual(['subscribed', 'subscribed']);
  expect(fifo.Subscribe('t.fifo', 'c', 'https')).toMatchObject({ name: 'InvalidParameter' });
});
test(rule('sns-size'), () => {
  expect([topic().publish({ size: 262_144 }), topic().publish({ size: 262_145 })]).toMatchObject([{ to: [] }, { name: 'InvalidParameter' }]);
  expect(topic('t', { MaximumMessageSize: 1_048_576 }).publish({ size: 1_048_576 })).toMatchObject({ to: [] });
});
test(rule('sns-throughput'), () => {
  const most = (attributes: Parameters<Sns['CreateTopic']>[1], groups: number) => {
    const { publish } = topic('t.fifo', attributes);
    for (let n = 0; ; n++) if ('refused' in publish({ group: `${n % groups}`, id: `${n}` })) return n;
  };
  expect([most({}, 20), most({ FifoThroughputScope: 'MessageGroup' }, 1), most({ FifoThroughputScope: 'MessageGroup' }, 2)]).toEqual([3000, 300, 600]);
});
test(rule('aws-retries'), () => {
  const delays = Array.from({ length: 16 }, (_, i) => (retryDelay(AWS_ENDPOINT, i + 1) ?? -1) / 1e6);
  expect(delays.slice(0, 6)).toEqual([0, 0, 0, 1, 1, 1]);
  expect(delays.slice(5, 15)).toEqual([...delays.slice(5, 15)].sort((a, b) => a - b));
  expect(delays.slice(14)).toEqual([20, 20]);
  expect([retryDelay(AWS_ENDPOINT, 100_015), retryDelay(AWS_ENDPOINT, 100_016)]).toEqual([20e6, undefined]);
  expect([1, 2, 3, 4].map((n) => retryDelay(HTTP_DEFAULT, n))).toEqual([20e6, 20e6, 20e6, undefined]);
});
test('backoff functions grow from the least to the greatest delay, linear fastest at first', () => {
  const curve = (backoffFunction: 'linear' | 'arithmetic' | 'geometric' | 'exponential') => Array.from({ length: 10 }, (_, i) => retryDelay({ ...HTTP_DEFAULT, numRetries: 10, minDelayTarget: 5, maxDelayTarget: 260, backoffFunction }, i + 1) ?? -1);
  for (const name of ['linear', 'arithmetic', 'geometric', 'exponential'] as const) {
    const delays = curve(name);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBe(260e6);
  }
  expect(curve('linear')[4]).toBeGreaterThan(curve('arithmetic')[4] ?? 0);
  expect(curve('arithmetic')[4]).toBeGreaterThan(curve('exponential')[4] ?? 0);
});
