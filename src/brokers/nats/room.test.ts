/** What the room adds to the server: clients and their loops, the document, and what is told of it. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../scenario/parse.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';
import { rule } from './rules.ts';

const run = (parts: Parts) => observe(runTwice(scenarioOf(parts), models, catalog, parts.until ?? UNTIL));
const lost = (seen: ReturnType<typeof run>) => seen.first.judge.findings.filter((f) => f.check === 'no-loss').map((f) => f.reason);
const SLOW = { serviceTime: '200ms' };

describe('a stream, its consumer and its readers', () => {
  it('every message is stored, delivered once, takes effect, and is acknowledged', () => {
    const { count, reasons, twice } = run({});
    expect(count('effect', 'pay')).toBeGreaterThan(50);
    expect([count('confirmed', 'shop'), count('settled', 'billing')]).toEqual([count('accepted', 'orders'), count('effect', 'pay')]);
    expect(reasons('settled')).toEqual({ 'nats.ack': count('effect', 'pay'), 'nats.at_most_once': count('effect', 'dash') });
    expect([twice(), count('refused'), count('requeued')]).toEqual([[], 0, 0]);
  });
  it('a filter lets some subjects through, and a source copies what is stored', () => {
    const { count } = run({ filter: { filter_subjects: 'orders.A orders.B' }, source: { filter_subject: 'orders.C' } });
    const all = count('accepted', 'orders');
    expect(count('enqueued', 'billing')).toBeLessThan(all);
    expect(count('enqueued', 'audit')).toBeLessThan(all - count('enqueued', 'billing') + 1);
    expect(count('enqueued', 'audit')).toBe(count('accepted', 'archive'));
  });
  it('a workqueue whose filters overlap is refused in the words of the server', () => {
    const more = { id: 'second', kind: 'nats.consumer', parent: 'nats' };
    const base = scenarioOf({ stream: { retention: 'workqueue' } });
    const { reasons } = run({ stream: { retention: 'workqueue' }, more: { nodes: [...base.nodes, more], links: [...base.links, { id: 'of-second', kind: 'filter', from: 'orders', to: 'second' }] } });
    expect(reasons('refused')).toEqual({ 'nats.10099': 1 });
  });
  it('PullMaxMessages bounds what an instance has on order and in hand', () => {
    const hands = (PullMaxMessages: number) => {
      const { of, text } = run({ reader: { instances: 2, serviceTime: '300ms' }, consume: { PullMaxMessages } });
      const held = new Map<string, number>();
      let most = 0;
      for (const e of [...of('delivered', 'billing'), ...of('settled', 'billing')].sort((a, b) => a.id - b.id)) {
        const actor = e.kind === 'delivered' ? text(e.actor) : (owner.get(e.copy) ?? '');
        if (e.kind === 'delivered') owner.set(e.copy, actor);
        held.set(actor, (held.get(actor) ?? 0) + (e.kind === 'delivered' ? 1 : -1));
        most = Math.max(most, held.get(actor) ?? 0);
      }
      return most;
    };
    const owner = new Map<number, string>();
    expect([hands(1), hands(4)]).toEqual([1, 4]);
  });
});

describe('a reader that dies or is slow', () => {
  it('what it held is delivered again after ack_wait, to whoever is there', () => {
    const { of, text, twice, reasons } = run({ consumer: { ack_wait: '1s' }, reader: { instances: 2 }, timeline: [at(1000, 'crash-after-effect', 'pay/1')], until: 6e6 });
    expect(reasons('requeued', 'billing')).toMatchObject({ 'nats.ack_wait': expect.any(Number) });
    const again = of('delivered', 'billing').find((e) => e.attempt === 2);
    const first = of('delivered', 'billing').find((e) => e.copy === again?.copy);
    expect(text(again?.actor ?? -1)).toBe('pay/2');
    expect((again?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThanOrEqual(1e6);
    expect(twice()).toEqual([first?.message]);
  });
  it('an ack_wait shorter than the work gives a message to it twice; the late ack still counts', () => {
    const { twice, reasons, of } = run({ producer: { rate: 2 }, consumer: { ack_wait: '100ms' }, reader: { instances: 2, serviceTime: '350ms' }, consume: { PullMaxMessages: 1 } });
    expect(reasons('requeued')['nats.ack_wait']).toBeGreaterThan(1);
    expect(twice().length).toBeGreaterThan(0);
    const settled = of('settled', 'billing').map((e) => e.copy);
    expect(new Set(settled).size).toBe(settled.length);
  });
  it(`${rule('max-deliver')} That copy is dropped`, () => {
    const { reasons, of } = run({ producer: { rate: 5 }, consumer: { max_deliver: 3 }, reader: { failures: { rate: 1 }, serviceTime: '1ms' } });
    expect(Object.keys(reasons('dropped', 'billing'))).toEqual(['nats.max_deliver']);
    expect(Math.max(...of('delivered', 'billing').map((e) => e.attempt))).toBe(3);
  });
  it('a nak comes back at once, or after its delay', () => {
    const deliveries = (nakDelay: string) => run({ producer: { rate: 1 }, reader: { failures: { rate: 1 }, serviceTime: '1ms' }, consume: { nakDelay } }).count('delivered', 'billing');
    expect(deliveries('0us')).toBeGreaterThan(100);
    expect(deliveries('500ms')).toBeLessThan(20);
  });
  it('what a reader rejects is terminated', () => {
    const { reasons } = run({ reader: { failures: { rate: 1 }, onFailure: 'reject' } });
    expect([Object.keys(reasons('dropped', 'billing')), reasons('requeued')]).toEqual([['nats.term'], {}]);
  });
  it('with ack_policy none what a crash interrupts is lost', () => {
    expect(lost(run({ consumer: { ack_policy: 'none' }, reader: SLOW, timeline: [at(1000, 'crash', 'pay/1')] }))).toContain('clients.settled_before_effect');
  });
  it('a lost ack is made up for by ack_wait', () => {
    const { twice, reasons } = run({ consumer: { ack_wait: '500ms' }, timeline: [at(1000, 'lose-next-ack', 'pay/1')], until: 8e6 });
    expect([twice().length, reasons('requeued', 'billing')['nats.ack_wait']]).toEqual([1, expect.any(Number)]);
  });
  it(`${rule('inactive')} Its readers are refused`, () => {
    const { reasons } = run({ consumer: { inactive_threshold: '300ms' }, timeline: [at(500, 'crash', 'pay/1'), at(2500, 'restart', 'pay/1')], until: 4e6 });
    expect(reasons('dropped', 'billing')['nats.inactive_threshold']).toBeGreaterThan(0);
    expect(reasons('refused', 'billing')['nats.no_responders']).toBeGreaterThan(0);
  });
});

describe('push', () => {
  const PUSH = { deliver_subject: 'to.pay' };
  it('without a deliver_group one instance is bound, and another takes over when it goes', () => {
    const { of, text, reasons } = run({ consumer: { ...PUSH, ack_wait: '1s' }, reader: { instances: 2 }, timeline: [at(1500, 'crash', 'pay/1')], until: 5e6 });
    expect(reasons('refused')['nats.consumer_already_bound']).toBeGreaterThan(0);
    const actors = of('delivered', 'billing').map((e) => [e.time < 1.5e6, text(e.actor)].join(' '));
    expect([...new Set(actors)]).toEqual(['true pay/1', 'false pay/2']);
  });
  it(rule('deliver-group'), () => {
    const { of, text, twice } = run({ consumer: { ...PUSH, deliver_group: 'team' }, reader: { instances: 2 } });
    const share = (actor: string) => of('delivered', 'billing').filter((e) => text(e.actor) === actor).length;
    expect([share('pay/1') > 10, share('pay/2') > 10, twice()]).toEqual([true, true, []]);
  });
});

describe('core NATS', () => {
  it(rule('fan-out'), () => {
    const { of, text, count } = run({ listener: { instances: 2 } });
    const got = (actor: string) => of('effect', 'dash').filter((e) => text(e.actor) === actor).length;
    expect([got('dash/1'), got('dash/2')]).toEqual([count('accepted', 'pulse'), count('accepted', 'pulse')]);
  });
  it(rule('queue-group'), () => {
    const { count, twice } = run({ listener: { instances: 2 }, listen: { queue: 'team' } });
    expect([count('effect', 'dash'), twice('dash')]).toEqual([count('accepted', 'pulse'), []]);
  });
  it(rule('at-most-once'), () => {
    const { reasons } = run({ timeline: [at(1000, 'crash', 'dash/1')] });
    expect(reasons('unrouted', 'pulse')['nats.no_subscribers']).toBeGreaterThan(10);
  });
  it('what is on its way to a reader that dies is lost, and a slow reader loses what its client cannot keep', () => {
    const dies = run({ listen: { latency: '300ms' }, timeline: [at(1000, 'crash', 'dash/1')] });
    expect(dies.reasons('lost', 'pulse')).toEqual({ 'nats.connection_closed': expect.any(Number) });
    const slow = run({ listener: { serviceTime: '500ms' }, listen: { pendingMsgLimit: 2 } });
    expect(slow.reasons('dropped', 'pulse')['nats.slow_consumer']).toBeGreaterThan(5);
  });
});

describe('producers', () => {
  const RETRY = { retry: { attempts: 3, timeout: '50ms', base: '10ms' } };
  it(`${rule('dedup')} A retry of a named message is stored once`, () => {
    const again = run({ producer: RETRY, publish: { latency: '60ms' } });
    expect(again.twice().length).toBeGreaterThan(5);
    const named = run({ producer: RETRY, publish: { latency: '60ms', 'Nats-Msg-Id': true } });
    expect([named.twice(), named.reasons('accepted', 'orders')['nats.duplicate']]).toEqual([[], expect.any(Number)]);
  });
  it(`${rule('discard-new')} The producer learns of it`, () => {
    const { reasons, count } = run({ stream: { max_msgs: 5, discard: 'new' }, reader: SLOW });
    expect(reasons('refused', 'shop')['nats.10077']).toBeGreaterThan(20);
    expect(count('accepted', 'orders')).toBe(5);
  });
  it(`${rule('discard-old')} What was not read is lost`, () => {
    const { reasons } = run({ stream: { max_msgs: 3 }, reader: SLOW, consume: { PullMaxMessages: 1 } });
    expect(reasons('dropped', 'billing')['nats.max_msgs']).toBeGreaterThan(20);
  });
  it('a publish that no stream takes is answered at once: no responders', () => {
    expect(run({ publish: { subject: 'nowhere' } }).reasons('refused', 'shop')['nats.no_responders']).toBeGreaterThan(20);
  });
  it('while a client reconnects it keeps what it would send, up to ReconnectBufSize', () => {
    const down = { timeline: [at(1000, 'kill-nats-server', 'nats'), at(1500, 'start-nats-server', 'nats')], until: 6e6 };
    const { count } = run(down);
    expect(count('produced', 'shop') - count('accepted', 'orders')).toBeLessThan(3);
    expect(run({ ...down, publish: { ReconnectBufSize: 2000 } }).reasons('refused', 'shop')['nats.outbound_buffer_limit_exceeded']).toBeGreaterThan(10);
  });
});

describe('the server goes down', () => {
  const KILL = { timeline: [at(1300, 'kill-nats-server', 'nats'), at(1500, 'start-nats-server', 'nats')], until: 6e6 };
  const POWER = [at(1650, 'power-loss-nats-server', 'nats'), at(1800, 'start-nats-server', 'nats')];
  it(rule('restart'), () => {
    const slow = { consumer: { ack_wait: '2s' }, reader: SLOW, consume: { PullMaxMessages: 3 } };
    expect(run({ ...KILL, ...slow }).count('lost', 'billing')).toBe(0);
    expect(run({ ...KILL, ...slow, stream: { storage: 'memory' } }).reasons('lost', 'billing')['nats.not_on_disk']).toBeGreaterThan(10);
  });
  it('a loss of power costs what was not synced, although it was acknowledged', () => {
    const slow = { reader: { serviceTime: '300ms' }, timeline: POWER, until: 6e6 };
    const { of, text, reasons } = run({ ...slow, cluster: { sync_interval: '1s' } });
    const confirmed = new Set(of('confirmed').map((e) => e.message));
    const gone = of('lost', 'billing').filter((e) => text(e.reason) === 'nats.not_on_disk' && confirmed.has(e.message));
    expect(gone.length).toBeGreaterThan(5);
    expect(
      Math.max(
        ...of('produced')
          .filter((e) => gone.some((g) => g.message === e.message))
          .map((e) => e.time),
      ),
    ).toBeLessThan(1.7e6);
    expect(reasons('lost', 'billing')).toEqual({ 'nats.not_on_disk': gone.length });
    expect(run({ ...slow, cluster: { sync_interval: 'always' } }).count('lost', 'billing')).toBe(0);
  });
});

describe('the document', () => {
  it('parses', () => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenarioOf({}))), catalog)).toMatchObject({ ok: true, warnings: [] });
  });
  it('a setting that the server does not change is refused, and the old one holds', () => {
    const { reasons, count } = run({ timeline: [at(1000, 'set', 'orders', { storage: 'memory' }), at(1200, 'set', 'billing', { deliver_policy: 'new' })] });
    expect(reasons('refused')).toEqual({ 'nats.10052': 1, 'nats.10012': 1 });
    expect(count('effect', 'pay')).toBeGreaterThan(50);
  });
  it('a limit that is lowered takes effect at once', () => {
    const { reasons, of } = run({ reader: SLOW, consume: { PullMaxMessages: 1 }, timeline: [at(1500, 'set', 'orders', { max_msgs: 2 })] });
    expect(reasons('dropped', 'billing')['nats.max_msgs']).toBeGreaterThan(10);
    expect(of('dropped', 'billing')[0]?.time).toBe(1.5e6);
  });
  it('operators purge streams, and delete, create and pause consumers', () => {
    const purged = run({ reader: SLOW, timeline: [at(1000, 'purge-stream', 'orders', { keep: 2 })] });
    expect(purged.reasons('dropped', 'billing')['nats.purged']).toBeGreaterThan(5);
    const again = run({ timeline: [at(1000, 'delete-consumer', 'billing'), at(1500, 'create-consumer', 'billing')] });
    expect(again.twice().length).toBeGreaterThan(10);
    const paused = run({ cluster: { version: '2.14.5' }, timeline: [at(1000, 'pause-consumer', 'billing', { for: '1s' })] });
    expect(paused.of('delivered', 'billing').filter((e) => e.time > 1.001e6 && e.time < 2e6)).toEqual([]);
    expect(paused.of('delivered', 'billing').filter((e) => e.time >= 2e6).length).toBeGreaterThan(30);
  });
});
