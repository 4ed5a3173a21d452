/** What a bridge does between two toy brokers: when it tells its source, what a crash at each point of the seam costs, and what the findings say of it. */
import { describe, expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import { tell } from '../checks/tell.ts';
import type { Scenario, TimelineEntry } from '../scenario/document.ts';
import { runTwice } from '../testing/run-twice.ts';
import { noCatalog, toyModels } from '../testing/toys/index.ts';

await loadRooms(['rabbitmq']);
const models = await loadModels(['rabbitmq']);
type Config = Readonly<Record<string, unknown>>;
const TOYS = ['lease', 'log', 'webhook', 'batches'];
const PAIRS = TOYS.flatMap((from) => TOYS.map((to) => [from, to] as const));
const at = (time: string, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: time, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** producer → a place of one toy → bridge → a place of another (or of the same) → mail */
function scenario(from: string, to: string, bridge: Config, timeline: readonly TimelineEntry[] = [], more: Partial<Scenario> = {}): Scenario {
  return {
    version: 1,
    title: `${from} to ${to}`,
    seed: 3,
    duration: '8s',
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, limit: 100, keys: { count: 3 } } },
      { id: 'source', kind: `${from}.place` },
      { id: 'relay', kind: 'bridge', config: bridge },
      { id: 'tasks', kind: `${to}.place` },
      { id: 'mail', kind: 'consumer', config: { serviceTime: '10ms' } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'source', config: { latency: '2ms' } },
      { id: 'read', kind: 'consume', from: 'source', to: 'relay', config: { latency: '2ms' } },
      { id: 'write', kind: 'publish', from: 'relay', to: 'tasks', config: { latency: '5ms' } },
      { id: 'out', kind: 'consume', from: 'tasks', to: 'mail', config: { latency: '2ms' } },
    ],
    timeline,
    ...more,
  };
}
function go(document: Scenario, brokers = toyModels, known = noCatalog) {
  const run = runTwice(document, brokers, known, 120e6);
  const { history } = run.simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const of = (kind: string, place: string) => entries.filter((e) => e.kind === kind && history.text(e.place) === place);
  const found = (check: string, place: string) => run.judge.findings.filter((f) => f.check === check && f.place === place);
  return { run, of, found };
}
describe.each(PAIRS)('%s to %s', (from, to) => {
  it('everything arrives behind it once and in order, and no copy is lost at the seam', () => {
    const { run, of } = go(scenario(from, to, {}));
    expect(new Set(of('effect', 'mail').map((e) => e.message)).size).toBe(100);
    expect(of('effect', 'relay')).toHaveLength(100);
    expect(of('confirmed', 'relay')).toHaveLength(100);
    expect(run.judge.findings.filter((f) => ['effect-once', 'order', 'no-loss'].includes(f.check))).toEqual([]);
  });
  it.each(['before-publish', 'after-send', 'after-confirm'])('settled %s: everything arrives as long as nothing breaks', (settle) => {
    const { run, of } = go(scenario(from, to, { settle }));
    expect(of('effect', 'mail')).toHaveLength(100);
    expect(run.judge.findings.filter((f) => ['effect-once', 'no-loss'].includes(f.check))).toEqual([]);
  });
});
describe('the seam', () => {
  const broken = (settle: string, point: string, to = 'webhook') => go(scenario('lease', to, { settle }, [at('2s', point, 'relay'), at('3s', 'restart', 'relay')]));
  it.each(['crash-after-effect', 'crash-before-settle'])('settled after the confirm, %s brings a duplicate and loses nothing', (point) => {
    const { found, of } = broken('after-confirm', point);
    expect(found('effect-once', 'relay')).toHaveLength(1);
    const [twice] = found('effect-once', 'mail');
    expect(twice).toMatchObject({ reason: 'clients.relayed_before_crash', facts: { bridge: 'relay/1' } });
    expect(Number(twice?.facts['bridgeCrashedAt'])).toBeGreaterThan(2e6);
    expect(found('no-loss', 'source')).toEqual([]);
    expect(of('effect', 'mail')).toHaveLength(101);
  });
  it('the finding tells of the bridge, not of the reader behind it', () => {
    const { run, found } = broken('after-confirm', 'crash-after-effect');
    const telling = { catalog, document: run.simulation.effective, messages: run.simulation.messages };
    const [behind] = found('effect-once', 'mail');
    const [here] = found('effect-once', 'relay');
    if (!behind || !here) throw new Error('no findings');
    expect(tell(behind, telling).because).toMatch(/Both copies are of one message: relay\/1 had published it and crashed at .*, before its source had taken its acknowledgement, and published it again/);
    expect(tell(here, telling)).toMatchObject({ title: expect.stringMatching(/was published twice by relay\./), remedy: expect.stringMatching(/consumers behind it keep processed ids/) });
    expect(tell(here, telling).remedyEdit).toBeUndefined();
  });
  it('a message that is handed to it twice without a crash is published twice', () => {
    // The lease of 500 ms runs out while the publication is under way.
    const { found } = go(scenario('lease', 'webhook', {}, [at('2s', 'delay', 'write', { by: '700ms' }), at('2900ms', 'undelay', 'write')]));
    expect(found('effect-once', 'mail').length).toBeGreaterThan(0);
    expect(new Set(found('effect-once', 'mail').map((f) => f.reason))).toEqual(new Set(['clients.relayed_twice']));
  });
  it('settled after the confirm, a crash before it publishes costs nothing', () => {
    const { found, of } = broken('after-confirm', 'crash-before-effect');
    expect(found('effect-once', 'mail')).toEqual([]);
    expect(of('effect', 'mail')).toHaveLength(100);
  });
  it('settled before it publishes, a crash in between loses the message', () => {
    const { found, of } = broken('before-publish', 'crash-after-settle');
    expect(found('no-loss', 'source')).toMatchObject([{ reason: 'clients.settled_before_effect' }]);
    expect(of('effect', 'mail')).toHaveLength(99);
  });
  it('settled when it is sent, a crash loses nothing that still arrives', () => {
    const { found, of } = broken('after-send', 'crash-after-settle');
    expect(of('effect', 'mail')).toHaveLength(100);
    expect(found('no-loss', 'source')).toEqual([]);
    expect(found('effect-once', 'mail')).toEqual([]);
  });
  it.each([
    ['after-confirm', 0],
    ['before-publish', 100],
  ])('settled %s, a bridge without a publish wire loses %i', (settle, lost) => {
    const whole = scenario('lease', 'webhook', { settle });
    const { found, of } = go({ ...whole, links: whole.links.filter((l) => l.id !== 'write') });
    expect(of('failed', 'relay').length).toBeGreaterThanOrEqual(100);
    expect(found('no-loss', 'source')).toHaveLength(lost);
  });
  it('a publish wire that is taken away gives back what was on it', () => {
    const { of, found } = go(scenario('lease', 'webhook', {}, [at('2s', 'cut', 'write'), at('2100ms', 'remove-link', 'write'), at('2100ms', 'add-link', 'again', { kind: 'publish', from: 'relay', to: 'tasks' })]));
    expect(of('failed', 'relay').length).toBeGreaterThan(0);
    expect(new Set(of('effect', 'mail').map((e) => e.message)).size).toBe(100);
    expect(found('no-loss', 'source')).toEqual([]);
  });
  it('on two wires it has its effect when both have confirmed', () => {
    const whole = scenario('lease', 'webhook', {});
    const { of } = go({ ...whole, nodes: [...whole.nodes, { id: 'archive', kind: 'log.place' }], links: [...whole.links, { id: 'keep', kind: 'publish', from: 'relay', to: 'archive', config: { latency: '90ms' } }] });
    expect(of('accepted', 'archive')).toHaveLength(100);
    const slow = of('accepted', 'archive').map((e) => e.time + 90e3);
    expect(of('effect', 'relay').map((e) => e.time)).toEqual(slow);
  });
});
describe('with a broker that says no', () => {
  const rabbit = (bridge: Config, tasks: Config, timeline: readonly TimelineEntry[]): Scenario => ({
    version: 1,
    title: 'rabbit',
    seed: 4,
    duration: '10s',
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, limit: 100 } },
      { id: 'one', kind: 'rabbitmq.cluster' },
      { id: 'source', kind: 'rabbitmq.queue', parent: 'one' },
      { id: 'relay', kind: 'bridge', config: bridge },
      { id: 'two', kind: 'rabbitmq.cluster' },
      { id: 'tasks', kind: 'rabbitmq.queue', parent: 'two', config: tasks },
      { id: 'mail', kind: 'consumer', config: { serviceTime: '100ms' } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'source' },
      { id: 'read', kind: 'consume', from: 'source', to: 'relay' },
      { id: 'write', kind: 'publish', from: 'relay', to: 'tasks', config: { latency: '20ms' } },
      { id: 'out', kind: 'consume', from: 'tasks', to: 'mail', config: { prefetch: 1 } },
    ],
    timeline,
  });
  it('what is refused is tried again, and given back at last', () => {
    const { of } = go(rabbit({ retry: { attempts: 1, base: '1ms' } }, { 'x-max-length': 2, 'x-overflow': 'reject-publish' }, []), models, catalog);
    expect(of('refused', 'relay').length).toBeGreaterThan(2);
    expect(of('gave-up', 'relay').length).toBeGreaterThan(0);
    expect(of('failed', 'relay')).toHaveLength(of('gave-up', 'relay').length);
    expect(of('requeued', 'source')).toHaveLength(of('failed', 'relay').length);
  });
  it('while the other broker takes no more it holds on to what it has and reads no more', () => {
    const { of } = go(rabbit({}, {}, [at('1s', 'memory-alarm', 'two'), at('3s', 'memory-alarm-clears', 'two')]), models, catalog);
    expect(of('blocked', 'relay')).toHaveLength(1);
    expect(of('started', 'relay').filter((e) => e.time > 1.2e6 && e.time < 3e6)).toEqual([]);
    expect(of('effect', 'mail')).toHaveLength(100);
  });
  it('settled when it is sent, what a dead connection takes with it is lost, and found at the end', () => {
    // For longer than the heartbeat: what was written before would still arrive.
    const { found, of } = go({ ...rabbit({ settle: 'after-send' }, {}, [at('1s', 'cut', 'write'), at('1500ms', 'crash', 'relay'), at('70s', 'mend', 'write'), at('70s', 'restart', 'relay')]), duration: '90s' }, models, catalog);
    const lost = found('no-loss', 'source');
    expect(lost.length).toBeGreaterThan(0);
    expect(new Set(lost.map((f) => f.reason))).toEqual(new Set(['clients.settled_without_effect']));
    expect(new Set(of('effect', 'mail').map((e) => e.message)).size).toBe(100 - lost.length);
  });
});
