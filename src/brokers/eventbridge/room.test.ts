/** What the room adds to the service: clients, the document, and what is told of it. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../scenario/parse.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';

const run = (parts: Parts) => observe(runTwice(scenarioOf(parts), models, catalog, parts.until ?? UNTIL));
const FAILS = { failures: { rate: 1 }, serviceTime: '1ms' };
const QUICK = { retryBase: '50ms', retryMax: '100ms' };

it('the stage is a legal document', () => {
  expect(parseScenario(JSON.parse(JSON.stringify(scenarioOf({}))), catalog)).toMatchObject({ ok: true, warnings: [] });
});
describe('a bus, its rules and their targets', () => {
  it('every event is taken, matched, delivered, answered', () => {
    const { count, reasons, twice } = run({ producer: { limit: 30 } });
    expect([count('confirmed', 'shop'), count('accepted', 'main'), count('effect', 'pay'), count('settled', 'orders/pay')]).toEqual([30, 30, 30, 30]);
    expect(reasons('settled', 'orders/pay')).toEqual({ 'eventbridge.http_2xx': 30 });
    expect([twice(), count('requeued'), count('refused'), count('dead-lettered')]).toEqual([[], 0, 0, 0]);
  });
  it('events of one key overtake each other on their way', () => {
    expect(run({ producer: { rate: 40, keys: { count: 1 } } }).found('order')).toContain('pay eventbridge.no_order');
  });
  it('an event that matches nothing is confirmed and gone, unless an archive keeps it', () => {
    const rule = { EventPattern: '{"source":["till"]}' };
    const kept = run({ rule, producer: { limit: 20, keys: { count: 1 } }, timeline: [at(0, 'remove-node', 'abroad')] });
    expect([kept.count('confirmed'), kept.count('unrouted'), kept.count('effect')]).toEqual([20, 0, 0]);
    const gone = run({ rule, producer: { limit: 20, keys: { count: 1 } }, timeline: [at(0, 'remove-node', 'abroad'), at(0, 'remove-node', 'history')] });
    expect([gone.count('confirmed'), gone.reasons('unrouted')]).toEqual([20, { 'eventbridge.no_rule': 20 }]);
  });
  it('a pattern chooses by what the producer puts', () => {
    const { entries, first } = run({ rule: { EventPattern: '{"detail":{"key":["B"]}}' } });
    const keys = new Set(entries.filter((e) => e.kind === 'enqueued' && first.simulation.history.text(e.place) === 'orders/pay').map((e) => first.simulation.messages.key(e.message)));
    expect([...keys]).toEqual([1]);
  });
  it('an event goes over one bus to another, and no further', () => {
    const base = scenarioOf({ producer: { keys: { count: 1 } } });
    const back = { id: 'there-main', kind: 'event-bus', from: 'there', to: 'main' };
    const { count, reasons } = run({ producer: { keys: { count: 1 }, limit: 10 }, more: { links: [...base.links, back] } });
    expect([count('accepted', 'other'), count('effect', 'audit'), count('accepted', 'main')]).toEqual([10, 10, 10]);
    expect(reasons('unrouted')).toEqual({ 'eventbridge.third_bus': 10 });
  });
});

describe('an endpoint that fails', () => {
  it('5xx is tried again until the attempts are used up, then the event lies in the dead-letter queue', () => {
    const { count, reasons, of } = run({ bus: QUICK, consumer: FAILS, target: { MaximumRetryAttempts: 2 }, producer: { limit: 10 }, timeline: [at(0, 'remove-link', 'dead-undertaker')] });
    expect(of('dead-lettered', 'orders/pay').map((e) => e.attempt)).toEqual(Array(10).fill(3));
    expect([reasons('dead-lettered'), count('enqueued', 'dead'), reasons('requeued', 'orders/pay')]).toEqual([{ 'eventbridge.retry_attempts': 10 }, 10, { 'eventbridge.http_5xx': 30 }]);
  });
  it('4xx is not tried again', () => {
    const { reasons, of } = run({ consumer: { ...FAILS, onFailure: 'reject' }, producer: { limit: 10 } });
    expect(of('dead-lettered').map((e) => e.attempt)).toEqual(Array(10).fill(1));
    expect(reasons('dead-lettered')).toEqual({ 'eventbridge.http_4xx': 10 });
  });
  it('without a queue, or with one that lets nobody in, the event is gone', () => {
    const parts: Parts = { consumer: { ...FAILS, onFailure: 'reject' }, producer: { limit: 5 } };
    expect(run({ ...parts, rule: { DeadLetterConfig: undefined } }).reasons('dropped')).toEqual({ 'eventbridge.http_4xx': 5 });
    expect(run({ ...parts, queue: { permission: false } }).reasons('dropped')).toEqual({ 'eventbridge.queue_refused': 5 });
  });
  it('an answer later than five seconds counts for nothing: the work goes on, and the event comes again', () => {
    const { reasons, twice } = run({ consumer: { serviceTime: '6s', concurrency: 20 }, bus: QUICK, producer: { limit: 3 }, until: 20e6 });
    expect(reasons('requeued')).toMatchObject({ 'eventbridge.timeout': expect.any(Number) });
    expect(twice().length).toBe(3);
  });
  it('a lost answer brings the event again', () => {
    const { reasons, twice } = run({ timeline: [at(1000, 'lose-next-ack', 'pay/1')], until: 12e6 });
    expect([reasons('requeued'), twice().length]).toEqual([{ 'eventbridge.timeout': 1 }, 1]);
  });
  it('a crash resets connections, and another instance gets the events', () => {
    const { reasons, of, text } = run({ consumer: { instances: 2, serviceTime: '500ms' }, producer: { rate: 20 }, timeline: [at(3000, 'crash', 'pay/2')] });
    expect(reasons('requeued')).toMatchObject({ 'eventbridge.connection_reset': expect.any(Number) });
    expect(
      new Set(
        of('delivered', 'orders/pay')
          .filter((e) => e.time > 3.1e6)
          .map((e) => text(e.actor)),
      ),
    ).toEqual(new Set(['pay/1']));
  });
  it('with nobody there connections are refused, and the event waits for its next attempt', () => {
    const { reasons, count } = run({ bus: QUICK, timeline: [at(1000, 'crash', 'pay/1'), at(4000, 'restart', 'pay/1')], producer: { limit: 40 } });
    expect(reasons('requeued')['eventbridge.connection_refused']).toBeGreaterThan(10);
    expect(count('settled', 'orders/pay')).toBe(40);
  });
  it('a busy endpoint keeps a few requests waiting and answers 429 to the rest', () => {
    const most = (backlog: number) => run({ consumer: { concurrency: 1, serviceTime: '400ms' }, target: { backlog }, bus: QUICK }).reasons('requeued')['eventbridge.http_429'] ?? 0;
    expect(most(0)).toBeGreaterThan(most(8));
    expect(most(8)).toBeGreaterThan(0);
  });
});

describe('archives and dead-letter queues', () => {
  it('a replay brings events again, marked, and is not archived', () => {
    const { twice, reasons, count, first } = run({ producer: { limit: 20 }, timeline: [at(4000, 'start-replay', 'history')] });
    expect([twice().length, reasons('enqueued', 'orders/pay')]).toEqual([20, { '': 20, 'eventbridge.replay': 20 }]);
    expect(count('accepted', 'main')).toBe(40);
    expect(first.simulation.rooms.get('eventbridge')?.look('history', 5)?.gauges[0]).toEqual({ name: 'events', value: '20' });
  });
  it('a rule that asks for no replay-name gets none of it', () => {
    const { twice, count } = run({ rule: { EventPattern: '{"replay-name":[{"exists":false}]}' }, producer: { limit: 20 }, timeline: [at(4000, 'start-replay', 'history')] });
    expect([twice('pay').length, count('accepted', 'main')]).toEqual([0, 40]);
  });
  it('a replay that begins too early passes over what has not come into the archive', () => {
    const replayed = (ms: number) => run({ archive: { lag: '3s' }, producer: { limit: 20 }, timeline: [at(ms, 'start-replay', 'history')] }).count('accepted', 'main') - 20;
    expect([replayed(2100), replayed(5500)]).toEqual([0, 20]);
  });
  it('a reader of the dead-letter queue receives, and deletes', () => {
    const { count, reasons } = run({ consumer: { ...FAILS, onFailure: 'reject' }, producer: { limit: 10 } });
    expect([count('effect', 'undertaker'), reasons('settled', 'dead')]).toEqual([10, { 'eventbridge.deleted': 10 }]);
  });
  it('what is put again goes to every rule, not only to the one that failed', () => {
    const parts: Parts = { consumer: { serviceTime: '1ms', onFailure: 'reject' }, producer: { limit: 10, keys: { count: 1 } }, until: 9e6 };
    const timeline = [at(0, 'remove-link', 'dead-undertaker'), at(1, 'outage', 'pay'), at(4000, 'outage-ends', 'pay'), at(5000, 'put-events-again', 'dead')];
    const { count, twice, reasons } = run({ ...parts, timeline });
    expect([count('effect', 'pay'), twice('audit').length, reasons('settled', 'dead')]).toEqual([10, 10, { 'eventbridge.redriven': 10 }]);
  });
});
