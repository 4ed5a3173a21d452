/** Random but legal scenarios of queues and topics: topologies, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';
import { serverless } from './variety.ts';

function queue(d: Dice, id: string, fifo: boolean, names: readonly string[]): ScenarioNode {
  return {
    id,
    kind: 'sqs.queue',
    config: {
      ...(fifo ? { FifoQueue: true } : {}),
      ...d.some({
        VisibilityTimeout: [0.9, () => d.pick([1, 1, 2])],
        DelaySeconds: [0.2, () => d.pick([1, 2])],
        ReceiveMessageWaitTimeSeconds: [0.4, () => d.between(1, 3)],
        MaximumMessageSize: [0.1, () => 1024],
        deadLetterTargetArn: [0.5, () => d.pick([...names, 'nowhere'])],
        maxReceiveCount: [0.8, () => d.between(1, 3)],
        redrivePermission: [0.15, () => d.pick(['denyAll', 'byQueue'])],
        sourceQueueArns: [0.3, () => d.pick(names)],
        inFlight: [0.3, () => d.between(1, 20)],
        purgeTakes: [0.5, () => d.pick(['0s', '700ms'])],
        ...(fifo
          ? {
              ContentBasedDeduplication: [0.5, () => true] as const,
              DeduplicationScope: [0.4, () => 'messageGroup'] as const,
              FifoThroughputLimit: [0.2, () => 'perMessageGroupId'] as const,
              calls: [0.3, () => d.between(5, 40)] as const,
            }
          : { duplicates: [0.5, () => d.pick([0, 0.1, 0.5])] as const, reordering: [0.5, () => d.pick([0, 0.5])] as const, servers: [0.6, () => d.between(1, 5)] as const, asked: [0.5, () => d.between(1, 5)] as const }),
      }),
    },
  };
}
const letters = (d: Dice, fifo: boolean) =>
  d.some({
    MessageGroupId: [fifo ? 0.95 : 0.3, () => d.pick(['{key}', '{key}', 'all'])],
    MessageDeduplicationId: [fifo ? 0.7 : 0.05, () => d.pick(['{id}', '{key}'])],
    DelaySeconds: [fifo ? 0.05 : 0.2, () => d.between(0, 2)],
    MessageAttributes: [0.5, () => ({ customer: '{key}', size: 5 })],
    MessageBody: [0.3, () => '{"customer":"{key}"}'],
    batch: [0.3, () => d.between(1, 10)],
    linger: [0.5, () => d.pick(['0s', '150ms'])],
  });
const subscription = (d: Dice, names: readonly string[]) =>
  d.some({
    FilterPolicy: [0.4, () => d.pick(['{"customer":["A"]}', '{"customer":[{"anything-but":"A"}]}', '{nonsense'])],
    FilterPolicyScope: [0.3, () => 'MessageBody'],
    deadLetterTargetArn: [0.5, () => d.pick(names)],
  });
const reading = (d: Dice) =>
  d.some({
    MaxNumberOfMessages: [0.7, () => d.between(1, 10)],
    WaitTimeSeconds: [0.6, () => d.pick([0, 1, 20])],
    VisibilityTimeout: [0.3, () => d.pick([1, 3])],
    pause: [0.7, () => '200ms'],
    deletes: [0.2, () => 'before the work'],
    visibilityAfterFailure: [0.4, () => d.pick([0, 1])],
    heartbeat: [0.3, () => d.pick(['100ms', '900ms'])],
    heartbeatTo: [0.5, () => d.between(0, 2)],
  });
export function randomSqsScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [];
  const links: ScenarioLink[] = [];
  const names = Array.from({ length: d.between(1, 4) }, (_, i) => `q${i}`);
  const fifo = new Map(names.map((id) => [id, d.chance(0.4)]));
  for (const id of names) nodes.push(queue(d, id, fifo.get(id) === true, names));
  const topics = Array.from({ length: d.below(3) }, (_, i) => `t${i}`);
  for (const id of topics) {
    const isFifo = d.chance(0.4);
    fifo.set(id, isFifo);
    nodes.push({ id, kind: 'sqs.topic', config: isFifo ? { FifoTopic: true, ...d.some({ ContentBasedDeduplication: [0.5, () => true], FifoThroughputScope: [0.3, () => 'MessageGroup'], messagesPerSecond: [0.2, () => 20] }) } : d.some({ MaximumMessageSize: [0.1, () => 1024] }) });
    for (const to of new Set([d.pick(names), d.pick(names)])) if (isFifo || fifo.get(to) !== true) links.push({ id: `s${links.length}`, kind: 'subscribe', from: id, to, config: { ...subscription(d, names), ...d.some({ RawMessageDelivery: [0.5, () => true] }), ...wire(d) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    const made = producer(d, `p${i}`);
    nodes.push({ ...made, config: { ...made.config, size: d.pick([10, 1000, 70_000]) } });
    const to = d.pick([...names, ...topics]);
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to, config: { ...letters(d, fifo.get(to) === true), ...wire(d) } });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(names), d.pick(names)])) links.push({ id: `l${links.length}`, kind: 'consume', from, to: `c${i}`, config: { ...reading(d), ...wire(d) } });
    const topic = topics.find((t) => fifo.get(t) !== true);
    if (topic !== undefined && d.chance(0.6))
      links.push({
        id: `l${links.length}`,
        kind: 'notify',
        from: topic,
        to: `c${i}`,
        config: { ...subscription(d, names), ...d.some({ numRetries: [0.7, () => d.between(0, 5)], numNoDelayRetries: [0.3, () => 1], minDelayTarget: [0.8, () => 1], maxDelayTarget: [0.8, () => 2], backoffFunction: [0.5, () => 'exponential'] }), ...wire(d) },
      });
  }
  if (d.chance(0.5)) {
    nodes.push(serverless(d, 'fn'));
    links.push({
      id: `l${links.length}`,
      kind: 'trigger',
      from: d.pick(names),
      to: 'fn',
      config: { ...d.some({ BatchSize: [0.7, () => d.pick([1, 3, 10, 25])], MaximumBatchingWindowInSeconds: [0.4, () => 1], FunctionResponseTypes: [0.5, () => 'ReportBatchItemFailures'], MaximumConcurrency: [0.4, () => d.between(2, 8)] }), ...wire(d) },
    });
    const topic = topics.find((t) => fifo.get(t) !== true);
    if (topic !== undefined) links.push({ id: `l${links.length}`, kind: 'invoke', from: topic, to: 'fn', config: { ...subscription(d, names), ...d.some({ MaximumRetryAttempts: [0.6, () => d.between(0, 1)] }), ...wire(d) } });
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline }, { share: 0.4, duration: '3s', drain: '3s' });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 5000)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [q, c, p] = [one('sqs.queue'), one('consumer'), one('producer')];
  const link = d.pick(links).id;
  const kind = d.below(COMMON + 8);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', `${c}/1`);
    case 1:
    case 2:
      return entry('start-message-move-task', q, d.chance(0.5) ? { MaxNumberOfMessagesPerSecond: d.between(1, 30) } : {});
    case 3:
      return entry(d.pick(['purge-queue', 'purge-queue', 'cancel-message-move-task']), q);
    case 4:
      return entry('set', q, d.some({ VisibilityTimeout: [0.7, () => d.between(0, 2)], DelaySeconds: [0.3, () => d.between(0, 1)], servers: [0.3, () => d.between(1, 5)], maxReceiveCount: [0.3, () => 1] }));
    case 5:
      return entry('set', q, { name: d.pick(['other', null]) });
    case 6:
      return entry('set', q, { FifoQueue: d.chance(0.5) });
    default:
      return d.chance(0.5) ? entry('remove-link', link) : d.chance(0.5) ? entry('remove-node', d.pick([q, c, p, d.pick(nodes).id])) : entry('add-node', `extra${i}`, { kind: 'sqs.queue' });
  }
}
