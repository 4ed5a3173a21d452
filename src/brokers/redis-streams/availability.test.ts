/** What survives a process kill, a loss of power and a failover. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, type Config, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';

const run = (parts: Parts) => observe(runTwice(scenarioOf(parts), models, catalog, parts.until ?? UNTIL));

const SLOW = { serviceTime: '200ms' };
const REPLICA = { replicas: 1, replicationDelay: '300ms', 'down-after-milliseconds': 200 };

describe('a restart', () => {
  const killed = (server: Config, how = 'stop-server') => run({ server, consumer: SLOW, consume: { COUNT: 1 }, timeline: [at(1650, how, 'redis'), at(1800, 'start-server', 'redis')], until: 5e6 });
  it('by default nothing was on disk yet: the stream is gone, and its groups', () => {
    const { count, reasons } = killed({});
    expect(count('lost')).toBeGreaterThan(20);
    expect(Object.keys(reasons('lost'))).toEqual(['redis-streams.not_on_disk']);
    expect(reasons('refused')['redis-streams.NOGROUP']).toBeGreaterThan(1);
  });
  it('a snapshot brings back what it had: what was acknowledged since is delivered again', () => {
    const { count, twice } = killed({ save: '1 1' });
    expect(count('lost')).toBeGreaterThan(5);
    expect(twice().length).toBeGreaterThan(0);
  });
  it('with the append-only file a process kill costs nothing', () => {
    for (const appendfsync of ['everysec', 'always', 'no']) {
      const { count, twice } = killed({ appendonly: 'yes', appendfsync });
      expect([appendfsync, count('lost'), twice()]).toEqual([appendfsync, 0, []]);
    }
  });
  it('a loss of power costs what was not synced: a second with everysec, nothing with always', () => {
    const lost = (appendfsync: string) => killed({ appendonly: 'yes', appendfsync }, 'power-loss').count('lost');
    expect(lost('always')).toBe(0);
    expect(lost('everysec')).toBeGreaterThan(8);
    expect(lost('everysec')).toBeLessThan(16);
    expect(lost('no')).toBeGreaterThan(20);
  });
  it('while it is down nobody is served, and clients come back by themselves', () => {
    const { of, reasons, text } = killed({ appendonly: 'yes' });
    expect(reasons('left')['redis-streams.server_down']).toBe(2);
    expect(
      of('joined')
        .filter((e) => e.time > 1.8e6)
        .map((e) => text(e.actor))
        .sort(),
    ).toEqual(['pay/1', 'shop']);
    expect(of('accepted').filter((e) => e.time > 1.65e6 && e.time < 1.8e6)).toEqual([]);
  });
});

describe('a failover', () => {
  const failed = (more: Config = {}, publish: Config = {}) => run({ server: { ...REPLICA, ...more }, publish, consumer: { serviceTime: '20ms' }, producer: { retry: { attempts: 3, timeout: '0s', base: '50ms' } }, timeline: [at(2000, 'failover', 'redis')], until: 5e6 });
  it('replication is asynchronous: the tail is lost although it was confirmed, and the last acknowledgements are forgotten', () => {
    const { of, text, reasons, twice } = run({ server: REPLICA, consumer: SLOW, consume: { COUNT: 1 }, timeline: [at(2000, 'failover', 'redis')], until: 5e6 });
    expect(reasons('lost')['redis-streams.failover']).toBeGreaterThan(4);
    const confirmed = new Set(of('confirmed').map((e) => e.message));
    expect(of('lost').filter((e) => confirmed.has(e.message)).length).toBeGreaterThan(3);
    expect(twice().length).toBeGreaterThan(0);
    expect(of('elected').map((e) => [text(e.actor), e.time])).toEqual([['redis/replica', 2.2e6]]);
  });
  it('groups and their positions are on the replica: work goes on', () => {
    const { of } = failed();
    expect(of('effect').filter((e) => e.time > 2.5e6).length).toBeGreaterThan(30);
  });
  it('with WAIT a message that had not reached the replica has no outcome, and is sent again', () => {
    const unknown = failed({}, { WAIT: 1 });
    expect(unknown.count('unknown')).toBeGreaterThan(5);
    const confirmed = unknown.of('confirmed');
    const effects = new Set(unknown.of('effect').map((e) => e.message));
    expect(confirmed.filter((e) => e.time < 4e6 && !effects.has(e.message))).toEqual([]);
  });
  it('without a replica nobody takes over', () => {
    expect(failed({ replicas: 0 }).count('elected')).toBe(0);
  });
  it('a replica that is down is not promoted; WAIT runs into its timeout', () => {
    const { count, of } = run({ server: REPLICA, publish: { WAIT: 1 }, timeline: [at(500, 'stop-replica', 'redis'), at(1000, 'failover', 'redis'), at(2000, 'start-replica', 'redis')] });
    expect(count('elected')).toBe(0);
    expect(of('unknown').length).toBeGreaterThan(10);
    expect(of('confirmed').filter((e) => e.time > 2.6e6).length).toBeGreaterThan(3);
  });
  it('with min-replicas-to-write the master refuses once the replica has been silent for min-replicas-max-lag', () => {
    const { of, text } = run({ server: { ...REPLICA, 'min-replicas-to-write': 1, 'min-replicas-max-lag': 1 }, timeline: [at(500, 'stop-replica', 'redis'), at(2500, 'start-replica', 'redis')], until: 4e6 });
    const refused = of('refused').map((e) => [text(e.reason), e.time] as const);
    expect(new Set(refused.map(([reason]) => reason))).toEqual(new Set(['redis-streams.NOREPLICAS']));
    expect(Math.min(...refused.map(([, time]) => time))).toBeGreaterThan(1.5e6);
    expect(Math.max(...refused.map(([, time]) => time))).toBeLessThan(3.6e6);
  });
});
