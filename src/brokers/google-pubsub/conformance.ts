/** Documented cases, run against the service. The shapes are those of conformance/FORMAT.md. */
import { VirtualClock } from '../virtual-clock.ts';
import type { Refusal } from '../contract.ts';
import { isRefusal } from './errors.ts';
import { ackIdOf } from './leases.ts';
import type { SubscriptionConfig } from './model.ts';
import type { Published } from './publishing.ts';
import { PubSubServer } from './server.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Shown = Record<string, Json>;
type Operation = { readonly op: string; readonly [argument: string]: Json };
interface Example {
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
type Table = { readonly [name: string]: Json };

const OPERATIONS = ['topic', 'deleteTopic', 'subscription', 'updateSubscription', 'detach', 'publish', 'pull', 'ack', 'modify', 'endpoint', 'respond', 'snapshot', 'seek', 'advance'];
const text = (value: Json | undefined, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const number = (value: Json | undefined, fallback: number): number => (typeof value === 'number' ? value : fallback);
const table = (value: Json | undefined): Table => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {});
const refused = (answer: Refusal | undefined): Json => (answer === undefined ? null : { error: answer.name });

function configOf(name: string, topic: string, config: Table): SubscriptionConfig {
  const seconds = (of: Json | undefined) => number(of, 0) * 1e6;
  const [retry, dead] = [table(config['retryPolicy']), table(config['deadLetterPolicy'])];
  return {
    ...{ name, topic, push: config['push'] === true, filter: text(config['filter']) },
    ackDeadline: number(config['ackDeadlineSeconds'], 10) * 1e6,
    ordering: config['enableMessageOrdering'] === true,
    exactlyOnce: config['enableExactlyOnceDelivery'] === true,
    retainAcked: config['retainAckedMessages'] === true,
    retention: number(config['messageRetentionSeconds'], 604_800) * 1e6,
    ...(config['retryPolicy'] === undefined ? {} : { retry: { minimum: seconds(retry['minimumBackoffSeconds'] ?? 10), maximum: seconds(retry['maximumBackoffSeconds'] ?? 600) } }),
    ...(config['deadLetterPolicy'] === undefined ? {} : { deadLetter: { topic: text(dead['deadLetterTopic']), attempts: number(dead['maxDeliveryAttempts'], 5), allowed: dead['mayForward'] !== false } }),
    habits: { ackLost: 0, lateAck: number(config['lateAck'], 0), uncounted: 0, overtaken: 0, sticky: 0 },
  };
}
export class PubSubAdapter {
  readonly clock = new VirtualClock();
  #server: PubSubServer;
  #next = 1;
  readonly #bodies = new Map<number, string>();
  /** Ack ids by subscription and body, in the order of delivery. */
  readonly #ackIds = new Map<string, string[]>();

  constructor() {
    this.#server = this.#made();
    this.clock.attach((name, ref) => this.#server.timer(name, ref));
  }
  /** Puts a fresh service in the place of this one: nothing may change. */
  reload(): void {
    const saved: unknown = JSON.parse(JSON.stringify(this.#server.save()));
    this.#server = this.#made();
    this.#server.load(saved);
  }
  run(operation: Operation): Shown | null {
    const result = this.#do(operation);
    const seen: Shown = result === null ? {} : { result };
    const pushed: Json[] = [];
    for (const event of this.#server.out.splice(0)) {
      if (event.kind !== 'delivered') continue;
      const body = this.#bodies.get(event.message) ?? '';
      const name = `${event.subscription} ${body}`;
      this.#ackIds.set(name, [...(this.#ackIds.get(name) ?? []), ackIdOf(event.seq, event.lease)]);
      const shown: Json = { body, ...(event.shown > 0 ? { deliveryAttempt: event.shown } : {}) };
      if (event.pushed) pushed.push(shown);
      else seen['result'] = { messages: [...((seen['result'] as { messages?: Json[] } | undefined)?.messages ?? []), shown] };
    }
    if (pushed.length > 0) seen['pushed'] = pushed;
    return Object.keys(seen).length === 0 ? null : seen;
  }
  #made(): PubSubServer {
    return new PubSubServer(this.clock, { chance: (share) => share >= 1, pick: () => 0 });
  }
  #do(operation: Operation): Json {
    const server = this.#server;
    const { op } = operation;
    const [topic, subscription] = [text(operation['topic'], 't'), text(operation['subscription'], 's')];
    const config = table(operation['config']);
    switch (op) {
      case 'topic':
        return refused(server.createTopic({ name: topic, ...(typeof config['messageRetentionSeconds'] === 'number' ? { retention: config['messageRetentionSeconds'] * 1e6 } : {}) }));
      case 'deleteTopic':
        return refused(server.deleteTopic(topic));
      case 'subscription':
        return refused(server.createSubscription(configOf(subscription, topic, config)));
      case 'updateSubscription':
        return refused(server.updateSubscription(configOf(subscription, topic, config)));
      case 'detach':
        return refused(server.detachSubscription(subscription));
      case 'publish':
        return this.#publish(topic, operation);
      case 'pull': {
        const answer = server.pull(subscription, 'client', number(operation['maxMessages'], 100));
        if (isRefusal(answer)) return refused(answer);
        server.cancelPulls(subscription, 'client');
        return { messages: [] };
      }
      case 'ack':
        return refusedFirst(server.acknowledge(subscription, [this.#ackId(subscription, operation)]));
      case 'modify':
        return refusedFirst(server.modifyAckDeadline(subscription, [this.#ackId(subscription, operation)], number(operation['seconds'], 0)));
      case 'endpoint':
        server.setEndpoint(subscription, 'endpoint', ['endpoint'], number(operation['firstWindow'], 3));
        return null;
      case 'respond':
        server.pushAnswered(subscription, this.#ackId(subscription, operation), number(operation['status'], 200));
        return null;
      case 'snapshot':
        return refused(server.createSnapshot(text(operation['snapshot']), subscription));
      case 'seek': {
        const snapshot = operation['snapshot'];
        const answer = server.seek(subscription, typeof snapshot === 'string' ? { snapshot } : { time: this.clock.now() - number(operation['ago_ms'], 0) * 1000 });
        return isRefusal(answer) ? refused(answer) : null;
      }
      default:
        this.clock.advance(number(operation['ms'], 0) * 1000);
        return null;
    }
  }
  #publish(topic: string, operation: Operation): Json {
    const bodies = Array.isArray(operation['bodies']) ? operation['bodies'].map(String) : [text(operation['body'])];
    const attributes = Object.fromEntries(Object.entries(table(operation['attributes'])).map(([name, value]) => [name, String(value)]));
    const messages = bodies.map((body): Published => {
      this.#bodies.set(this.#next, body);
      return { message: this.#next++, size: number(operation['bytes'], body.length), key: text(operation['orderingKey']), attributes };
    });
    const answer = this.#server.publish(topic, messages);
    return isRefusal(answer) ? refused(answer) : { published: answer.length };
  }
  /** Of the newest delivery of a body, or of the n-th. */
  #ackId(subscription: string, operation: Operation): string {
    const all = this.#ackIds.get(`${subscription} ${text(operation['delivery'])}`) ?? [];
    const nth = operation['nth'];
    return (typeof nth === 'number' ? all[nth - 1] : all.at(-1)) ?? '';
  }
}
function refusedFirst([answer]: readonly ('confirmed' | Refusal)[]): Json {
  return isRefusal(answer) ? refused(answer) : null;
}

/** The room's entry for the conformance runner. */
export const googlePubsubConformance = {
  broker: 'google-pubsub',
  version: '2026-11',
  cannot(example: Example): string | null {
    const unknown = [...example.setup, ...example.steps].find(({ op }) => !OPERATIONS.includes(op));
    return unknown === undefined ? null : `${unknown.op} is not modelled`;
  },
  adapter: () => new PubSubAdapter(),
};
