/** Other clients in the place of a random scenario's consumers, whatever its broker: what is wired like a consumer works like one. */
import type { Scenario, ScenarioLink, ScenarioNode } from '../scenario/document.ts';
import { Dice } from './dice.ts';

export function serverless(d: Dice, id: string): ScenarioNode {
  return {
    id,
    kind: 'function',
    config: {
      concurrency: d.between(0, 4),
      coldStart: d.pick(['0us', '80ms', { exponential: { mean: '100ms' } }]),
      keepWarm: d.pick(['0us', '50ms', '5min']),
      serviceTime: d.pick(['20ms', { exponential: { mean: '40ms' } }, { uniform: { from: '5ms', to: '60ms' } }]),
      timeout: d.pick(['30ms', '100ms', '30s']),
      failures: { rate: d.pick([0, 0.05, 0.4]) },
      idempotency: d.pick(['none', 'id-window', 'inbox']),
      effectAt: d.pick([0, 0.5, 1]),
      ...d.some({ provisioned: [0.3, () => d.between(1, 3)] }),
    },
  };
}
function bridge(d: Dice, id: string): ScenarioNode {
  return {
    id,
    kind: 'bridge',
    config: {
      instances: d.between(1, 2),
      concurrency: d.between(1, 3),
      serviceTime: d.pick(['5ms', { uniform: { from: '1ms', to: '20ms' } }]),
      settle: d.pick(['before-publish', 'after-send', 'after-confirm', 'after-confirm']),
      failures: { rate: d.pick([0, 0.1]) },
      onFailure: d.pick(['requeue', 'reject']),
      retry: { attempts: d.between(0, 2), timeout: d.pick(['0s', '200ms']), base: '50ms' },
      ...d.some({ restartAfter: [0.7, () => '300ms'] }),
    },
  };
}
/** The scenario with some of its consumers replaced; what the timeline sets on a replaced one is set on what it has. */
export function varied(scenario: Scenario): Scenario {
  const d = new Dice(scenario.seed ^ 0x5eed);
  const publishing = scenario.links.filter((l) => scenario.nodes.some((n) => n.id === l.from && n.kind === 'producer'));
  const functions = new Set<string>();
  const relays: ScenarioLink[] = [];
  const nodes = scenario.nodes.map((node) => {
    if (node.kind !== 'consumer' || d.chance(0.4)) return node;
    if (d.chance(0.5) && publishing.length > 0) {
      // Wherever a producer publishes: it may come round again.
      const { kind, to, config } = d.pick(publishing);
      relays.push({ id: `relay-${node.id}`, kind, from: node.id, to, ...(config ? { config } : {}) });
      return bridge(d, node.id);
    }
    functions.add(node.id);
    return serverless(d, node.id);
  });
  const timeline = (scenario.timeline ?? []).map((entry) => (entry.do === 'set' && functions.has(entry.on) ? { ...entry, with: { concurrency: d.between(0, 4) } } : entry));
  return { ...scenario, nodes, links: [...scenario.links, ...relays], ...(scenario.timeline ? { timeline } : {}) };
}
