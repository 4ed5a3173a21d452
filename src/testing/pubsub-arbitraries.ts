/** Random but legal Pub/Sub scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const subscription = (d: Dice, topics: readonly string[]) =>
  d.some({
    deliveryType: [0.3, () => 'Push'],
    enableMessageOrdering: [0.5, () => true],
    enableExactlyOnceDelivery: [0.3, () => true],
    filter: [0.3, () => d.pick(['attributes:key', 'attributes.key = "A"', 'NOT hasPrefix(attributes.key, "A")', 'nonsense'])],
    minimumBackoff: [0.3, () => d.pick(['0s', '100ms', '700ms'])],
    maximumBackoff: [0.2, () => d.pick(['50ms', '2s'])],
    deadLetterTopic: [0.5, () => d.pick([...topics, 'nowhere'])],
    mayForward: [0.1, () => false],
    retainAckedMessages: [0.4, () => true],
    ackLost: [0.4, () => 0.3],
    lateAck: [0.4, () => d.pick([0, 1])],
    uncounted: [0.3, () => 0.5],
    overtaken: [0.5, () => 0.4],
    sticky: [0.4, () => d.pick([0, 1])],
    name: [0.1, () => 'same'],
  });
export function randomPubSubScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [];
  const links: ScenarioLink[] = [];
  const topics = Array.from({ length: d.between(1, 3) }, (_, i) => `t${i}`);
  for (const id of topics) nodes.push({ id, kind: 'google-pubsub.topic', config: d.some({ messageRetentionDuration: [0.3, () => '10min'], throughput: [0.15, () => d.pick([3000, 50_000])], name: [0.05, () => 'same'] }) });
  const subscriptions = Array.from({ length: d.between(1, 4) }, (_, i) => `s${i}`);
  for (const id of subscriptions) {
    nodes.push({ id, kind: 'google-pubsub.subscription', config: subscription(d, topics) });
    links.push({ id: `a${id}`, kind: 'attach', from: d.pick(topics), to: id });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    const made = producer(d, `p${i}`);
    nodes.push({ ...made, config: { ...made.config, size: d.pick([0, 10, 1000]) } });
    const config = d.some({
      orderingKey: [0.6, () => d.pick(['{key}', 'one'])],
      EnableMessageOrdering: [0.1, () => false],
      attributes: [0.5, () => ({ key: '{key}' })],
      resumePublish: [0.5, () => 'on failure'],
      CountThreshold: [0.5, () => d.between(1, 5)],
      ByteThreshold: [0.2, () => 1500],
      DelayThreshold: [0.5, () => d.pick(['0s', '100ms'])],
      LimitExceededBehavior: [0.4, () => d.pick(['Block', 'SignalError'])],
      MaxOutstandingMessages: [0.6, () => d.between(1, 5)],
      MaxOutstandingBytes: [0.3, () => 1500],
      Timeout: [0.4, () => '300ms'],
    });
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to: d.pick(topics), config: { ...config, ...wire(d) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    const made = consumer(d, `c${i}`);
    // Deadlines are ten seconds at least: only work that takes longer meets them.
    nodes.push({ ...made, config: { ...made.config, ...(d.chance(0.4) ? { serviceTime: d.pick(['11s', { uniform: { from: '1s', to: '15s' } }]) } : {}) } });
    for (const from of new Set([d.pick(subscriptions), d.pick(subscriptions)])) {
      const config = d.some({
        method: [0.4, () => 'Pull'],
        maxMessages: [0.5, () => d.between(1, 20)],
        MaxOutstandingMessages: [0.6, () => d.between(1, 8)],
        MaxOutstandingBytes: [0.2, () => 1500],
        streamAckDeadlineSeconds: [0.2, () => 12],
        MaxExtension: [0.6, () => d.pick(['0s', '8s'])],
        firstWindow: [0.3, () => 1],
        whenBusy: [0.4, () => '429'],
      });
      links.push({ id: `l${links.length}`, kind: 'consume', from, to: `c${i}`, config: { ...config, ...wire(d) } });
    }
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links, topics));
  return seeded(d, seed, { nodes, links, timeline }, { share: 0.3, duration: '15s', drain: '5s' });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[], topics: readonly string[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 20_000)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [topic, sub, c, p] = [one('google-pubsub.topic'), one('google-pubsub.subscription'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  const kind = d.below(COMMON + 10);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
      return entry('seek-to-time', sub, { ago: d.pick(['0s', '1s', '15s']) });
    case 2:
      return entry(d.pick(['purge-subscription', 'detach-subscription']), sub);
    case 3:
      return entry('create-snapshot', sub);
    case 4:
      return entry('seek-to-snapshot', sub);
    case 5:
      return entry('pubsub-outage', topic);
    case 6:
      return entry('pubsub-recovers', topic);
    case 7:
      return entry('resume-publish', link);
    case 8:
      return d.chance(0.5) ? entry('set', sub, { ...subscription(d, topics), name: d.pick(['other', null]) }) : entry('set', link, { MaxOutstandingMessages: d.between(1, 5) });
    default:
      return d.chance(0.4) ? entry('remove-link', link) : d.chance(0.6) ? entry('remove-node', d.pick([topic, sub, c, p])) : entry('add-node', `extra${i}`, { kind: 'google-pubsub.topic' });
  }
}
