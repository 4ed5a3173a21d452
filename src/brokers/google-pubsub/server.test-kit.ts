import { VirtualClock } from '../virtual-clock.ts';
import type { Luck } from './core.ts';
import { isRefusal } from './errors.ts';
import { ackIdOf } from './leases.ts';
import type { Habits, PubSubEvent, SubscriptionConfig } from './model.ts';
import type { Published } from './publishing.ts';
import { PubSubServer } from './server.ts';

export const seconds = (n: number): number => n * 1e6;
const STRICT: Habits = { ackLost: 0, lateAck: 0, uncounted: 0, overtaken: 0, sticky: 0 };
export type Settings = Partial<Omit<SubscriptionConfig, 'habits'>> & { readonly habits?: Partial<Habits> };

/** A service with a topic "t" and no luck, for tests: shares are followed as 0 or 1. */
export function server(topic: { readonly retention?: number; readonly throughput?: number } = {}) {
  const clock = new VirtualClock();
  const luck: Luck = { chance: (share) => share >= 1, pick: () => 0 };
  const pubsub = new PubSubServer(clock, luck);
  clock.attach((name, ref) => pubsub.timer(name, ref));
  pubsub.createTopic({ name: 't', ...topic });
  let next = 1;
  const bodies = new Map<number, string>();
  const taken: PubSubEvent[] = [];
  const configOf = ({ habits, ...settings }: Settings): SubscriptionConfig => ({
    ...{ name: 's', topic: 't', push: false, ackDeadline: seconds(10), ordering: false, exactlyOnce: false, filter: '', retention: seconds(604_800), retainAcked: false },
    ...settings,
    habits: { ...STRICT, ...habits },
  });
  const kit = {
    clock,
    pubsub,
    configOf,
    s: (n: number) => clock.advance(seconds(n)),
    subscribe: (settings: Settings = {}) => pubsub.createSubscription(configOf(settings)),
    update: (settings: Settings = {}) => pubsub.updateSubscription(configOf(settings)),
    /** One request for all bodies. @returns the name of a refusal, or how many were taken */
    publish(names: string | readonly string[], more: Partial<Omit<Published, 'message'>> = {}, at = 't'): string | number {
      const messages = (typeof names === 'string' ? [names] : names).map((body): Published => {
        bodies.set(next, body);
        return { message: next++, size: 10, ...more };
      });
      const answer = pubsub.publish(at, messages);
      return isRefusal(answer) ? answer.name : answer.length;
    },
    /** Everything that happened so far. */
    events<K extends PubSubEvent['kind']>(kind: K): Extract<PubSubEvent, { kind: K }>[] {
      taken.push(...pubsub.out.splice(0));
      return taken.filter((one): one is Extract<PubSubEvent, { kind: K }> => one.kind === kind);
    },
    /** Bodies that were handed over since the last time, with the subscriber where asked. */
    got(subscription = 's', who = false): string[] {
      const all = kit.events('delivered').filter((one) => one.subscription === subscription);
      const fresh = all.slice(seen.get(subscription) ?? 0);
      seen.set(subscription, all.length);
      return fresh.map(({ message, holder }) => `${who ? `${holder}:` : ''}${bodies.get(message) ?? ''}`);
    },
    /** A pull that does not wait. */
    pull(max = 100, client = 'c', subscription = 's'): string[] {
      kit.got(subscription);
      const answer = pubsub.pull(subscription, client, max);
      if (isRefusal(answer)) return [answer.name];
      pubsub.cancelPulls(subscription, client);
      return kit.got(subscription);
    },
    stream: (client = 'c', maxMessages = 0, maxBytes = 0) => pubsub.openStream('s', client, { maxMessages, maxBytes }),
    /** The ack id of the n-th delivery of a body; the latest by default. */
    id(body: string, nth = -1, subscription = 's'): string {
      const found = kit.events('delivered').filter((one) => one.subscription === subscription && bodies.get(one.message) === body);
      const one = found.at(nth < 0 ? nth : nth - 1);
      return one === undefined ? 'none' : ackIdOf(one.seq, one.lease);
    },
    /** @returns 'confirmed' or the name of a refusal */
    ack(body: string, nth = -1): string {
      const [answer] = pubsub.acknowledge('s', [kit.id(body, nth)]);
      return isRefusal(answer) ? answer.name : String(answer);
    },
    modify(body: string, to: number, nth = -1): string {
      const [answer] = pubsub.modifyAckDeadline('s', [kit.id(body, nth)], to);
      return isRefusal(answer) ? answer.name : String(answer);
    },
    nack: (body: string) => kit.modify(body, 0),
    answer: (body: string, status: number) => pubsub.pushAnswered('s', kit.id(body), status),
    /** Waiting and out. */
    depth(subscription = 's'): readonly [number, number] {
      const one = pubsub.subscription(subscription);
      return one === undefined ? [0, 0] : [one.entries.size - one.inFlight, one.inFlight];
    },
  };
  const seen = new Map<string, number>();
  return kit;
}
