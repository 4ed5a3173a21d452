/** Random but legal RabbitMQ scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const KEYS = ['a', 'a.b', 'b', 'b.c', 'a.b.c'];
const PATTERNS = ['#', 'a.*', 'a.#', '*.b', 'b', 'a', '#.c'];

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
        'x-queue-leader-locator': [0.2, () => 'balanced'],
        ...(quorum ? {} : { exclusive: [0.1, () => true] as const }),
      }),
      ...(quorum ? d.some({ 'x-delivery-limit': [0.6, () => d.between(0, 4)] }) : d.some({ 'x-max-priority': [0.3, () => d.between(1, 5)] })),
    },
  };
}
/** What a stream and the partitions of a super stream keep. */
const retention = (d: Dice) => d.some({ 'x-stream-max-segment-size-bytes': [0.6, () => d.pick([0, 500, 3000])], 'x-max-length-bytes': [0.5, () => d.between(0, 9000)], 'x-max-age': [0.3, () => '1s'] });
/** How a stream is read; now and then like another queue, which it refuses. */
const reading = (d: Dice) =>
  d.some({
    method: [0.6, () => 'subscribe'],
    'x-stream-offset': [0.6, () => d.pick(['first', 'last', '7', '1s'])],
    'x-stream-filter': [0.2, () => 'A,B'],
    'x-stream-match-unfiltered': [0.2, () => true],
    credit: [0.5, () => d.pick([1, 4])],
    name: [0.5, () => d.pick(['one', 'two'])],
    messageCountBeforeStorage: [0.5, () => d.pick([1, 10])],
    flushInterval: [0.3, () => '500ms'],
    'single-active-consumer': [0.4, () => true],
  });
const writing = (d: Dice) => d.some({ node: [0.3, () => d.between(1, 3)], method: [0.5, () => 'publish'], name: [0.3, () => 'shop'], tx: [0.15, () => d.between(1, 5)], routing: [0.2, () => 'key'], 'x-stream-filter-value': [0.3, () => '{key}'] });
export function randomRabbitScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [{ id: 'rabbit', kind: 'rabbitmq.cluster', config: { nodes: d.pick([1, 3]), version: d.pick(['4.0.5', '3.10.8', '4.3']), ...d.some({ memory: [0.15, () => 170], queueIntakeRate: [0.15, () => 30] }) } }];
  const links: ScenarioLink[] = [];
  const exchanges = Array.from({ length: d.between(1, 4) }, (_, i) => `x${i}`);
  const queues = Array.from({ length: d.between(1, 5) }, (_, i) => `q${i}`);
  for (const id of exchanges) nodes.push({ id, kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: d.pick(['direct', 'topic', 'fanout', 'headers', 'x-local-random', 'x-modulus-hash']), ...d.some({ 'alternate-exchange': [0.3, () => d.pick(exchanges)] }) } });
  for (const id of queues) nodes.push(d.chance(0.2) ? { id, kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'stream', ...retention(d) } } : queue(d, id, exchanges));
  const supers = d.chance(0.3) ? ['s0'] : [];
  for (const id of supers) nodes.push({ id, kind: 'rabbitmq.super-stream', parent: 'rabbit', config: { partitions: d.between(1, 4), ...retention(d) } });
  for (const id of queues)
    for (let n = d.below(3); n >= 0; n--) links.push({ id: `b${links.length}`, kind: 'bind', from: d.pick(exchanges), to: id, config: { routingKey: d.pick([...KEYS, ...PATTERNS, '', '']), ...d.some({ arguments: [0.3, () => ({ 'x-match': d.pick(['all', 'any']), tone: d.pick(['red', 'blue']) })] }) } });
  for (let n = d.below(2); n > 0; n--) {
    const [from, to] = [d.pick(exchanges), d.pick(exchanges)];
    if (from !== to) links.push({ id: `b${links.length}`, kind: 'bind', from, to, config: { routingKey: d.pick(PATTERNS) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(producer(d, `p${i}`));
    links.push({
      id: `l${links.length}`,
      kind: 'publish',
      from: `p${i}`,
      to: d.pick([...exchanges, ...queues, ...supers, ...supers]),
      config: { ...writing(d), routingKey: d.pick([...KEYS, '{key}']), mandatory: d.chance(0.3), confirms: d.chance(0.8), persistent: d.chance(0.8), ...d.some({ expiration: [0.2, () => d.pick([0, 100, 900])], headers: [0.3, () => ({ tone: d.pick(['red', 'blue']) })] }), ...wire(d) },
    });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(queues), d.pick([...queues, ...supers, ...supers])]))
      links.push({
        id: `l${links.length}`,
        kind: 'consume',
        from,
        to: `c${i}`,
        config: {
          ...(supers.includes(from) || d.chance(0.1) || nodes.some((n) => n.id === from && n.config?.['x-queue-type'] === 'stream') ? reading(d) : {}),
          prefetch: d.pick([0, 1, 3, 20]),
          global: d.chance(0.2),
          ack: d.pick(['manual', 'manual', 'manual', 'auto']),
          ...d.some({ node: [0.3, () => d.between(1, 3)], 'x-priority': [0.2, () => d.below(5)], method: [0.15, () => 'basic.get'], interval: [0.1, () => '200ms'] }),
          ...wire(d),
        },
      });
  }
  const timeline = Array.from({ length: d.below(8) }, (_, i) => happening(d, i, { nodes, links, queues }));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, there: { readonly nodes: readonly ScenarioNode[]; readonly links: readonly ScenarioLink[]; readonly queues: readonly string[] }): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const of = (kind: string) => there.nodes.filter((n) => n.kind === kind);
  const link = d.pick(there.links.filter((l) => l.kind !== 'bind')).id;
  const [c, p] = [d.pick(of('consumer')).id, d.pick(of('producer')).id];
  const kind = d.below(COMMON + 7);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('purge', d.pick(there.queues));
    case 1:
      return entry('redrive', d.pick(there.queues), { count: d.between(1, 50) });
    case 2:
      return entry(d.pick(['stop-node', 'start-node']), 'rabbit/node-1');
    case 3:
      return entry(d.pick(['memory-alarm', 'memory-alarm-clears', 'disk-alarm', 'disk-alarm-clears']), 'rabbit');
    case 4:
      return d.chance(0.5) ? entry('set', d.pick(there.queues), { 'x-max-length': d.pick([null, 3]), 'x-queue-type': d.pick(['classic', 'quorum']), 'x-max-priority': null, 'x-overflow': null }) : entry('add-node', `extra${i}`, { kind: 'rabbitmq.queue', parent: 'rabbit' });
    case 5:
      return entry('lose-next-ack', `${c}/1`);
    default:
      return d.chance(0.5) ? entry('remove-link', link) : entry('remove-node', d.pick([...there.queues, c, p]));
  }
}
