/** A cluster in a scenario: where clients go, what readers miss, and what the history tells. */
import { describe, expect, it } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, models, observe, type Parts, scenarioOf } from './room.test-kit.ts';
import { rule } from './rules.ts';

const THREE = { cluster: { nodes: 3 }, stream: { num_replicas: 3 } };
const RETRY = { retry: { attempts: 20, timeout: '2s', base: '500ms' } };
const run = (parts: Parts) => observe(runTwice(scenarioOf({ ...THREE, ...parts }), models, catalog, parts.until ?? 20e6));

describe('servers of a cluster', () => {
  it('undisturbed it does what one server does, there and back over the route later', () => {
    const { count, twice, of } = run({ until: 3e6 });
    expect([count('settled', 'billing'), twice(), count('refused')]).toEqual([count('effect', 'pay'), [], 0]);
    const [sent, confirmed] = [of('sent', 'shop')[0], of('confirmed', 'shop')[0]];
    expect((confirmed?.time ?? 0) - (sent?.time ?? 0)).toBe(3000);
  });
  it(rule('next-server'), () => {
    const { of, text } = run({ timeline: [at(2000, 'stop-node', 'nats/node-1'), at(2000, 'stop-node', 'nats/node-2')], until: 4e6 });
    const left = of('left').filter((e) => text(e.reason) === 'nats.server_down');
    expect(left.length).toBeGreaterThan(1);
    for (const { actor, time } of left) {
      const back = of('joined').find((e) => e.actor === actor && e.time > time);
      expect((back?.time ?? 0) - time).toBeLessThan(10_000);
    }
  });
  it('while the stream has no leader a publish finds nobody; what is retried is stored once it has one', () => {
    const { of, text, count, reasons, twice } = run({ producer: { rate: 5, ...RETRY }, timeline: [at(3000, 'stop-node', 'nats/node-1')] });
    const elected = of('elected', 'orders');
    expect(elected.map((e) => text(e.reason))).toEqual(['nats.leader_lost', 'nats.elected']);
    expect(elected[1]?.time).toBeGreaterThan(3e6 + 3e6);
    expect(elected[1]?.time).toBeLessThan(3e6 + 9e6);
    expect(Object.keys(reasons('refused', 'shop'))).toEqual(['nats.no_responders']);
    expect(count('unrouted', 'orders')).toBe(0);
    expect(twice()).toEqual([]);
  });
  it('a power cut of all three takes what was acknowledged since files were synced; synced at once it does not', () => {
    const timeline = [at(5000, 'power-loss-nats-server', 'nats'), at(6000, 'start-nats-server', 'nats')];
    const lost = (parts: Parts) => run({ ...parts, reader: { serviceTime: '500ms' }, timeline }).reasons('lost', 'billing');
    expect(lost({})['nats.not_on_disk']).toBeGreaterThan(20);
    expect(lost({ cluster: { nodes: 3, sync_interval: 'always' } })).toEqual({});
  });
  it('a power cut of one server loses nothing', () => {
    const { count } = run({ reader: { serviceTime: '500ms' }, timeline: [at(5000, 'power-loss-node', 'nats/node-1'), at(6000, 'start-node', 'nats/node-1')] });
    expect(count('lost', 'billing')).toBe(0);
  });
});
