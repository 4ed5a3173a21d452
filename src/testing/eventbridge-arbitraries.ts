/** Random but legal EventBridge scenarios: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';
import { serverless } from './variety.ts';

const PATTERNS = ['{"source":[{"prefix":""}]}', '{"detail":{"key":["A","B"]}}', '{"detail":{"seq":[{"numeric":[">",5]}]}}', '{"detail":{"key":[{"anything-but":"A"}]}}', '{"replay-name":[{"exists":false}]}', '{"replay-name":[{"exists":true}]}', '{"detail":{', '{"$or":[{"source":["shop"]},{"detail-type":["x"]}]}'];
const DETAILS = ['{"key":"{key}"}', '{"key":"{key}","seq":{seq}}', '{"key":{key}}'];

const bus = (d: Dice, id: string): ScenarioNode => ({
  id,
  kind: 'eventbridge.bus',
  config: d.some({
    putEventsLimit: [0.3, () => d.between(5, 40)],
    invocationsLimit: [0.3, () => d.between(10, 200)],
    rulesPerBus: [0.1, () => 1],
    entrySize: [0.2, () => d.pick([400, 3000])],
    entryFailures: [0.3, () => d.pick([0.1, 0.5])],
    deliveryLatency: [0.8, () => d.pick(['50ms', '0us', { exponential: { mean: '200ms' } }])],
    duplicates: [0.6, () => d.pick([0, 0.2, 1])],
    retryBase: [0.7, () => d.pick(['10ms', '200ms'])],
    retryMax: [0.5, () => d.pick(['50ms', '1s'])],
    propagation: [0.5, () => d.pick(['0us', '500ms'])],
  }),
});
export function randomEventBridgeScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const ids = (name: string, least: number, most: number) => Array.from({ length: d.between(least, most) }, (_, i) => `${name}${i}`);
  const [buses, rules, archives, queues] = [ids('bus', 1, 2), ids('rule', 1, 4), ids('archive', 1, 2), ids('dead', 1, 2)];
  const [producers, consumers, lambdas] = [ids('p', 1, 2), ids('c', 1, 3), ids('f', 0, 2)];
  const nodes: ScenarioNode[] = buses.map((id) => bus(d, id));
  const links: ScenarioLink[] = [];
  const link = (kind: string, from: string, to: string, config: Record<string, unknown> = {}) => links.push({ id: `l${links.length}`, kind, from, to, config });
  for (const id of producers) {
    nodes.push(producer(d, id));
    const config = d.some({ Detail: [0.7, () => d.pick(DETAILS)], Source: [0.2, () => d.pick(['aws.ec2', 'till'])], Entries: [0.5, () => d.between(1, 10)], linger: [0.5, () => d.pick(['0us', '300ms'])], maxAttempts: [0.5, () => d.between(1, 4)] });
    link('publish', id, d.pick(buses), { ...config, ...wire(d) });
  }
  for (const id of consumers) nodes.push(consumer(d, id));
  for (const id of lambdas) nodes.push(serverless(d, id));
  for (const id of queues) nodes.push({ id, kind: 'eventbridge.dead-letter-queue', config: d.some({ VisibilityTimeout: [0.7, () => d.between(0, 2)], permission: [0.2, () => false] }) });
  for (const id of rules) {
    nodes.push({ id, kind: 'eventbridge.rule', config: d.some({ EventPattern: [0.8, () => d.pick(PATTERNS)], State: [0.1, () => 'DISABLED'], DeadLetterConfig: [0.6, () => d.pick(queues)] }) });
    link('rule', d.pick(buses), id);
    const more = () => d.some({ permission: [0.1, () => false], InputTemplate: [0.2, () => d.pick(['{"a":<k>}', '"<k>"'])], InputPathsMap: [0.7, () => '{"k":"$.detail.key"}'] });
    for (const to of new Set([d.pick(consumers), d.pick(consumers)])) {
      link('api-destination', id, to, { ...d.some({ MaximumRetryAttempts: [0.7, () => d.between(0, 4)], InvocationRateLimitPerSecond: [0.4, () => d.between(1, 40)], backlog: [0.7, () => d.between(0, 5)] }), ...more(), ...wire(d) });
    }
    for (const to of lambdas) if (d.chance(0.6)) link('lambda', id, to, { ...d.some({ functionRetryAttempts: [0.7, () => d.between(0, 2)], OnFailure: [0.5, () => d.pick(queues)] }), ...more(), ...wire(d) });
    if (d.chance(0.3)) link('event-bus', id, d.pick(buses), d.some({ permission: [0.1, () => false] }));
  }
  for (const id of archives) {
    nodes.push({ id, kind: 'eventbridge.archive', config: { lag: d.pick(['0us', '300ms', { uniform: { from: '0us', to: '2s' } }]), ...d.some({ EventPattern: [0.4, () => d.pick(PATTERNS)], replayRate: [0.5, () => d.pick([5, 1000])] }) } });
    link('archive', d.pick(buses), id);
  }
  for (const id of queues) if (d.chance(0.6)) link('consume', id, d.pick(consumers), { ...d.some({ MaxNumberOfMessages: [0.5, () => d.between(1, 10)] }), ...wire(d) });
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [bus, rule, archive, queue, c, p] = [one('eventbridge.bus'), one('eventbridge.rule'), one('eventbridge.archive'), one('eventbridge.dead-letter-queue'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  const kind = d.below(COMMON + 11);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
    case 2:
      return entry('start-replay', archive, d.some({ FilterArns: [0.3, () => rule], EventEndTime: [0.5, () => `${d.between(1, 4)}s`] }));
    case 3:
      return entry('cancel-replay', archive);
    case 4:
      return entry(d.pick(['disable-rule', 'enable-rule']), rule);
    case 5:
    case 6:
      return entry(d.pick(['put-events-again', 'put-events-again', 'purge-dead-letters']), queue);
    case 7:
      return entry('set', rule, { EventPattern: d.pick(PATTERNS) });
    case 8:
      return d.chance(0.5) ? entry('set', bus, { deliveryLatency: '10ms' }) : entry('set', queue, { permission: d.chance(0.5) });
    case 9:
      return entry('remove-link', link);
    default:
      return d.chance(0.6) ? entry('remove-node', d.pick([bus, rule, archive, queue, c, p])) : entry('add-node', `extra${i}`, { kind: 'eventbridge.rule' });
  }
}
