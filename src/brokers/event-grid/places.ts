/** What the document says of the service and of its wires. */
import { micros } from '../../base/time.ts';
import { keyName } from '../../history/messages.ts';
import type { Refusal, RoomHost, Topology } from '../contract.ts';
import { errors } from './errors.ts';
import { eventOf, fillIn, isJson } from './event.ts';
import { type Config, type Plan, plan } from './plan.ts';
import type { Posted } from './server.ts';
import type { Answering, Pulling } from './sessions.ts';

const number = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
/** Of settings that are a choice of numbers. */
const status = (value: unknown, fallback: number): number => (typeof value === 'string' ? Number(value) : fallback);

export class Places {
  plan: Plan = { topics: [], subscriptions: [], containers: [], publishing: {} };
  /** Id of the room itself. */
  room = '';
  private links = new Map<string, { readonly kind: string; readonly from: string; readonly to: string; readonly config: Config }>();
  private nodes = new Set<string>();
  know(topology: Topology): void {
    this.room = topology.cluster.id;
    this.plan = plan(topology);
    this.links = new Map(topology.links.map(({ id, kind, from, to, config = {} }) => [id, { kind, from, to, config }]));
    this.nodes = new Set(topology.nodes.map(({ id }) => id));
  }
  has(node: string): boolean {
    return this.nodes.has(node);
  }
  /** The subscription that a push or pull wire leads from. */
  subscriptionOf(link: string): string {
    return this.links.get(link)?.from ?? '';
  }
  isPull(link: string): boolean {
    return this.links.get(link)?.kind === 'consume';
  }
  topicOf(link: string): string | undefined {
    return this.plan.publishing[link]?.node;
  }
  handshakeOf(link: string): unknown {
    return this.config(link)['handshake'];
  }
  answering(link: string): Answering {
    const config = this.config(link);
    return { failure: status(config['failure'], 500), rejection: status(config['rejection'], 400), busy: status(config['busy'], 503), backlog: number(config['backlog'], 100) };
  }
  pulling(link: string): Pulling & { readonly maxEvents: number; readonly maxWaitTime: number; readonly releaseDelay: number } {
    const config = this.config(link);
    const renew = config['renewEvery'];
    return {
      renewEvery: typeof renew === 'string' ? micros(renew) : undefined,
      maxEvents: number(config['maxEvents'], 1),
      maxWaitTime: number(config['maxWaitTime'], 60) * 1_000_000,
      releaseDelay: status(config['releaseDelayInSeconds'], 0) * 1_000_000,
    };
  }
  /** A message as an event, as its publish wire writes it. */
  event(link: string, message: number, { messages }: RoomHost): Posted | Refusal {
    const envelope = this.plan.publishing[link];
    if (envelope === undefined) return errors.notFound();
    if (!isJson(envelope.data)) return errors.badEvent('data is not JSON');
    const facts = { id: String(message), key: keyName(messages.key(message)), seq: messages.seq(message), producer: this.links.get(link)?.from ?? '' };
    const topic = this.plan.topics.find(({ node }) => node === envelope.node);
    const domainTopic = fillIn(envelope.topic, facts);
    if (topic?.kind === 'domain' && domainTopic === '') return errors.badEvent('topic is missing');
    const view = eventOf(envelope, facts, topic?.schema ?? 'EventGridSchema', domainTopic === '' ? envelope.node : domainTopic);
    return 'refused' in view ? view : { message, bytes: messages.size(message), origin: link, view, domainTopic };
  }
  private config(link: string): Config {
    return this.links.get(link)?.config ?? {};
  }
}
