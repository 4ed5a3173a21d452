/** What the room adds to the server: the loops that clients write around it. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';

const run = (parts: Parts) => observe(runTwice(scenarioOf(parts), models, catalog, parts.until ?? UNTIL));

const TWO = { instances: 2, serviceTime: '120ms' };

describe('a group and its consumers', () => {
  it('every entry is delivered once, takes effect, and is acknowledged', () => {
    const { count, reasons, twice } = run({});
    expect(count('produced')).toBeGreaterThan(50);
    expect(count('effect')).toBeGreaterThanOrEqual(count('produced') - 2);
    expect(Object.keys(reasons('settled'))).toEqual(['redis-streams.xack']);
    expect([twice(), count('refused'), count('requeued')]).toEqual([[], 0, 0]);
  });
  it('without BLOCK an empty stream is looked at again after a pause', () => {
    const { of } = run({ consume: { BLOCK: null as never, pause: '500ms' }, producer: { rate: 2 } });
    const waits = of('delivered').map((e) => e.time % 500_000);
    expect(Math.max(...waits) - Math.min(...waits)).toBeLessThan(50_000);
  });
  it('two groups get everything, and a group may read two streams', () => {
    const base = scenarioOf({});
    const more = {
      nodes: [...base.nodes, { id: 'audit', kind: 'redis-streams.group', parent: 'redis' }, { id: 'clerk', kind: 'consumer', config: { serviceTime: '1ms' } }, { id: 'refunds', kind: 'redis-streams.stream', parent: 'redis' }, { id: 'desk', kind: 'producer', config: { rate: 10 } }],
      links: [
        ...base.links,
        ...[
          { id: 'a', kind: 'read', from: 'orders', to: 'audit' },
          { id: 'b', kind: 'read', from: 'refunds', to: 'audit' },
          { id: 'c', kind: 'publish', from: 'desk', to: 'refunds' },
          { id: 'd', kind: 'consume', from: 'audit', to: 'clerk', config: { COUNT: 10, BLOCK: 0 } },
        ],
      ],
    };
    const { of, text } = run({ more });
    const effects = (place: string) => of('effect').filter((e) => text(e.place) === place).length;
    expect([effects('pay'), effects('clerk')]).toEqual([59, 88]);
  });
});

it('two groups of one name are one to the server: when the first takes another name, what it had goes, and the second begins', () => {
  const base = scenarioOf({ consumer: { serviceTime: '200ms' }, timeline: [at(1000, 'set', 'billing', { name: null })] });
  const nodes = base.nodes.map((n) => (n.id === 'billing' ? { ...n, config: { name: 'team' } } : n));
  const twin = { id: 'twin', kind: 'redis-streams.group', parent: 'redis', config: { name: 'team' } };
  const { count, of, text } = observe(runTwice({ ...base, nodes: [...nodes, twin], links: [...base.links, { id: 'of-twin', kind: 'read', from: 'orders', to: 'twin', config: { id: '0' } }] }, models, catalog, UNTIL));
  expect(of('enqueued').filter((e) => text(e.place) === 'twin' && e.time < 1e6)).toEqual([]);
  expect(count('enqueued', 'twin')).toBe(count('accepted'));
  expect(count('dropped', 'billing')).toBeGreaterThan(0);
});

describe('XGROUP SETID back to the beginning', () => {
  const SETID = at(1000, 'xgroup-setid', 'billing', { id: '0' });
  it('what NOACK reads again stays pending with whoever had it', () => {
    const base = scenarioOf({ consumer: { serviceTime: '30s' }, timeline: [SETID] });
    const glance = [{ id: 'glance', kind: 'consumer', config: { serviceTime: '1ms' } }];
    const link = [{ id: 'look', kind: 'consume', from: 'billing', to: 'glance', config: { COUNT: 10, BLOCK: 5000, NOACK: true } }];
    const { of, text } = observe(runTwice({ ...base, nodes: [...base.nodes, ...glance], links: [...base.links, ...link] }, models, catalog, UNTIL));
    const seen = of('delivered')
      .filter((e) => text(e.actor) === 'glance/1')
      .map((e) => e.message);
    const held = of('delivered')
      .filter((e) => text(e.actor) === 'pay/1')
      .map((e) => e.message);
    expect(held.length).toBeGreaterThan(0);
    expect(seen).toEqual(expect.arrayContaining(held));
    expect(of('requeued')).toEqual([]);
  });
  it('what is buried after another has acknowledged it is to be read all the same', () => {
    const consume = { COUNT: 1, BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 0, claimEvery: '20ms' };
    const { count } = run({ group: { deadStream: 'dead' }, consume, consumer: { instances: 2, serviceTime: '100ms', failures: { rate: 1 }, onFailure: 'reject' }, timeline: [SETID] });
    expect(count('dead-lettered')).toBeGreaterThan(0);
    expect(count('enqueued', 'undertaker')).toBeGreaterThan(count('dead-lettered'));
  });
});

describe('a consumer that dies', () => {
  it('what is pending with it never moves by itself', () => {
    const { reasons, of, text } = run({ consumer: TWO, timeline: [at(1000, 'crash', 'pay/2')], until: 8e6 });
    expect(reasons('requeued')).toEqual({});
    const ended = new Set(of('settled').map((e) => e.copy));
    const left = of('delivered').filter((e) => text(e.actor) === 'pay/2' && !ended.has(e.copy));
    expect(left.length).toBeGreaterThan(0);
  });
  it.each(['XAUTOCLAIM', 'CLAIM'])('with %s another takes it over after min-idle-time', (claim) => {
    const { of, text, reasons } = run({ consumer: TWO, consume: { COUNT: 1, claim, 'min-idle-time': 1000, claimEvery: '300ms' }, timeline: [at(1000, 'crash', 'pay/2')], until: 6e6 });
    expect(Object.keys(reasons('requeued'))).toEqual(['redis-streams.claimed']);
    const again = of('delivered').filter((e) => e.attempt === 2);
    expect(again.map((e) => text(e.actor))).toEqual(['pay/1']);
    const first = of('delivered').find((e) => e.copy === again[0]?.copy);
    expect((again[0]?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThanOrEqual(1e6);
  });
  it('when it comes back it first asks for what is pending with it, and works on it a second time', () => {
    const timeline = [at(1000, 'crash-after-effect', 'pay/1'), at(2000, 'restart', 'pay/1')];
    const back = run({ timeline });
    expect([Object.keys(back.reasons('requeued')), back.twice().length]).toEqual([['redis-streams.history'], 1]);
    const not = run({ timeline, consume: { ownPending: false } });
    expect([not.reasons('requeued'), not.twice()]).toEqual([{}, []]);
  });
  it('a min-idle-time shorter than the work gives one entry to two, and the acknowledgement of the first still counts', () => {
    const { twice, reasons, of } = run({ consumer: { instances: 2, serviceTime: '400ms' }, producer: { rate: 2 }, consume: { claim: 'XAUTOCLAIM', 'min-idle-time': 100, claimEvery: '100ms', COUNT: 1 } });
    expect(reasons('requeued')['redis-streams.claimed']).toBeGreaterThan(1);
    expect(twice().length).toBeGreaterThan(0);
    const settled = of('settled').map((e) => e.copy);
    expect(new Set(settled).size).toBe(settled.length);
  });
  it('with NOACK what a crash interrupts is lost', () => {
    const { first } = run({ consume: { NOACK: true }, consumer: { serviceTime: '200ms' }, timeline: [at(1000, 'crash', 'pay/1')] });
    expect(first.judge.findings.filter((f) => f.check === 'no-loss').map((f) => f.reason)).toContain('clients.settled_before_effect');
  });
  it('a connection that breaks changes nothing: what was read can still be acknowledged', () => {
    const { reasons, twice, count } = run({ server: { appendonly: 'yes' }, consumer: { serviceTime: '300ms' }, producer: { rate: 2 }, timeline: [at(1300, 'stop-server', 'redis'), at(1400, 'start-server', 'redis')] });
    expect([twice(), reasons('requeued'), Object.keys(reasons('settled')), count('lost')]).toEqual([[], {}, ['redis-streams.xack'], 0]);
  });
  it('a lost acknowledgement leaves the entry pending', () => {
    const { of, reasons } = run({ timeline: [at(1000, 'lose-next-ack', 'pay/1')] });
    const settled = new Set(of('settled').map((e) => e.copy));
    expect(of('delivered').filter((e) => e.time < 2.9e6 && !settled.has(e.copy))).toHaveLength(1);
    expect(reasons('requeued')).toEqual({});
  });
});

describe('giving up', () => {
  const FAILS = { failures: { rate: 1 }, serviceTime: '5ms' };
  it('a failure leaves the entry pending; after max deliveries it goes to the dead stream', () => {
    const { of, count, reasons } = run({ producer: { rate: 5 }, consumer: FAILS, group: { maxDeliveries: 3, deadStream: 'dead' }, consume: { claim: 'XAUTOCLAIM', 'min-idle-time': 100, claimEvery: '100ms' }, until: 5e6 });
    expect(reasons('dead-lettered')['redis-streams.gave_up']).toBeGreaterThan(10);
    expect(new Set(of('dead-lettered').map((e) => e.attempt))).toEqual(new Set([4]));
    expect(count('enqueued', 'undertaker')).toBe(count('dead-lettered'));
  });
  it('what is rejected goes there at once, and without a dead stream it is dropped', () => {
    expect(run({ consumer: { ...FAILS, onFailure: 'reject' }, group: { deadStream: 'dead' } }).reasons('dead-lettered')['redis-streams.gave_up']).toBeGreaterThan(40);
    expect(run({ consumer: { ...FAILS, onFailure: 'reject' } }).reasons('dropped')['redis-streams.rejected']).toBeGreaterThan(40);
  });
});

describe('trimming', () => {
  it('MAXLEN drops what the group has not read; with ACKED it stays', () => {
    const slow = { serviceTime: '200ms' };
    const { reasons } = run({ consumer: slow, consume: { COUNT: 1 }, publish: { MAXLEN: 5, trim: '=' } });
    expect(reasons('dropped')['redis-streams.trimmed']).toBeGreaterThan(20);
    expect(run({ consumer: slow, consume: { COUNT: 1 }, publish: { MAXLEN: 5, trim: '=', references: 'ACKED' } }).reasons('dropped')).toEqual({});
    expect(run({ consumer: slow, consume: { COUNT: 1 }, producer: { size: 10 }, publish: { MAXLEN: 5 } }).reasons('dropped')).toEqual({});
  });
  it('what was trimmed while it was pending is found to be gone when it is claimed or asked for again', () => {
    const gone = run({ consumer: { serviceTime: '300ms' }, publish: { MAXLEN: 2, trim: '=' }, timeline: [at(1000, 'crash', 'pay/1'), at(2000, 'restart', 'pay/1')] });
    expect(gone.reasons('dropped')['redis-streams.deleted_while_pending']).toBeGreaterThan(0);
  });
});

describe('administration', () => {
  it('DEL takes the groups along: who reads is told NOGROUP until they are made again', () => {
    const { reasons, of } = run({ timeline: [at(1000, 'del', 'orders'), at(3000, 'xgroup-create', 'orders')], until: 6e6 });
    expect(reasons('refused')['redis-streams.NOGROUP']).toBeGreaterThanOrEqual(2);
    const effects = of('effect').map((e) => e.time);
    expect(effects.filter((t) => t > 1.1e6 && t < 3e6)).toEqual([]);
    expect(effects.filter((t) => t > 4.1e6).length).toBeGreaterThan(20);
  });
  it('XGROUP SETID 0 delivers everything again, $ skips what is unread', () => {
    expect(run({ timeline: [at(1500, 'xgroup-setid', 'billing', { id: '0' })] }).twice().length).toBeGreaterThan(25);
    const skipped = run({ consumer: { serviceTime: '300ms' }, consume: { COUNT: 1 }, timeline: [at(1500, 'xgroup-setid', 'billing', { id: '$' })] });
    expect(skipped.reasons('dropped')['redis-streams.setid']).toBeGreaterThan(15);
  });
  it('XGROUP DELCONSUMER drops what is pending with it', () => {
    const { reasons } = run({ consumer: { serviceTime: '500ms' }, timeline: [at(1500, 'xgroup-delconsumer', 'billing', { consumer: 'pay/1' })] });
    expect(reasons('dropped')['redis-streams.consumer_deleted']).toBeGreaterThan(3);
  });
  it('a command that its version does not know is refused, and the document says so', () => {
    const parts = { server: { version: '8.0.2' }, consume: { claim: 'CLAIM' }, publish: { idempotence: 'IDMP', references: 'ACKED' } };
    const { reasons, count } = run(parts);
    expect([Object.keys(reasons('refused')), count('effect')]).toEqual([['redis-streams.ERR'], 0]);
    const parsed = parseScenario(JSON.parse(JSON.stringify(scenarioOf(parts))), catalog);
    expect(parsed.ok && parsed.warnings.map((w) => w.says)).toEqual(['ACKED came with Redis 8.2; 8.0.2 will refuse the command.', 'IDMP came with Redis 8.6; 8.0.2 will refuse the command.', 'CLAIM came with Redis 8.4; 8.0.2 will refuse the command.']);
  });
});

describe('production', () => {
  const late = { retry: { attempts: 3, timeout: '50ms', base: '10ms' } };
  it('a producer that does not hear in time adds the message again; with IDMP it does not', () => {
    const sent = (idempotence: string) => run({ producer: late, publish: { latency: '60ms', idempotence } });
    expect(sent('none').twice().length).toBeGreaterThan(20);
    for (const how of ['IDMP', 'IDMPAUTO']) {
      const { twice, reasons } = sent(how);
      expect([how, twice(), (reasons('accepted')['redis-streams.idempotent'] ?? 0) > 20]).toEqual([how, [], true]);
    }
  });
  it('above maxmemory XADD is refused with OOM, and reading goes on', () => {
    const { reasons, count } = run({ server: { maxmemory: 4000 } });
    expect(reasons('refused')['redis-streams.OOM']).toBeGreaterThan(20);
    expect(count('effect')).toBe(count('accepted'));
  });
  it('with NOMKSTREAM nothing is added to a stream that is gone', () => {
    expect(run({ publish: { NOMKSTREAM: true }, timeline: [at(1000, 'del', 'orders')] }).reasons('refused')['redis-streams.NOMKSTREAM']).toBeGreaterThan(20);
  });
});

it('the picture shows what is to be read and what is pending with whom', () => {
  const { first } = run({ consumer: { instances: 2, serviceTime: '900ms' }, consume: { COUNT: 3 }, server: { replicas: 1, maxmemory: 100_000 } });
  const room = first.simulation.rooms.get('redis-streams');
  const group = room?.look('billing', 4);
  expect(group?.lanes.map(({ label }) => label)).toEqual(['to read', 'pay/1', 'pay/2']);
  const pending = group?.lanes.slice(1).map(({ end }) => end?.split(' ')[0]);
  expect([pending, group?.gauges.find((g) => g.name === 'pending')?.value]).toEqual([['1', '1'], '2']);
  expect(group?.lanes[1]?.cells.every((c) => c.state === 'held')).toBe(true);
  // The stream keeps what was read: three entries before the group's position, of which one is pending, then what is to come.
  expect(room?.look('orders', 6)).toMatchObject({ lanes: [{ more: 48, pointers: [{ before: 3, name: 'billing' }] }], gauges: [{ name: 'length', value: '59' }, {}] });
  expect(room?.look('orders', 6)?.lanes[0]?.cells.map((c) => c.state)).toEqual(['kept', 'kept', 'held', 'ready', 'ready', 'ready']);
  expect(group?.gauges[0]).toEqual({ name: 'lag', value: '51', of: 'billing' });
  expect(room?.look('redis', 4)?.health).toMatch(/^memory \d+% · 1 of 1 replicas$/);
  expect(room?.look('shop', 4)).toBe(undefined);
});
it('with more than three consumers the last lane is what all others have', () => {
  const { first } = run({ consumer: { instances: 5, serviceTime: '900ms' }, consume: { COUNT: 1 } });
  expect(
    first.simulation.rooms
      .get('redis-streams')
      ?.look('billing', 4)
      ?.lanes.map(({ label, end }) => [label, end]),
  ).toEqual([
    ['to read', undefined],
    ['pay/1', '1'],
    ['pay/2', '1'],
    ['3 others', '3'],
  ]);
});
