/** Random but legal Redis scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import { RandomStream } from '../../kernel/random.ts';
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../../scenario/document.ts';

class Dice {
  private readonly luck: RandomStream;
  constructor(seed: number) {
    this.luck = new RandomStream(seed, 'redis scenario');
  }
  below(n: number): number {
    return Math.floor(this.luck.next() * n);
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  chance(p: number): boolean {
    return this.luck.next() < p;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  /** Some of the settings, each with its probability. */
  some(settings: Readonly<Record<string, readonly [number, () => unknown]>>): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [name, [p, make]] of Object.entries(settings)) if (this.chance(p)) out[name] = make();
    return out;
  }
}
const producer = (d: Dice, id: string): ScenarioNode => ({
  id,
  kind: 'producer',
  config: {
    ...{ rate: d.between(5, 60), arrivals: d.pick(['constant', 'poisson']), keys: { count: d.between(1, 8), skew: 1 }, size: d.pick([10, 1000, 3000]) },
    ...{ pushback: d.pick(['block', 'buffer', 'drop']), bufferLimit: d.between(1, 30), retry: { attempts: d.between(0, 3), timeout: d.pick(['0s', '50ms', '300ms']), jitter: d.pick([0, 1]) } },
  },
});
const consumer = (d: Dice, id: string): ScenarioNode => ({
  id,
  kind: 'consumer',
  config: {
    ...{ instances: d.between(1, 3), concurrency: d.between(1, 4), serviceTime: d.pick(['20ms', { exponential: { mean: '40ms' } }, { lognormal: { mean: '30ms', p99: '400ms' } }]) },
    ...{ failures: { rate: d.pick([0, 0.05, 0.4]) }, onFailure: d.pick(['requeue', 'reject', 'retry-in-place']), retry: { attempts: d.between(0, 2), base: '20ms' } },
    ...{ idempotency: d.pick(['none', 'id-window', 'inbox']), effectAt: d.pick([0, 0.5, 1]) },
    ...d.some({ restartAfter: [0.5, () => '400ms'] }),
  },
});
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
/** At most so long, µs. */
export const RUN_FOR = 5_000_000;

export function randomScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const servers = Array.from({ length: d.pick([1, 1, 2]) }, (_, i) => `redis${i}`);
  const nodes: ScenarioNode[] = servers.map((id) => server(d, id));
  const links: ScenarioLink[] = [];
  const wire = () => ({ latency: d.pick(['0us', '1ms', '20ms']), jitter: d.pick(['0us', '3ms']), loss: d.pick([0, 0, 0.05]) });
  const streams = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `s${i}`, home: d.pick(servers) }));
  const groups = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `g${i}`, home: d.pick(streams).home }));
  for (const { id, home } of streams) nodes.push({ id, kind: 'redis-streams.stream', parent: home, config: d.some({ 'IDMP-MAXSIZE': [0.2, () => 2], name: [0.1, () => 'same'] }) });
  for (const { id, home } of groups) {
    nodes.push({ id, kind: 'redis-streams.group', parent: home, config: d.some({ deadStream: [0.5, () => d.pick([...streams.map((s) => s.id), 'nowhere'])], maxDeliveries: [0.4, () => d.between(1, 3)], name: [0.1, () => 'team'] }) });
    const here = streams.filter((s) => s.home === home);
    for (const from of new Set([d.pick(here), d.pick(here)])) links.push({ id: `r${links.length}`, kind: 'read', from: from.id, to: id, config: { id: d.pick(['$', '0', 'nonsense', '5-0']) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(producer(d, `p${i}`));
    const config = d.some({ MAXLEN: [0.5, () => d.between(0, 40)], trim: [0.5, () => '='], LIMIT: [0.2, () => d.between(0, 20)], references: [0.3, () => d.pick(['DELREF', 'ACKED'])], NOMKSTREAM: [0.2, () => true], idempotence: [0.4, () => d.pick(['IDMP', 'IDMPAUTO'])], WAIT: [0.3, () => 1], waitTimeout: [0.5, () => d.pick([0, 50, 1000])] });
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to: d.pick(streams).id, config: { ...config, ...wire() } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(groups), d.pick(groups)])) {
      const config = d.some({ COUNT: [0.7, () => d.between(1, 12)], BLOCK: [0.7, () => d.pick([0, 100, 2000])], pause: [0.7, () => '200ms'], NOACK: [0.15, () => true], ownPending: [0.3, () => false], claim: [0.7, () => d.pick(['XAUTOCLAIM', 'CLAIM'])], 'min-idle-time': [0.9, () => d.pick([0, 30, 500])], claimEvery: [0.9, () => d.pick(['100ms', '700ms'])], claimCount: [0.5, () => d.between(1, 5)] });
      links.push({ id: `l${links.length}`, kind: 'consume', from: from.id, to: `c${i}`, config: { ...config, ...wire() } });
    }
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return { version: 1, title: `seed ${seed}`, seed, ...(d.chance(0.4) ? { duration: '3s', drain: '2s' } : {}), nodes, links, timeline: timeline.sort((a, b) => Number.parseInt(a.at, 10) - Number.parseInt(b.at, 10)) };
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = (todo: string, on: string, parameters?: Record<string, unknown>): TimelineEntry => ({ at: `${d.between(1, 4500)}ms`, by: 'live', do: todo, on, ...(parameters ? { with: parameters } : {}) });
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [home, stream, group, c, p] = [one('redis-streams.server'), one('redis-streams.stream'), one('redis-streams.group'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  switch (d.below(18)) {
    case 0:
    case 1:
      return entry(d.pick(['crash', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle', 'lose-next-ack']), `${c}/1`);
    case 2:
      return entry('restart', c);
    case 3:
      return entry(d.pick(['slow', 'outage', 'outage-ends']), c);
    case 4:
      return entry(d.pick(['cut', 'mend', 'mend']), link);
    case 5:
      return entry('delay', link, { by: '200ms' });
    case 6:
      return entry('burst', p, { count: d.between(1, 60) });
    case 7:
    case 8:
      return entry(d.pick(['stop-server', 'power-loss']), home);
    case 9:
    case 10:
      return entry('start-server', home);
    case 11:
      return entry('failover', home);
    case 12:
      return entry(d.pick(['stop-replica', 'start-replica']), home);
    case 13:
      return entry('xtrim', stream, { MAXLEN: d.below(10) });
    case 14:
      return entry(d.pick(['del', 'xgroup-create', 'xgroup-create']), stream);
    case 15:
      return d.chance(0.5) ? entry('xgroup-setid', group, { id: d.pick(['0', '$', 'x']) }) : entry('xgroup-delconsumer', group, { consumer: `${c}/1` });
    case 16:
      return d.chance(0.5) ? entry('set', link, { id: d.pick(['0', '$']), COUNT: d.between(1, 5), claim: 'XAUTOCLAIM' }) : entry('set', d.pick([stream, group]), { name: d.pick(['other', null]) });
    default:
      return d.chance(0.5) ? entry('remove-link', link) : d.chance(0.5) ? entry('remove-node', d.pick([stream, group, c, p, home])) : entry('add-node', `extra${i}`, { kind: 'redis-streams.stream', parent: home });
  }
}
