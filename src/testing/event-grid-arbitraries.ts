/** Random but legal Event Grid scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const FILTERS = ['[{"operatorType": "NumberLessThan", "key": "data.seq", "value": 9}]', '[{"operatorType": "StringNotIn", "key": "data.key", "values": ["a"]}]', '[', ''];
const filter = (d: Dice) =>
  d.some({
    includedEventTypes: [0.2, () => d.pick(['order.placed', 'order.paid', 'All'])],
    subjectBeginsWith: [0.2, () => d.pick(['/orders', '/ORDERS/a'])],
    subjectEndsWith: [0.1, () => 'B'],
    isSubjectCaseSensitive: [0.2, () => true],
    advancedFilters: [0.3, () => d.pick(FILTERS)],
    enableAdvancedFilteringOnArrays: [0.1, () => true],
    deadLetterDestination: [0.5, () => d.pick(['dead', 'nowhere'])],
    deliveryLatency: [0.7, () => d.pick(['0us', '50ms', { uniform: { from: '0us', to: '400ms' } }])],
  });
const push = (d: Dice) =>
  d.some({
    endpointType: [0.2, () => 'AzureFunction'],
    eventDeliverySchema: [0.15, () => d.pick(['EventGridSchema', 'CloudEventSchemaV1_0'])],
    maxDeliveryAttempts: [0.4, () => d.between(1, 4)],
    eventTimeToLiveInMinutes: [0.2, () => 1],
    randomization: [0.5, () => d.pick([0, 0.8])],
    skippedRetries: [0.3, () => 0.5],
    lateAnswers: [0.5, () => d.pick([0, 1])],
    duplicates: [0.4, () => 0.2],
    failuresBeforeDelay: [0.6, () => d.between(1, 5)],
    maxEventsPerBatch: [0.4, () => d.between(1, 8)],
    preferredBatchSizeInKilobytes: [0.3, () => 1],
    expirationTimeUtc: [0.1, () => d.pick(['2s', '30s'])],
  });
const answers = (d: Dice) =>
  d.some({
    handshake: [0.15, () => d.pick(['validationUrl', 'none'])],
    failure: [0.5, () => d.pick(['503', '404', '408'])],
    rejection: [0.5, () => d.pick(['413', '401'])],
    busy: [0.5, () => '429'],
    backlog: [0.5, () => d.between(0, 3)],
  });
const pull = (d: Dice) =>
  d.some({
    maxEvents: [0.6, () => d.between(1, 10)],
    maxWaitTime: [0.5, () => 10],
    releaseDelayInSeconds: [0.5, () => d.pick(['0', '10'])],
    renewEvery: [0.4, () => d.pick(['1s', '20s'])],
  });

export function randomEventGridScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [{ id: 'dead', kind: 'event-grid.blob' }];
  const links: ScenarioLink[] = [];
  const link = (kind: string, from: string, to: string, config?: Record<string, unknown>) => void links.push({ id: `l${links.length}`, kind, from, to, ...(config ? { config } : {}) });
  const topics = Array.from({ length: d.between(1, 3) }, (_, i) => ({ id: `t${i}`, kind: d.pick(['topic', 'topic', 'domain', 'namespace-topic']) }));
  for (const { id, kind } of topics) nodes.push({ id, kind: `event-grid.${kind}`, config: kind === 'namespace-topic' ? d.some({ eventRetentionInDays: [0.3, () => 1] }) : d.some({ inputSchema: [0.3, () => 'CloudEventSchemaV1_0'], eventsPerSecond: [0.3, () => d.between(5, 30)] }) });
  const clients = Array.from({ length: d.between(1, 3) }, (_, i) => consumer(d, `c${i}`));
  nodes.push(...clients);
  const one = (items: readonly { readonly id: string }[]) => d.pick(items).id;
  for (let i = d.between(1, 4); i > 0; i--) {
    const topic = d.pick(topics);
    const isQueue = topic.kind === 'namespace-topic' && d.chance(0.7);
    const id = `s${i}`;
    nodes.push(isQueue ? { id, kind: 'event-grid.queue-subscription', config: { ...filter(d), ...d.some({ maxDeliveryCount: [0.5, () => d.between(1, 3)], eventTimeToLive: [0.3, () => d.pick(['PT1M', 'PT2M', 'P9D'])] }) } } : { id, kind: 'event-grid.subscription', config: { ...filter(d), ...push(d) } });
    link('subscribe', topic.id, id, topic.kind === 'domain' ? d.some({ topic: [0.5, () => d.pick(['A', 'B'])] }) : undefined);
    if (isQueue) link('consume', id, one(clients), { ...pull(d), ...wire(d) });
    else if (d.chance(0.95)) link('push', id, one(clients), { ...answers(d), ...wire(d) });
  }
  for (let i = d.between(1, 2); i > 0; i--) {
    const made = producer(d, `p${i}`);
    nodes.push({ ...made, config: { ...made.config, size: d.pick([10, 1000, 100_000]), limit: d.between(10, 150) } });
    const { id, kind } = d.pick(topics);
    link('publish', `p${i}`, id, { ...d.some({ type: [0.3, () => d.pick(['order.paid', ''])], data: [0.1, () => '{'] }), ...(kind === 'domain' ? d.some({ topic: [0.5, () => 'B'] }) : {}), ...wire(d) });
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const of = (...kinds: string[]) => d.pick(nodes.filter((n) => kinds.includes(n.kind))).id;
  const topic = of('event-grid.topic', 'event-grid.domain', 'event-grid.namespace-topic');
  const subscription = of('event-grid.subscription', 'event-grid.queue-subscription');
  const [c, p, link] = [of('consumer'), of('producer'), d.pick(links).id];
  const kind = d.below(COMMON + 7);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
      return entry(d.pick(['regenerate-key', 'hand-out-key', 'topic-unavailable', 'topic-available']), topic);
    case 2:
      return entry(d.pick(['validate', 'recreate']), subscription);
    case 3:
      return entry(d.pick(['storage-down', 'storage-up', 'rehydrate']), 'dead');
    case 4:
      return entry('set', subscription, { advancedFilters: d.pick(FILTERS), deadLetterDestination: d.pick(['dead', null]) });
    case 5:
      return entry('set', link, { latency: '5ms' });
    default:
      return d.chance(0.5) ? entry('remove-link', link) : d.chance(0.5) ? entry('remove-node', d.pick([topic, subscription, c, p, 'dead'])) : entry('add-node', `extra${i}`, { kind: 'event-grid.topic' });
  }
}
