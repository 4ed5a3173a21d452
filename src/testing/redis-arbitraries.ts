/** Random but legal Redis scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const server = (d: Dice, id: string): ScenarioNode => ({
  id,
  kind: 'redis-streams.server',
  config: d.some({
    version: [0.5, () => d.pick(['8.0.2', '7.0.15'])],
    maxmemory: [0.2, () => d.between(2000, 40_000)],
    'maxmemory-policy': [0.5, () => d.pick(['noeviction', 'allkeys-lru'])],
    'stream-node-max-entries': [0.5, () => d.between(1, 10)],
    'stream-node-max-bytes': [0.3, () => d.pick([0, 200, 5000])],
    appendonly: [0.5, () => 'yes'],
    appendfsync: [0.6, () => d.pick(['always', 'everysec', 'no'])],
    save: [0.5, () => d.pick(['1 1', '1 20', ''])],
    replicas: [0.5, () => d.between(1, 2)],
    replicationDelay: [0.7, () => d.pick(['0us', '50ms', '700ms'])],
    'down-after-milliseconds': [0.9, () => d.between(1, 800)],
    'min-replicas-to-write': [0.15, () => 1],
    'min-replicas-max-lag': [0.9, () => 1],
  }),
});
export function randomRedisScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const servers = Array.from({ length: d.pick([1, 1, 2]) }, (_, i) => `redis${i}`);
  const nodes: ScenarioNode[] = servers.map((id) => server(d, id));
  const links: ScenarioLink[] = [];
  const streams = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `s${i}`, home: d.pick(servers) }));
  const groups = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `g${i}`, home: d.pick(streams).home }));
  for (const { id, home } of streams) nodes.push({ id, kind: 'redis-streams.stream', parent: home, config: d.some({ 'IDMP-MAXSIZE': [0.2, () => 2], name: [0.1, () => 'same'] }) });
  for (const { id, home } of groups) {
    nodes.push({ id, kind: 'redis-streams.group', parent: home, config: d.some({ deadStream: [0.5, () => d.pick([...streams.map((s) => s.id), 'nowhere'])], maxDeliveries: [0.4, () => d.between(1, 3)], name: [0.1, () => 'team'] }) });
    const here = streams.filter((s) => s.home === home);
    for (const from of new Set([d.pick(here), d.pick(here)])) links.push({ id: `r${links.length}`, kind: 'read', from: from.id, to: id, config: { id: d.pick(['$', '0', 'nonsense', '5-0']) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    const made = producer(d, `p${i}`);
    // Large entries fill macro nodes by their bytes.
    nodes.push({ ...made, config: { ...made.config, size: d.pick([10, 1000, 3000]) } });
    const config = d.some({
      MAXLEN: [0.5, () => d.between(0, 40)],
      trim: [0.5, () => '='],
      LIMIT: [0.2, () => d.between(0, 20)],
      references: [0.3, () => d.pick(['DELREF', 'ACKED'])],
      NOMKSTREAM: [0.2, () => true],
      idempotence: [0.4, () => d.pick(['IDMP', 'IDMPAUTO'])],
      WAIT: [0.3, () => 1],
      waitTimeout: [0.5, () => d.pick([0, 50, 1000])],
    });
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to: d.pick(streams).id, config: { ...config, ...wire(d) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(groups), d.pick(groups)])) {
      const config = d.some({
        COUNT: [0.7, () => d.between(1, 12)],
        BLOCK: [0.7, () => d.pick([0, 100, 2000])],
        pause: [0.7, () => '200ms'],
        NOACK: [0.15, () => true],
        ownPending: [0.3, () => false],
        claim: [0.7, () => d.pick(['XAUTOCLAIM', 'CLAIM'])],
        'min-idle-time': [0.9, () => d.pick([0, 30, 500])],
        claimEvery: [0.9, () => d.pick(['100ms', '700ms'])],
        claimCount: [0.5, () => d.between(1, 5)],
      });
      links.push({ id: `l${links.length}`, kind: 'consume', from: from.id, to: `c${i}`, config: { ...config, ...wire(d) } });
    }
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [home, stream, group, c, p] = [one('redis-streams.server'), one('redis-streams.stream'), one('redis-streams.group'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  const kind = d.below(COMMON + 12);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
    case 2:
      return entry(d.pick(['stop-server', 'power-loss']), home);
    case 3:
    case 4:
      return entry('start-server', home);
    case 5:
      return entry('failover', home);
    case 6:
      return entry(d.pick(['stop-replica', 'start-replica']), home);
    case 7:
      return entry('xtrim', stream, { MAXLEN: d.below(10) });
    case 8:
      return entry(d.pick(['del', 'xgroup-create', 'xgroup-create']), stream);
    case 9:
      return d.chance(0.5) ? entry('xgroup-setid', group, { id: d.pick(['0', '$', 'x']) }) : entry('xgroup-delconsumer', group, { consumer: `${c}/1` });
    case 10:
      return d.chance(0.5) ? entry('set', link, { id: d.pick(['0', '$']), COUNT: d.between(1, 5), claim: 'XAUTOCLAIM' }) : entry('set', d.pick([stream, group]), { name: d.pick(['other', null]) });
    default:
      return d.chance(0.5) ? entry('remove-link', link) : d.chance(0.5) ? entry('remove-node', d.pick([stream, group, c, p, home])) : entry('add-node', `extra${i}`, { kind: 'redis-streams.stream', parent: home });
  }
}
