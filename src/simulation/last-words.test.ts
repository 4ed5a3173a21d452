/** What a process has written before it dies is on its way all the same: every broker hears it. */
import { describe, expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import type { Kind } from '../history/entries.ts';
import type { Scenario, ScenarioLink, ScenarioNode } from '../scenario/document.ts';
import { familyOf } from '../scenario/document.ts';
import { runTwice } from '../testing/run-twice.ts';

await loadRooms();
const FAR = { latency: '50ms' };
interface Way {
  readonly nodes: readonly ScenarioNode[];
  /** From the producer to the broker, within it, from it to the consumer. */
  readonly links: readonly ScenarioLink[];
}
const wire = (kind: string, from: string, to: string, config: ScenarioLink['config'] = FAR): ScenarioLink => ({ id: `${from}-${to}`, kind, from, to, config });
const WAYS: Readonly<Record<string, Way>> = {
  RabbitMQ: {
    nodes: [
      { id: 'cluster', kind: 'rabbitmq.cluster' },
      { id: 'queue', kind: 'rabbitmq.queue', parent: 'cluster' },
    ],
    links: [wire('publish', 'shop', 'queue'), wire('consume', 'queue', 'pay')],
  },
  'RabbitMQ basic.get': {
    nodes: [
      { id: 'cluster', kind: 'rabbitmq.cluster' },
      { id: 'queue', kind: 'rabbitmq.queue', parent: 'cluster' },
    ],
    links: [wire('publish', 'shop', 'queue'), wire('consume', 'queue', 'pay', { ...FAR, method: 'basic.get' })],
  },
  'a Kafka share group': {
    nodes: [
      { id: 'cluster', kind: 'kafka.cluster' },
      { id: 'topic', kind: 'kafka.topic', parent: 'cluster', config: { partitions: 1 } },
    ],
    links: [wire('publish', 'shop', 'topic'), wire('consume', 'topic', 'pay', { ...FAR, 'group.id': 'pay', 'group.protocol': 'share', 'share.auto.offset.reset': 'earliest' })],
  },
  'Redis Streams': {
    nodes: [
      { id: 'server', kind: 'redis-streams.server' },
      { id: 'stream', kind: 'redis-streams.stream', parent: 'server' },
      { id: 'group', kind: 'redis-streams.group', parent: 'server' },
    ],
    links: [wire('publish', 'shop', 'stream'), wire('read', 'stream', 'group', {}), wire('consume', 'group', 'pay')],
  },
  NATS: {
    nodes: [
      { id: 'cluster', kind: 'nats.cluster' },
      { id: 'stream', kind: 'nats.stream', parent: 'cluster' },
      { id: 'durable', kind: 'nats.consumer', parent: 'cluster' },
    ],
    links: [wire('publish', 'shop', 'stream'), wire('filter', 'stream', 'durable', {}), wire('consume', 'durable', 'pay')],
  },
  Pulsar: {
    nodes: [
      { id: 'cluster', kind: 'pulsar.cluster' },
      { id: 'topic', kind: 'pulsar.topic', parent: 'cluster' },
    ],
    links: [wire('publish', 'shop', 'topic'), wire('consume', 'topic', 'pay', { ...FAR, subscriptionType: 'Shared', acknowledgementsGroupTimeMicros: 0 })],
  },
  SQS: { nodes: [{ id: 'queue', kind: 'sqs.queue', config: { VisibilityTimeout: 2 } }], links: [wire('publish', 'shop', 'queue'), wire('consume', 'queue', 'pay')] },
  'Pub/Sub': {
    nodes: [
      { id: 'topic', kind: 'google-pubsub.topic' },
      { id: 'subscription', kind: 'google-pubsub.subscription' },
    ],
    links: [wire('publish', 'shop', 'topic'), wire('attach', 'topic', 'subscription', {}), wire('consume', 'subscription', 'pay')],
  },
  'Event Grid': {
    nodes: [
      { id: 'topic', kind: 'event-grid.namespace-topic' },
      { id: 'subscription', kind: 'event-grid.queue-subscription' },
    ],
    links: [wire('publish', 'shop', 'topic'), wire('subscribe', 'topic', 'subscription', {}), wire('consume', 'subscription', 'pay')],
  },
};
describe('an acknowledgement that was sent just before the crash reaches', () => {
  it.each(Object.entries(WAYS))('%s', async (_name, { nodes, links }) => {
    const scenario: Scenario = {
      version: 1,
      title: 'last words',
      seed: 1,
      nodes: [{ id: 'shop', kind: 'producer', config: { rate: 1, limit: 1 } }, ...nodes, { id: 'pay', kind: 'consumer', config: { serviceTime: '20ms', restartAfter: '200ms' } }],
      links,
      timeline: [{ at: '0s', by: 'author', do: 'crash-after-settle', on: 'pay/1' }],
    };
    const { simulation, judge } = runTwice(scenario, await loadModels(nodes.map((n) => familyOf(n.kind))), catalog, 70e6);
    const { history } = simulation;
    const of = (kind: Kind) => Array.from({ length: history.length }, (_, id) => history.entry(id)).filter((e) => e.kind === kind);
    const [crash] = of('crashed');
    expect(of('effect')).toHaveLength(1);
    expect(of('settled')).toHaveLength(1);
    expect(of('settled')[0]?.time).toBeGreaterThan(crash?.time ?? Infinity);
    expect(judge.findings.filter((f) => f.check === 'no-loss' || f.check === 'effect-once')).toEqual([]);
  });
});
