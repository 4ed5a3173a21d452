/** What the document says of a cluster's entities, in the broker's terms. */
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';
import { queueType } from './arguments.ts';
import { knowsKey } from './capabilities.ts';
import type { Table } from './events.ts';
import type { QueueType } from './model.ts';
import { partitionName, partitionsOf, SUPER_STREAM } from './super-stream.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface QueuePlan {
  readonly node: string;
  /** Of a super stream; absent outside of one. */
  readonly partition?: number;
  readonly name: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Table;
  /** What may change while it lives; set by policy, as RabbitMQ's documentation advises (https://www.rabbitmq.com/docs/parameters#why). */
  readonly policy: Table;
}
export interface ExchangePlan {
  readonly node: string;
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Table;
  readonly policy: Table;
}
export interface BindingPlan {
  readonly link: string;
  readonly source: string;
  readonly destination: string;
  readonly toKind: 'queue' | 'exchange';
  readonly routingKey: string;
  readonly arguments: Table;
}
export interface EntityPlan {
  readonly queues: readonly QueuePlan[];
  readonly exchanges: readonly ExchangePlan[];
  readonly bindings: readonly BindingPlan[];
}
export const isStreamPlan = (queue: QueuePlan): boolean => queue.arguments['x-queue-type'] === 'stream';
/** What a connection declares for itself alone. */
export interface Owned {
  readonly queue: QueuePlan;
  readonly bindings: readonly BindingPlan[];
}
/** The exclusive queue at a node, with its bindings: the connection that consumes declares them (https://www.rabbitmq.com/docs/queues#exclusive-queues). */
export function ownedBy({ queues, bindings }: EntityPlan, node: string): Owned | undefined {
  const queue = queues.find((q) => q.node === node && q.exclusive);
  return queue && { queue, bindings: bindings.filter((b) => b.toKind === 'queue' && b.destination === queue.name) };
}
/** What an administrator declares: all that is not exclusive. */
export function shared({ queues, exchanges, bindings }: EntityPlan): EntityPlan {
  const owned = new Set(queues.filter((q) => q.exclusive).map((q) => q.name));
  return { exchanges, queues: queues.filter((q) => !q.exclusive), bindings: bindings.filter((b) => b.toKind === 'exchange' || !owned.has(b.destination)) };
}
/** Optional arguments that a policy can set, by the policy's key. */
export const POLICY_KEYS: Readonly<Record<string, string>> = {
  'x-message-ttl': 'message-ttl',
  'x-expires': 'expires',
  'x-max-length': 'max-length',
  'x-max-length-bytes': 'max-length-bytes',
  'x-overflow': 'overflow',
  'x-dead-letter-exchange': 'dead-letter-exchange',
  'x-dead-letter-routing-key': 'dead-letter-routing-key',
  'x-dead-letter-strategy': 'dead-letter-strategy',
  'x-delivery-limit': 'delivery-limit',
  'x-max-age': 'max-age',
  'x-stream-max-segment-size-bytes': 'stream-max-segment-size-bytes',
};
const ARGUMENT_KEYS = ['x-queue-type', 'x-max-priority', 'x-stream-filter-size-bytes', 'x-single-active-consumer', 'x-initial-cluster-size', 'x-queue-leader-locator'];

const policyKeys = (type: QueueType) => Object.fromEntries(Object.entries(POLICY_KEYS).filter(([, key]) => knowsKey(type, key)));

export function nameOf(node: ScenarioNode): string {
  const name = node.config?.['name'];
  return typeof name === 'string' && name !== '' ? name : node.id;
}
const flag = (config: Config, name: string, fallback: boolean) => (typeof config[name] === 'boolean' ? (config[name] as boolean) : fallback);

export function plan({ nodes, links }: Topology): EntityPlan {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const queues: QueuePlan[] = [];
  const exchanges: ExchangePlan[] = [];
  const bindings = links.flatMap((l) => binding(l, byId));
  for (const node of nodes) {
    const config = node.config ?? {};
    if (node.kind === SUPER_STREAM) {
      const made = superStream(node, config);
      queues.push(...made.queues);
      exchanges.push(...made.exchanges);
      bindings.push(...made.bindings);
    }
    if (node.kind === 'rabbitmq.queue') {
      queues.push({
        node: node.id,
        name: nameOf(node),
        durable: flag(config, 'durable', true),
        exclusive: flag(config, 'exclusive', false),
        autoDelete: flag(config, 'auto-delete', false),
        arguments: pick(config, Object.fromEntries(ARGUMENT_KEYS.map((k) => [k, k]))),
        policy: pick(config, policyKeys(queueType(config as Table))),
      });
    } else if (node.kind === 'rabbitmq.exchange') {
      const type = typeof config['type'] === 'string' ? config['type'] : 'direct';
      exchanges.push({
        node: node.id,
        name: nameOf(node),
        type,
        durable: flag(config, 'durable', true),
        autoDelete: flag(config, 'auto-delete', false),
        internal: flag(config, 'internal', false),
        arguments: pick(config, { 'hash-header': 'hash-header', 'hash-property': 'hash-property' }),
        policy: pick(config, { 'alternate-exchange': 'alternate-exchange' }),
      });
    }
  }
  return { queues, exchanges, bindings };
}
/** What `rabbitmq-streams add_super_stream` makes: a direct exchange, and streams that are bound with their numbers. */
function superStream(node: ScenarioNode, config: Config): EntityPlan {
  const name = nameOf(node);
  const partitions = Array.from({ length: partitionsOf(node) }, (_, partition) => ({ partition, queue: partitionName(name, partition) }));
  const plain = { durable: true, autoDelete: false };
  const table = { 'x-queue-type': 'stream', ...pick(config, { 'x-stream-filter-size-bytes': 'x-stream-filter-size-bytes', 'x-initial-cluster-size': 'x-initial-cluster-size' }) };
  return {
    queues: partitions.map(({ partition, queue }) => ({ node: node.id, partition, name: queue, ...plain, exclusive: false, arguments: table, policy: pick(config, policyKeys('stream')) })),
    exchanges: [{ node: node.id, name, type: 'direct', ...plain, internal: false, arguments: { 'x-super-stream': true }, policy: {} }],
    bindings: partitions.map(({ partition, queue }) => ({ link: node.id, source: name, destination: queue, toKind: 'queue' as const, routingKey: String(partition), arguments: { 'x-stream-partition-order': partition } })),
  };
}
function binding(link: ScenarioLink, byId: ReadonlyMap<string, ScenarioNode>): BindingPlan[] {
  const from = byId.get(link.from);
  const to = byId.get(link.to);
  if (link.kind !== 'bind' || !from || !to) return [];
  const config = link.config ?? {};
  return [
    {
      link: link.id,
      source: nameOf(from),
      destination: nameOf(to),
      toKind: to.kind === 'rabbitmq.queue' ? 'queue' : 'exchange',
      routingKey: typeof config['routingKey'] === 'string' ? config['routingKey'] : '',
      arguments: (config['arguments'] ?? {}) as Table,
    },
  ];
}
function pick(config: Config, names: Readonly<Record<string, string>>): Table {
  const out: Record<string, string | number | boolean> = {};
  for (const [from, to] of Object.entries(names)) {
    const value = config[from];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      if (value !== '' && value !== false) out[to] = value;
    }
  }
  return out;
}
