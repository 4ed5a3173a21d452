/** Topics on the canvas: fan-out, filters, retries and what becomes of what cannot be delivered. */
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, type Config, fanOut, models, observe, UNTIL } from './room.test-kit.ts';
import { rule } from './rules.ts';

/** @param until µs */
const run = (scenario: Scenario, until = UNTIL) => observe(runTwice(scenario, models, catalog, until));

/** The topic calls `hook`, too. */
function withEndpoint(hook: Config, notify: Config, more: Partial<Scenario> = {}, kind = 'notify'): Scenario {
  const base = fanOut({ producer: { rate: 5, limit: 10 } });
  return {
    ...base,
    nodes: [...base.nodes, { id: 'hook', kind: 'consumer', config: { serviceTime: '10ms', ...hook } }],
    links: [...base.links, { id: 'call', kind, from: 'events', to: 'hook', config: { latency: '1ms', ...notify } }],
    ...more,
  };
}
describe('SNS', () => {
  it(rule('fan-out'), () => {
    const { count, of, text, twice } = run(fanOut({ more: {} }));
    expect(count('enqueued', 'orders')).toBe(count('settled', 'events/orders'));
    expect(of('settled', 'events/orders').every((e) => text(e.reason) === 'sqs.passed_on')).toBe(true);
    expect([count('effect') > 50, twice()]).toEqual([true, []]);
  });
  it('what no filter lets through goes nowhere', () => {
    const { reasons, count } = run(fanOut({ publish: { MessageAttributes: { customer: '{key}' } }, subscribe: { FilterPolicy: '{"customer":["A"]}' }, producer: { keys: { count: 2 } } }));
    expect(reasons('unrouted')).toEqual({ 'sqs.filtered_out': expect.any(Number) });
    expect(count('unrouted') + count('enqueued', 'orders')).toBeLessThanOrEqual(count('accepted'));
  });
  it('standard topics may deliver in another order than messages came', () => {
    const { of } = run(fanOut({ subscribe: { latency: '5ms', jitter: '200ms' } }));
    const messages = of('enqueued', 'orders').map((e) => e.message);
    expect(messages).not.toEqual([...messages].sort((a, b) => a - b));
  });
  it(rule('sns-order'), () => {
    const fifo = { FifoQueue: true };
    const { of, first } = run(fanOut({ topic: { FifoTopic: true }, queue: fifo, dlq: fifo, publish: { MessageGroupId: '{key}', MessageDeduplicationId: '{id}' }, subscribe: { latency: '5ms', jitter: '200ms' }, producer: { keys: { count: 2 } } }));
    const { messages } = first.simulation;
    for (const key of [0, 1]) {
      const seqs = of('enqueued', 'orders').flatMap((e) => (messages.key(e.message) === key ? [messages.seq(e.message)] : []));
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(seqs.length).toBeGreaterThan(3);
    }
  });
  it(rule('http-retries'), () => {
    const fails = { failures: { rate: 1 } };
    const dropped = run(withEndpoint(fails, { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 2 }), 8e6);
    expect(dropped.reasons('dropped')).toEqual({ 'sqs.endpoint_failed': 10 });
    expect(dropped.count('delivered', 'events/hook')).toBe(30);
    const buried = run(withEndpoint(fails, { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 2, deadLetterTargetArn: 'dead' }), 8e6);
    expect([buried.count('dropped'), buried.count('dead-lettered', 'events/hook'), buried.count('enqueued', 'dead')]).toEqual([0, 10, 10]);
  });
  it(rule('client-errors'), () => {
    const rejected = run(withEndpoint({ failures: { rate: 1 }, onFailure: 'reject' }, {}), 4e6);
    expect(rejected.reasons('dropped')).toEqual({ 'sqs.endpoint_rejected': 10 });
    const away = run(withEndpoint({}, { minDelayTarget: 1, maxDelayTarget: 1 }, { timeline: [at(1, 'crash', 'hook'), at(3000, 'restart', 'hook')] }), 8e6);
    expect([away.count('dropped'), away.count('effect') - away.count('effect', 'pay')]).toEqual([0, 10]);
  });
  it(rule('http-timeout'), () => {
    const { twice, reasons } = run(withEndpoint({ serviceTime: '16s', concurrency: 50 }, { minDelayTarget: 1, maxDelayTarget: 1 }), 60e6);
    expect(reasons('requeued')['sqs.endpoint_timeout']).toBeGreaterThan(0);
    expect(twice().length).toBeGreaterThan(0);
  });
  it(rule('async-retry'), () => {
    const { of, text } = run(withEndpoint({ failures: { rate: 1 } }, {}, {}, 'invoke'), 250e6);
    const calls = of('delivered', 'events/hook').filter((e) => e.message === 0);
    expect(calls.slice(1).map((e, i) => Math.round((e.time - (calls[i]?.time ?? 0)) / 1e6))).toEqual([60, 120]);
    expect(text(of('dropped', 'events/hook')[0]?.reason ?? -1)).toBe('sqs.retries_used_up');
  });
});
