/** Random but legal RabbitMQ scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import { RandomStream } from '../kernel/random.ts';
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';

class Dice {
  private readonly luck: RandomStream;
  constructor(seed: number) {
    this.luck = new RandomStream(seed, 'scenario');
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
const KEYS = ['a', 'a.b', 'b', 'b.c', 'a.b.c'];
const PATTERNS = ['#', 'a.*', 'a.#', '*.b', 'b', 'a', '#.c'];

function producer(d: Dice, id: string): ScenarioNode {
  const arrivals = d.pick(['constant', 'poisson', 'bursts', 'on-off', 'ramp'] as const);
  return {
    id,
    kind: 'producer',
    config: {
      rate: d.between(5, 60),
      arrivals,
      ...(arrivals === 'bursts' ? { burst: { size: d.between(1, 20), every: '700ms' } } : {}),
      ...(arrivals === 'on-off' ? { onOff: { on: '600ms', off: '300ms' } } : {}),
      ...(arrivals === 'ramp' ? { ramp: { to: d.between(0, 80), over: '2s' } } : {}),
      keys: { count: d.between(1, 8), skew: d.pick([0, 1]) },
      pushback: d.pick(['block', 'buffer', 'drop']),
      bufferLimit: d.between(1, 30),
      retry: { attempts: d.between(0, 3), timeout: d.pick(['0s', '300ms']), jitter: d.pick([0, 1]) },
      ...d.some({ priority: [0.3, () => d.below(10)], limit: [0.2, () => d.between(1, 60)] }),
    },
  };
}
function consumer(d: Dice, id: string): ScenarioNode {
  return {
    id,
    kind: 'consumer',
    config: {
      instances: d.between(1, 3),
      concurrency: d.between(1, 4),
      serviceTime: d.pick(['20ms', { exponential: { mean: '40ms' } }, { lognormal: { mean: '30ms', p99: '120ms' } }, { uniform: { from: '5ms', to: '60ms' } }]),
      failures: { rate: d.pick([0, 0.05, 0.4]) },
      onFailure: d.pick(['requeue', 'reject', 'retry-in-place']),
      retry: { attempts: d.between(0, 2), base: '20ms' },
      idempotency: d.pick(['none', 'id-window', 'inbox']),
      effectAt: d.pick([0, 0.5, 1]),
      ...d.some({ restartAfter: [0.5, () => '400ms'] }),
    },
  };
}
function queue(d: Dice, id: string, exchanges: readonly string[]): ScenarioNode {
  const quorum = d.chance(0.5);
  return {
    id,
    kind: 'rabbitmq.queue',
    parent: 'rabbit',
    config: {
      'x-queue-type': quorum ? 'quorum' : 'classic',
      ...d.some({
        'x-message-ttl': [0.25, () => d.pick([0, 50, 400])],
        'x-max-length': [0.25, () => d.between(0, 15)],
        'x-dead-letter-exchange': [0.5, () => d.pick([...exchanges, 'nowhere'])],
        'x-dead-letter-routing-key': [0.2, () => d.pick(KEYS)],
        'x-overflow': [0.3, () => (quorum ? d.pick(['drop-head', 'reject-publish']) : d.pick(['drop-head', 'reject-publish', 'reject-publish-dlx']))],
        'x-single-active-consumer': [0.2, () => true],
        ...(quorum ? {} : { exclusive: [0.1, () => true] as const }),
      }),
      ...(quorum ? d.some({ 'x-delivery-limit': [0.6, () => d.between(0, 4)] }) : d.some({ 'x-max-priority': [0.3, () => d.between(1, 5)] })),
    },
  };
}
/** At most so long, µs. */
export const RUN_FOR = 5_000_000;

export function randomScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [{ id: 'rabbit', kind: 'rabbitmq.cluster', config: { nodes: d.pick([1, 3]), version: d.pick(['4.0.5', '3.10.8', '4.3']), ...d.some({ memory: [0.15, () => 170], queueIntakeRate: [0.15, () => 30] }) } }];
  const links: ScenarioLink[] = [];
  const exchanges = Array.from({ length: d.between(1, 4) }, (_, i) => `x${i}`);
  const queues = Array.from({ length: d.between(1, 5) }, (_, i) => `q${i}`);
  const wire = () => ({ latency: d.pick(['0us', '1ms', '20ms']), jitter: d.pick(['0us', '3ms']), loss: d.pick([0, 0, 0.05]) });
  for (const id of exchanges)
    nodes.push({ id, kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: d.pick(['direct', 'topic', 'fanout', 'headers']), ...d.some({ 'alternate-exchange': [0.3, () => d.pick(exchanges)] }) } });
  for (const id of queues) nodes.push(queue(d, id, exchanges));
  for (const id of queues) for (let n = d.below(3); n >= 0; n--) links.push({ id: `b${links.length}`, kind: 'bind', from: d.pick(exchanges), to: id, config: { routingKey: d.pick([...KEYS, ...PATTERNS]), ...d.some({ arguments: [0.3, () => ({ 'x-match': d.pick(['all', 'any']), tone: d.pick(['red', 'blue']) })] }) } });
  for (let n = d.below(2); n > 0; n--) {
    const [from, to] = [d.pick(exchanges), d.pick(exchanges)];
    if (from !== to) links.push({ id: `b${links.length}`, kind: 'bind', from, to, config: { routingKey: d.pick(PATTERNS) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(producer(d, `p${i}`));
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to: d.pick([...exchanges, ...queues]), config: { routingKey: d.pick([...KEYS, '{key}']), mandatory: d.chance(0.3), confirms: d.chance(0.8), persistent: d.chance(0.8), ...d.some({ expiration: [0.2, () => d.pick([0, 100, 900])], headers: [0.3, () => ({ tone: d.pick(['red', 'blue']) })] }), ...wire() } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(queues), d.pick(queues)])) links.push({ id: `l${links.length}`, kind: 'consume', from, to: `c${i}`, config: { prefetch: d.pick([0, 1, 3, 20]), ack: d.pick(['manual', 'manual', 'manual', 'auto']), ...d.some({ 'x-priority': [0.2, () => d.below(5)], method: [0.15, () => 'basic.get'], interval: [0.1, () => '200ms'] }), ...wire() } });
  }
  const timeline = Array.from({ length: d.below(8) }, (_, i) => happening(d, i, { nodes, links, queues }));
  return { version: 1, title: `seed ${seed}`, seed, ...(d.chance(0.4) ? { duration: '3s', drain: '2s' } : {}), nodes, links, timeline: timeline.sort((a, b) => Number.parseInt(a.at, 10) - Number.parseInt(b.at, 10)) };
}
function happening(d: Dice, i: number, there: { readonly nodes: readonly ScenarioNode[]; readonly links: readonly ScenarioLink[]; readonly queues: readonly string[] }): TimelineEntry {
  const at = `${d.between(1, 4500)}ms`;
  const entry = (todo: string, on: string, parameters?: Record<string, unknown>): TimelineEntry => ({ at, by: 'live', do: todo, on, ...(parameters ? { with: parameters } : {}) });
  const of = (kind: string) => there.nodes.filter((n) => n.kind === kind);
  const link = d.pick(there.links.filter((l) => l.kind !== 'bind'));
  const c = d.pick(of('consumer'));
  const p = d.pick(of('producer'));
  switch (d.below(16)) {
    case 0:
      return entry(d.pick(['crash', 'crash-before-effect', 'crash-after-effect', 'crash-before-settle', 'crash-after-settle', 'lose-next-ack']), `${c.id}/1`);
    case 1:
      return entry('restart', c.id);
    case 2:
      return entry('slow', c.id, { factor: d.pick([0.5, 10]) });
    case 3:
      return entry(d.pick(['outage', 'outage-ends']), c.id);
    case 4:
      return entry(d.pick(['poison', 'unpoison']), d.pick([c.id, p.id]), { key: 'A' });
    case 5:
      return entry(d.pick(['cut', 'mend', 'mend']), link.id);
    case 6:
      return entry('delay', link.id, { by: '200ms' });
    case 7:
      return entry('lossy', link.id, { probability: 0.3 });
    case 8:
      return entry('burst', p.id, { count: d.between(1, 60) });
    case 9:
      return entry('purge', d.pick(there.queues));
    case 10:
      return entry('redrive', d.pick(there.queues), { count: d.between(1, 50) });
    case 11:
      return entry(d.pick(['stop-node', 'start-node']), 'rabbit/node-1');
    case 12:
      return entry(d.pick(['memory-alarm', 'memory-alarm-clears', 'disk-alarm', 'disk-alarm-clears']), 'rabbit');
    case 13:
      return d.chance(0.5) ? entry('set', c.id, { instances: d.between(1, 4) }) : entry('set', p.id, { rate: d.between(0, 80) });
    case 14:
      return d.chance(0.5) ? entry('set', d.pick(there.queues), { 'x-max-length': d.pick([null, 3]), 'x-queue-type': d.pick(['classic', 'quorum']), 'x-max-priority': null, 'x-overflow': null }) : entry('add-node', `extra${i}`, { kind: 'rabbitmq.queue', parent: 'rabbit' });
    default:
      return d.chance(0.5) ? entry('remove-link', link.id) : entry('remove-node', d.pick([...there.queues, c.id, p.id]));
  }
}
