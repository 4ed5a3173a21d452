/** From the nodes and links of a document to what an administrator creates: queues, topics and subscriptions. */
import { micros } from '../../base/time.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';
import { type Attributes, type Conduct, DEFAULTS, POLITE } from './attributes.ts';
import type { Protocol, SubscriptionAttributes, TopicAttributes } from './sns.ts';
import { TOPIC_DEFAULTS } from './sns.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface QueuePlan {
  readonly node: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly conduct: Conduct;
}
export interface TopicPlan {
  readonly node: string;
  readonly name: string;
  readonly attributes: TopicAttributes;
}
export interface SubscriptionPlan {
  readonly link: string;
  readonly topic: string;
  readonly topicNode: string;
  /** The node at its other end. */
  readonly target: string;
  readonly protocol: Protocol;
  /** Name of the queue it delivers to. */
  readonly queue: string | undefined;
  readonly attributes: Partial<SubscriptionAttributes>;
  readonly deadLetterQueue: string | undefined;
}
export interface Plan {
  readonly queues: readonly QueuePlan[];
  readonly topics: readonly TopicPlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
}
export const NOTHING: Plan = { queues: [], topics: [], subscriptions: [] };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const isFifo = ({ config = {} }: ScenarioNode): boolean => config['FifoQueue'] === true || config['FifoTopic'] === true;
/** The name that is given, or the id; those of FIFO queues and topics end in .fifo. */
export function nameOf(node: ScenarioNode): string {
  const name = textOf(node.config?.['name']) ?? node.id;
  return isFifo(node) && !name.endsWith('.fifo') ? `${name}.fifo` : name;
}
/** What is in `config` of the names in `defaults`. */
function pick<T extends object>(defaults: T, config: Config): T {
  const given = Object.entries(defaults).flatMap(([name, fallback]) => (typeof config[name] === typeof fallback ? [[name, config[name]]] : []));
  return { ...defaults, ...(Object.fromEntries(given) as Partial<T>) };
}
const PROTOCOLS: Readonly<Record<string, Protocol>> = { subscribe: 'sqs', notify: 'https', invoke: 'lambda' };

export function planOf({ nodes, links }: Topology): Plan {
  const queueNodes = nodes.filter((n) => n.kind === 'sqs.queue');
  /** A queue by the name that is written in a setting, with or without its suffix. */
  const resolve = (name: unknown): string | undefined => {
    const text = textOf(name);
    const found = text === undefined ? undefined : queueNodes.find((n) => nameOf(n) === text || (textOf(n.config?.['name']) ?? n.id) === text);
    return found ? nameOf(found) : text;
  };
  const queue = (node: ScenarioNode): QueuePlan => {
    const { config = {} } = node;
    const deadLetterTargetArn = resolve(config['deadLetterTargetArn']);
    const permission = config['redrivePermission'];
    const sources = String(config['sourceQueueArns'] ?? '')
      .split(',')
      .flatMap((one) => resolve(one.trim()) ?? []);
    return {
      node: node.id,
      name: nameOf(node),
      attributes: {
        ...pick(DEFAULTS, config),
        RedrivePolicy: deadLetterTargetArn === undefined ? null : { deadLetterTargetArn, maxReceiveCount: Number(config['maxReceiveCount'] ?? 10) },
        RedriveAllowPolicy: { redrivePermission: permission === 'denyAll' || permission === 'byQueue' ? permission : 'allowAll', sourceQueueArns: permission === 'byQueue' ? sources : [] },
      },
      conduct: { ...pick(POLITE, config), purgeTakes: micros(String(config['purgeTakes'] ?? '0s')) },
    };
  };
  const subscription = (link: ScenarioLink): SubscriptionPlan[] => {
    const topic = nodes.find((n) => n.id === link.from && n.kind === 'sqs.topic');
    const protocol = PROTOCOLS[link.kind];
    if (topic === undefined || protocol === undefined) return [];
    const { config = {} } = link;
    const target = queueNodes.find((n) => n.id === link.to);
    const attributes: Partial<SubscriptionAttributes> = { FilterPolicy: textOf(config['FilterPolicy']) ?? '', FilterPolicyScope: textOf(config['FilterPolicyScope']) ?? 'MessageAttributes', RawMessageDelivery: config['RawMessageDelivery'] === true };
    return [{ link: link.id, topic: nameOf(topic), topicNode: topic.id, target: link.to, protocol, queue: target ? nameOf(target) : undefined, attributes, deadLetterQueue: resolve(config['deadLetterTargetArn']) }];
  };
  return {
    queues: queueNodes.map(queue),
    topics: nodes.filter((n) => n.kind === 'sqs.topic').map((n) => ({ node: n.id, name: nameOf(n), attributes: pick(TOPIC_DEFAULTS, n.config ?? {}) })),
    subscriptions: links.flatMap(subscription),
  };
}
/** Of nodes of one name the one that has it already goes first, else the first in the document: a queue has one owner, and goes when its owner does. */
export function ownersFirst(before: Plan, plan: Plan): Plan {
  const had = new Set(ownQueues(before).map(({ node, name }) => `${node} ${name}`));
  const owns = ({ node, name }: QueuePlan): boolean => had.has(`${node} ${name}`);
  return { ...plan, queues: [...plan.queues.filter(owns), ...plan.queues.filter((one) => !owns(one))] };
}
/** The queues, each by its owner. */
export function ownQueues({ queues }: Plan): readonly QueuePlan[] {
  const first = new Map<string, QueuePlan>();
  for (const one of queues) if (!first.has(one.name)) first.set(one.name, one);
  return [...first.values()];
}
/** A text with {key}, {id}, {size} of a message in it. */
export function render(template: string, { key, id, size }: { readonly key: string; readonly id: number; readonly size: number }): string {
  return template.replaceAll('{key}', key).replaceAll('{id}', String(id)).replaceAll('{size}', String(size));
}
