/** Two servers in a scenario, one of them a leaf node of the other: what crosses, what an outage costs, and what is caught up with. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../scenario/parse.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { leafScenario } from './leaves.test-kit.ts';
import { at, catalog, models, observe, type Parts } from './room.test-kit.ts';
import { nats } from './descriptor.ts';
import { rule } from './rules.ts';

const run = (parts: Parts) => observe(runTwice(leafScenario(parts), models, catalog, parts.until ?? 4e6));
const OUTAGE = [at(2000, 'cut', 'uplink'), at(8000, 'mend', 'uplink')];
const seconds = (times: readonly number[], from: number, to: number) => times.filter((time) => time >= from * 1e6 && time < to * 1e6).length;

describe('a leaf connection', () => {
  it(rule('leaf-interest'), () => {
    const { count, reasons, of } = run({});
    // The leaf's stream and the listener there get everything; the hub's listener what is sent once the connection is there.
    expect([count('effect', 'chart'), reasons('settled', 'plant')]).toEqual([count('settled', 'plant'), { 'nats.leafnode_carried': count('settled', 'plant') }]);
    expect(count('settled', 'plant')).toBeGreaterThan(70);
    expect(of('enqueued', 'plant')[0]?.time).toBeGreaterThan(20_000);
    // What only the leaf listens to crosses from the hub, and nothing crosses back.
    expect(count('settled', 'cloud')).toBeGreaterThan(15);
    expect(Math.abs(count('effect', 'alarm') - count('produced', 'sensors') - count('settled', 'cloud'))).toBeLessThan(3);
  });
  it(rule('leaf-queue'), () => {
    const links = leafScenario({}).links.map((l) => (l.id === 'draws' || l.id === 'hears' ? { ...l, config: { queue: 'team' } } : l));
    const { count, of } = run({ more: { links }, timeline: [at(2000, 'crash', 'alarm/1')] });
    expect(of('effect', 'chart').filter(({ time }) => time < 2e6).length).toBe(0);
    expect(of('effect', 'chart').length).toBeGreaterThan(20);
    expect(count('effect', 'chart') + count('effect', 'alarm')).toBeLessThanOrEqual(count('produced'));
  });
  it(rule('leaf-lost'), () => {
    const { of, reasons, count } = run({ timeline: OUTAGE, until: 14e6 });
    const chart = of('effect', 'chart').map(({ time }) => time);
    expect(reasons('lost', 'plant')['nats.leafnode_lost']).toBeGreaterThan(5);
    expect([seconds(chart, 2.2, 8), seconds(chart, 10, 14)]).toEqual([0, 80]);
    // In the plant nothing is missing.
    expect(
      seconds(
        of('effect', 'alarm').map(({ time }) => time),
        3,
        8,
      ),
    ).toBeGreaterThanOrEqual(100);
    expect(count('effect', 'chart') + count('lost', 'plant')).toBeLessThan(count('produced', 'sensors'));
  });
  it(rule('leaf-stale'), () => {
    const left = (ping_max: number) => {
      const { of, text } = run({ cluster: { ping_max }, timeline: OUTAGE, until: 12e6 });
      return of('left', 'plant').filter((e) => text(e.reason) === 'nats.leafnode_stale')[0]?.time ?? 0;
    };
    const [one, three] = [left(1), left(3)];
    expect(one).toBeGreaterThan(3e6);
    expect(one).toBeLessThan(5e6);
    expect(three - one).toBe(2e6);
  });
  it('a cut that ends before the pings notice it only delays: nothing is lost', () => {
    const { count, of } = run({ timeline: [at(2000, 'cut', 'uplink'), at(2600, 'mend', 'uplink')], until: 6e6 });
    expect([count('lost'), count('left')]).toEqual([0, 0]);
    expect(
      seconds(
        of('effect', 'chart').map(({ time }) => time),
        2.8,
        3,
      ),
    ).toBeGreaterThan(14);
  });
  it(rule('leaf-reconnect'), () => {
    const joined = (reconnect: string) =>
      run({ leafnode: { reconnect, latency: '10ms' }, timeline: OUTAGE, until: 14e6 })
        .of('joined', 'cloud')
        .filter(({ actor, time }) => actor >= 0 && time > 8e6 && time < 14e6)[0]?.time ?? 0;
    expect(joined('500ms')).toBeLessThan(9.1e6);
    expect(joined('500ms')).not.toBe(joined('2s'));
  });
  it(`${rule('leaf-reconnect')} A hub that is down is dialled until it is up again`, () => {
    const { of, text } = run({ timeline: [at(2000, 'kill-nats-server', 'cloud'), at(5000, 'start-nats-server', 'cloud')], until: 9e6 });
    const joined = of('joined', 'cloud').filter((e) => text(e.reason) === 'nats.leafnode_connected');
    expect(joined.length).toBe(2);
    expect(joined[1]?.time).toBeGreaterThan(5e6);
    expect(joined[1]?.time).toBeLessThan(7.1e6);
  });
  it(rule('leaf-loop'), () => {
    const base = leafScenario({});
    const more = { nodes: [...base.nodes, { id: 'third', kind: 'nats.cluster' }], links: [...base.links, { id: 'a', kind: 'leafnode', from: 'cloud', to: 'third' }, { id: 'b', kind: 'leafnode', from: 'third', to: 'plant' }] };
    const { reasons, count } = run({ more });
    expect(reasons('refused')).toEqual({ 'nats.leafnode_loop': 1 });
    expect(count('effect', 'chart')).toBeGreaterThan(60);
    expect(nats.doubts?.({ ...base, ...more }).map(({ on }) => on)).toEqual(['b']);
    // Half a minute later it is dialled again, and stays if another connection of the circle is gone by then.
    const later = run({ more, until: 36e6 });
    expect(later.of('refused').map(({ time }) => Math.floor(time / 1e6))).toEqual([0, 31]);
    const open = run({ more, timeline: [at(2000, 'remove-link', 'a')], until: 36e6 });
    expect([open.reasons('refused'), open.of('joined', 'cloud').map(({ time }) => Math.floor(time / 1e6))]).toEqual([{ 'nats.leafnode_loop': 1 }, [31]]);
  });
  it('goes with its link, and with its server', () => {
    const { count, reasons } = run({ timeline: [at(2000, 'remove-link', 'uplink')] });
    expect(count('left', 'cloud')).toBe(1);
    expect(reasons('left', 'cloud')).toEqual({ 'nats.leafnode_closed': 1 });
    expect(run({ timeline: [at(2000, 'remove-node', 'cloud')] }).count('effect', 'alarm')).toBeGreaterThan(70);
  });
});

describe('streams of two servers', () => {
  it(rule('leaf-stream'), () => {
    const nodes = leafScenario({}).nodes.map((n) => (n.id === 'copied' ? { ...n, config: { subjects: 'temp.*' } } : n));
    const { count, twice } = run({ more: { nodes } });
    // It is stored in both, and a source of the one in the other stores it there twice.
    expect(count('accepted', 'copied')).toBeGreaterThan(1.8 * count('produced', 'sensors'));
    expect(twice('store').length).toBeGreaterThan(50);
    expect(count('confirmed', 'sensors')).toBeLessThanOrEqual(count('produced', 'sensors'));
  });
  it(rule('domain'), () => {
    const { count, reasons } = run({});
    expect(count('accepted', 'copied')).toBeGreaterThan(70);
    expect(reasons('settled', 'readings')).toEqual({ 'nats.sourced': count('accepted', 'copied') });
    expect(run({ cluster: { domain: '' } }).count('accepted', 'copied')).toBe(0);
    const some = run({ source: { filter_subject: 'temp.A' } });
    expect(some.count('accepted', 'copied')).toBeLessThan(count('accepted', 'copied') / 2);
    expect(some.count('accepted', 'copied')).toBeGreaterThan(5);
  });
  it(rule('source-again'), () => {
    const { count, twice, of } = run({ timeline: OUTAGE, until: 14e6 });
    // Everything arrives, what was on its way when the connection broke included, once and in its order.
    expect([count('lost', 'readings'), count('dropped', 'readings'), twice('store')]).toEqual([0, 0, []]);
    expect(count('effect', 'store')).toBeGreaterThan(270);
    const order = of('effect', 'store').map(({ message }) => message);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(of('effect', 'store').filter(({ time }) => time > 8e6)[0]?.time).toBeLessThan(10.6e6);
  });
  it(`${rule('source-again')} Silence is noticed at the next look, every ten seconds`, () => {
    const back = (mended: number) =>
      run({ timeline: [at(2000, 'cut', 'uplink'), at(mended, 'mend', 'uplink')], until: 66e6, producer: { rate: 2 } })
        .of('effect', 'store')
        .filter(({ time }) => time > mended * 1000)[0]?.time ?? 0;
    expect(back(19_000)).toBeGreaterThan(20e6);
    expect(back(19_000)).toBeLessThan(21e6);
    // The request of that look finds no connection: half a minute for an answer, and ten seconds for the failure.
    expect(back(25_000)).toBeGreaterThan(60e6);
    expect(back(25_000)).toBeLessThan(61e6);
  });
  it(rule('source-reconnect'), () => {
    // The consumer in the plant goes ten seconds after nobody listens to it any more, which is before the connection is back.
    const timeline = [at(2000, 'cut', 'uplink'), at(14_500, 'mend', 'uplink')];
    const back = (version: string) =>
      run({ timeline, until: 24e6, producer: { rate: 4 }, cluster: { version } })
        .of('effect', 'store')
        .find(({ time }) => time > 14.5e6)?.time ?? 0;
    expect(back('2.14.5')).toBeLessThan(18e6);
    expect(back('2.10.27')).toBeGreaterThan(20e6);
  });
  it('what a limit takes from the leaf before it was taken over is lost to the hub, and told', () => {
    const { reasons, count } = run({ stream: { max_msgs: 30 }, timeline: OUTAGE, until: 14e6 });
    expect(reasons('dropped', 'readings')['nats.max_msgs']).toBeGreaterThan(50);
    expect(count('effect', 'store') + count('dropped', 'readings') + count('lost', 'readings')).toBeGreaterThanOrEqual(count('produced', 'sensors') - 2);
  });
  it('a workqueue gives a message up when it is sent: what was stored during an outage is sent before the gap is noticed, and lost', () => {
    const { reasons } = run({ stream: { retention: 'workqueue' }, timeline: OUTAGE, until: 14e6 });
    expect(reasons('lost', 'readings')['nats.source_gap']).toBeGreaterThan(110);
  });
  it('a circle of sources is left out', () => {
    const base = leafScenario({});
    const links = [...base.links, { id: 'round', kind: 'source', from: 'copied', to: 'readings', config: {} }];
    expect(run({ more: { links } }).count('accepted', 'readings')).toBe(run({}).count('accepted', 'readings'));
    expect(nats.doubts?.({ ...base, links }).map(({ on }) => on)).toEqual(['round']);
  });
});

describe('the document', () => {
  it('parses, and doubts what cannot work', () => {
    const base = leafScenario({});
    expect(parseScenario(JSON.parse(JSON.stringify(base)), catalog)).toMatchObject({ ok: true, warnings: [] });
    const doubt = (config: object, without: string) => nats.doubts?.({ ...base, nodes: base.nodes.map((n) => (n.id === 'plant' ? { ...n, config: { ...config } } : n)), links: base.links.filter(({ id }) => id !== without) }).map(({ says }) => says);
    expect(doubt({}, '')).toEqual(['plant has no domain: without one its streams are not reached from another server.']);
    expect(doubt({ domain: 'cloud' }, '')).toEqual(['plant and cloud have the same domain: what is meant for the one does not leave the other.']);
    expect(doubt({ domain: 'plant' }, 'uplink')).toEqual(['No leaf connections lead from plant to cloud.']);
  });
});
