/** Queue subscriptions: locks and their tokens, alone and in a whole system. */
import { describe, expect, test } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, pulled, runner } from './room.test-kit.ts';
import { rule } from './rules.ts';
import { queuePlan, service } from './server.test-kit.ts';

const run = runner(runTwice);

/** A service with one queue, and the client's operations by message. */
function queue(more: Parameters<typeof queuePlan>[0] = {}, container = false) {
  const s = service(queuePlan(more), { container });
  const q = () => {
    const found = s.grid.queue('jobs');
    if (found === undefined) throw new Error('no queue');
    return found;
  };
  const tokens = new Map<number, number>();
  let calls = 1000;
  const take = () => {
    const got = s.happened('received').map(({ events }) => events);
    for (const { message, token } of got.flat()) tokens.set(message, token);
    return got.map((events) => events.map(({ message, count }) => [message, count]));
  };
  return {
    ...s,
    q,
    token: (message: number) => tokens.get(message) ?? -1,
    take,
    receive: (most = 1, wait = 60) => {
      q().receive('c', calls++, most, wait * 1e6);
      return take();
    },
  };
}

test(rule('receive'), () => {
  const s = queue();
  for (let i = 0; i < 5; i++) s.publish();
  s.advance(1);
  expect(s.receive(3)).toEqual([
    [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
  ]);
  expect(s.receive(3)).toEqual([
    [
      [3, 1],
      [4, 1],
    ],
  ]);
  expect(s.receive(3, 20)).toEqual([]);
  s.advance(10);
  s.publish();
  s.advance(0);
  expect(s.take()).toEqual([[[5, 1]]]);
  expect(s.receive(3, 20)).toEqual([]);
  s.advance(19);
  expect(s.take()).toEqual([]);
  s.advance(1);
  expect(s.take()).toEqual([[]]);
});
test(rule('lock'), () => {
  const s = queue();
  s.publish();
  s.advance(0);
  s.receive();
  s.advance(59);
  expect(s.receive()).toEqual([]);
  s.advance(1);
  expect(s.take()).toEqual([[[0, 2]]]);
});
test(rule('acknowledge'), () => {
  const s = queue();
  s.publish();
  s.advance(0);
  s.receive();
  const first = s.token(0);
  s.advance(60);
  expect(s.q().acknowledge(first)).toMatchObject({ refused: true, name: 'TokenLost', text: 'Token has expired.' });
  expect(s.q().acknowledge(-1)).toMatchObject({ name: 'BadToken' });
  expect(s.receive()).toEqual([[[0, 2]]]);
  expect(s.q().acknowledge(s.token(0))).toBe(undefined);
  expect(s.q().acknowledge(s.token(0))).toMatchObject({ name: 'TokenLost' });
  expect(s.q().events.size).toBe(0);
});
test(rule('release'), () => {
  const s = queue();
  s.publish();
  s.advance(0);
  s.receive();
  expect(s.q().release(s.token(0), 0)).toBe(undefined);
  expect(s.receive()).toEqual([[[0, 2]]]);
  expect(s.q().release(s.token(0), 10e6)).toBe(undefined);
  expect(s.receive()).toEqual([]);
  s.advance(9);
  expect(s.take()).toEqual([]);
  s.advance(1);
  expect(s.take()).toEqual([[[0, 3]]]);
});
test(rule('reject'), () => {
  const s = queue();
  s.publish();
  s.advance(0);
  s.receive();
  expect(s.q().reject(s.token(0))).toBe(undefined);
  expect(s.happened('dropped').map(({ why }) => why)).toEqual(['rejected']);
  const dead = queue({ deadLetterDestination: 'dead' }, true);
  dead.publish();
  dead.advance(0);
  dead.receive();
  dead.q().reject(dead.token(0));
  dead.advance(300);
  expect(dead.happened('dead-lettered').map(({ why }) => why)).toEqual(['rejected']);
});
test(rule('renew-lock'), () => {
  const s = queue({ lockDuration: 300e6 });
  s.publish();
  s.advance(0);
  s.receive();
  for (let i = 0; i < 18; i++) {
    s.advance(200);
    expect(s.q().renewLock(s.token(0))).toBe(undefined);
  }
  // 3600 s after its making; the lock itself lasts until 3900 s.
  s.advance(1);
  expect(s.q().renewLock(s.token(0))).toMatchObject({ name: 'TokenLost' });
  expect(s.q().acknowledge(s.token(0))).toBe(undefined);
});
test(rule('delivery-count'), () => {
  const s = queue({ maxDeliveryCount: 2 });
  s.publish();
  s.advance(0);
  s.receive();
  s.advance(60);
  expect(s.receive()).toEqual([[[0, 2]]]);
  s.advance(60);
  expect(s.happened('dropped').map(({ why }) => why)).toEqual(['MaxDeliveryAttemptsExceeded']);
  expect(s.receive()).toEqual([]);
});
describe('time to live', () => {
  test(rule('event-time-to-live'), () => {
    const s = queue({ eventTimeToLive: 'PT2M' });
    s.publish();
    s.advance(60);
    s.publish();
    s.advance(60);
    expect(s.happened('expired').map(({ why }) => why)).toEqual(['TimeToLiveExceeded']);
    s.advance(60);
    expect(s.happened('expired')).toHaveLength(1);
    const state = (more: Parameters<typeof queuePlan>[0]) =>
      service(queuePlan(more))
        .happened('subscription')
        .map((one) => one.refusal?.text ?? one.state);
    expect(state({ eventTimeToLive: 'P2D', retention: 86_400e6 })).toEqual(["eventTimeToLive must not be greater than the topic's eventRetentionInDays."]);
    expect(state({ eventTimeToLive: 'PT2M', lockDuration: 300e6 })).toEqual(['eventTimeToLive must not be less than receiveLockDurationInSeconds.']);
    expect(state({ eventTimeToLive: 'PT59S' })).toEqual(['eventTimeToLive must be an ISO 8601 duration of at least PT1M.']);
    expect(state({ eventTimeToLive: 'P1D' })).toEqual(['Succeeded']);
  });
  test('what is locked stays until its lock ends, and a shorter time counts at once', () => {
    const s = queue({ lockDuration: 300e6 });
    s.publish();
    s.publish();
    s.advance(0);
    s.receive();
    s.configure(queuePlan({ lockDuration: 300e6, eventTimeToLive: 'PT5M' }));
    s.advance(299);
    expect(s.happened('expired')).toEqual([]);
    s.advance(1);
    expect(s.happened('expired')).toHaveLength(2);
  });
});

describe('in a whole system', () => {
  test('a lock that is shorter than the work: everything is done twice, and every acknowledgement comes too late', () => {
    const { reasons, twice } = run(pulled({ producer: { limit: 2 }, consumer: { instances: 2, concurrency: 2, serviceTime: '70s' } }), 200);
    expect(reasons('requeued')['event-grid.lock_expired']).toBeGreaterThan(1);
    expect(reasons('refused')['event-grid.TokenLost']).toBeGreaterThan(1);
    expect(twice()).toEqual([0, 1]);
  });
  test('renewing the lock while the work goes on prevents it', () => {
    const { reasons, twice, count } = run(pulled({ producer: { limit: 2 }, consumer: { instances: 2, concurrency: 2, serviceTime: '70s' }, consume: { renewEvery: '30s' } }), 200);
    expect([reasons('requeued'), twice(), count('settled')]).toEqual([{}, [], 2]);
  });
  test('locks run while events wait in the client: a large maxEvents', () => {
    const { reasons } = run(pulled({ producer: { limit: 20 }, consumer: { instances: 2, serviceTime: '10s' }, consume: { maxEvents: 20 } }), 120);
    expect(reasons('requeued')['event-grid.lock_expired']).toBeGreaterThan(5);
    const few = run(pulled({ producer: { limit: 20 }, consumer: { instances: 2, serviceTime: '10s' } }), 120);
    expect(few.count('requeued')).toBe(0);
  });
  test('failed work is released, given up work rejected', () => {
    const FAILS = { failures: { rate: 1 }, serviceTime: '1ms' };
    expect(run(pulled({ producer: { limit: 1 }, consumer: FAILS, consume: { releaseDelayInSeconds: '10' } }), 35).times('delivered', 0)).toEqual([0.1, 10.1, 20.1, 30.1]);
    expect(run(pulled({ producer: { limit: 1 }, consumer: { ...FAILS, onFailure: 'reject' } }), 5).reasons('dropped')).toEqual({ 'event-grid.rejected': 1 });
  });
  test('a crash leaves the locks behind; a lost acknowledgement likewise', () => {
    const crash = run(pulled({ producer: { limit: 1 }, consumer: { serviceTime: '1s', effectAt: 0 }, timeline: [at(500, 'crash', 'pay/1'), at(900, 'restart', 'pay/1')] }), 70);
    expect([crash.times('delivered', 0), crash.twice()]).toEqual([[0.1, 60.1], [0]]);
    const lost = run(pulled({ producer: { limit: 1 }, timeline: [at(10, 'lose-next-ack', 'pay/1')] }), 70);
    expect([lost.reasons('requeued'), lost.twice()]).toEqual([{ 'event-grid.lock_expired': 1 }, [0]]);
  });
  test('without its subscription a client is told 404, and goes on when there is one', () => {
    const { reasons, count } = run(pulled({ queue: { eventTimeToLive: 'nonsense' }, producer: { limit: 200 }, timeline: [at(1000, 'set', 'jobs', { eventTimeToLive: null })] }), 30);
    expect(reasons('refused')).toEqual({ 'event-grid.InvalidRequest': 1, 'event-grid.NotFound': 1 });
    expect(count('settled')).toBeGreaterThan(100);
  });
});
