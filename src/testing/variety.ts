/** Other clients in the place of a random scenario's consumers, whatever its broker: what is wired like a consumer works like one. */
import { catalog } from '../catalog.ts';
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
/** The wire as the other kind of client has it: of another kind, perhaps, and with the settings that are known there. Nothing where it may not be drawn. */
function rewired(link: ScenarioLink, nodes: readonly ScenarioNode[]): ScenarioLink | undefined {
  const [from, to] = [link.from, link.to].map((id) => nodes.find((n) => n.id === id));
  const wire = from && to ? catalog.wire(from, to) : undefined;
  if (wire === undefined || typeof wire === 'string') return undefined;
  const config = Object.fromEntries(Object.entries(link.config ?? {}).filter(([name]) => Object.hasOwn(wire.fields, name)));
  return { ...link, kind: wire.kind, config };
}
/** The scenario with some of its consumers replaced where their wires allow it; what the timeline sets on a replaced one is set on what it has. */
export function varied(scenario: Scenario): Scenario {
  const d = new Dice(scenario.seed ^ 0x5eed);
  const publishing = scenario.links.filter((l) => scenario.nodes.some((n) => n.id === l.from && n.kind === 'producer'));
  let { nodes, links } = scenario;
  for (const { id } of scenario.nodes.filter((n) => n.kind === 'consumer')) {
    if (d.chance(0.4)) continue;
    const isRelay = d.chance(0.5) && publishing.length > 0;
    const other = isRelay ? bridge(d, id) : serverless(d, id);
    const replaced = nodes.map((n) => (n.id === id ? other : n));
    const changed = links.map((l) => (l.to === id ? rewired(l, replaced) : l));
    // Wherever a producer publishes: it may come round again.
    if (isRelay) changed.push(rewired({ ...d.pick(publishing), id: `relay-${id}`, from: id }, replaced));
    const wired = changed.filter((l) => l !== undefined);
    if (wired.length === changed.length) [nodes, links] = [replaced, wired];
  }
  const kindOf = (on: string) => nodes.find((n) => n.id === on.split('/')[0])?.kind ?? '';
  const timeline = (scenario.timeline ?? []).flatMap((entry) => {
    if (entry.do === 'set' && kindOf(entry.on) === 'function') return { ...entry, with: { concurrency: d.between(0, 4) } };
    // What a consumer can suffer a function perhaps cannot.
    return kindOf(entry.on) === 'function' && catalog.action(entry.do) !== undefined && catalog.node('function')?.actions.includes(entry.do) !== true ? [] : entry;
  });
  return { ...scenario, nodes, links, ...(scenario.timeline ? { timeline } : {}) };
}
