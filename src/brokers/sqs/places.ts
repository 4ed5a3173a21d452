/** Where everything is in the document: nodes by the names that the services know, settings and ends of links. */
import type { ScenarioLink } from '../../scenario/document.ts';
import type { RoomHost, Topology } from '../contract.ts';
import { utf8Length } from '../../base/utf8.ts';
import { NOTHING, type Config, ownQueues, type Plan, planOf, type QueuePlan, render, type SubscriptionPlan, type TopicPlan } from './plan.ts';
import type { MessageAttributes } from './filter-policy.ts';
import type { Sent } from './message.ts';
import type { Geography } from './teller.ts';

export class Places implements Geography {
  plan: Plan = NOTHING;
  private told: Plan = NOTHING;
  private links = new Map<string, ScenarioLink>();
  private queues = new Map<string, QueuePlan>();
  private topics = new Map<string, TopicPlan>();
  private subscriptions = new Map<string, SubscriptionPlan>();
  private names = new Map<string, string>();
  private readonly host: RoomHost;
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.know(topology);
  }
  know(topology: Topology): void {
    this.plan = planOf(topology);
    this.links = new Map(topology.links.map((l) => [l.id, l]));
    this.index();
  }
  /** What the services were told of. */
  get applied(): Plan {
    return this.told;
  }
  set applied(plan: Plan) {
    this.told = plan;
    this.index();
  }
  private index(): void {
    this.queues = new Map(this.plan.queues.map((q) => [q.node, q]));
    this.topics = new Map(this.plan.topics.map((t) => [t.node, t]));
    this.subscriptions = new Map([...this.told.subscriptions, ...this.plan.subscriptions].map((s) => [s.link, s]));
    // Who owns a queue goes before who only names it.
    this.names = new Map([...ownQueues(this.plan), ...ownQueues(this.told)].map((q) => [q.name, q.node]));
  }
  queueNode(name: string): string {
    return this.names.get(name) ?? name;
  }
  pass(setting: string, node: string, message: number): void {
    this.host.pass(`${setting}:${node}`, message);
  }
  queueAt(node: string): QueuePlan | undefined {
    return this.queues.get(node);
  }
  topicAt(node: string): TopicPlan | undefined {
    return this.topics.get(node);
  }
  subscription(link: string): SubscriptionPlan | undefined {
    return this.subscriptions.get(link);
  }
  link(id: string): ScenarioLink | undefined {
    return this.links.get(id);
  }
  configOf(link: string): Config {
    return this.links.get(link)?.config ?? {};
  }
  /** A message as a publish link sends it: texts filled in. */
  compose(link: string, message: number): Sent {
    const config = this.configOf(link);
    const facts = { key: this.host.keyName(message), id: message, size: this.host.messages.size(message) };
    const text = (name: string): string | undefined => {
      const template = config[name];
      return typeof template === 'string' && template !== '' ? render(template, facts) : undefined;
    };
    // Without a text of its own every message has another body.
    const body = text('MessageBody') ?? JSON.stringify({ id: message, key: facts.key });
    const attributes: Record<string, MessageAttributes[string]> = {};
    for (const [name, value] of Object.entries((config['MessageAttributes'] ?? {}) as Config)) attributes[name] = typeof value === 'number' ? { Type: 'Number', Value: value } : { Type: 'String', Value: render(String(value), facts) };
    const delay = config['DelaySeconds'];
    return {
      ...{ message, body, attributes, size: Math.max(facts.size, config['MessageBody'] === undefined ? 1 : utf8Length(body)) },
      ...{ MessageGroupId: text('MessageGroupId'), MessageDeduplicationId: text('MessageDeduplicationId'), DelaySeconds: typeof delay === 'number' ? delay : undefined },
    };
  }
}
