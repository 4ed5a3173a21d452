/** A service with nothing around it but virtual time. */
import { VirtualClock } from '../virtual-clock.ts';
import { eventOf } from './event.ts';
import type { Happening } from './happenings.ts';
import type { Plan, PushPlan, QueuePlan, SubscriptionPlan, TopicPlan } from './plan.ts';
import { EventGrid } from './server.ts';

export const SECOND = 1_000_000;
const FILTER = { includedEventTypes: '', subjectBeginsWith: '', subjectEndsWith: '', isSubjectCaseSensitive: false, advancedFilters: '', enableAdvancedFilteringOnArrays: false };
const COMMON = { ...FILTER, topic: 'orders', link: 'of', domainTopic: '', inputSchema: 'EventGridSchema', deadLetterDestination: '', deliveryLatency: '0us' } as const;
const PUSH: PushPlan = {
  ...COMMON,
  ...{ mode: 'push', node: 'billing', tier: 'basic', endpoint: 'out', handshake: 'validationCode', endpointType: 'WebHook', eventDeliverySchema: 'EventGridSchema', maxDeliveryAttempts: 30, timeToLive: 86_400 * SECOND },
  ...{ maxEventsPerBatch: 1, preferredBatchBytes: 65_536, expires: undefined, randomization: 0, skippedRetries: 0, duplicates: 0, lateAnswers: 0, failuresBeforeDelay: 10 },
};
const QUEUE: QueuePlan = { ...COMMON, mode: 'queue', node: 'jobs', tier: 'namespace', lockDuration: 60 * SECOND, maxDeliveryCount: 10, eventTimeToLive: '', retention: 7 * 86_400 * SECOND };
const TOPIC: TopicPlan = { node: 'orders', kind: 'topic', schema: 'EventGridSchema', events: 5000, bytes: 5_000_000, retention: 7 * 86_400 * SECOND };

export const pushPlan = (more: Partial<PushPlan> = {}): PushPlan => ({ ...PUSH, ...more });
export const queuePlan = (more: Partial<QueuePlan> = {}): QueuePlan => ({ ...QUEUE, ...more });

export function service(subscription: SubscriptionPlan, more: { readonly topic?: Partial<TopicPlan>; readonly container?: boolean } = {}) {
  const clock = new VirtualClock();
  const grid = new EventGrid(clock);
  clock.attach((name, ref) => grid.timer(name, ref));
  const planOf = (one: SubscriptionPlan): Plan => ({ topics: [{ ...TOPIC, ...more.topic }], subscriptions: [one], containers: more.container ? [{ node: 'dead', name: 'dead' }] : [], publishing: {} });
  grid.configure(planOf(subscription));
  let published = 0;
  return {
    grid,
    advance: (seconds: number) => clock.advance(seconds * SECOND),
    configure: (one: SubscriptionPlan) => grid.configure(planOf(one)),
    publish: (bytes = 100) => {
      const message = published++;
      const view = eventOf({ type: 't', subject: '/s', source: '/p', data: '{}', topic: '' }, { id: String(message), key: 'A', seq: message, producer: 'p' }, 'EventGridSchema', 'orders');
      return 'refused' in view ? view : grid.publish('orders', { message, bytes, origin: 'in', view, domainTopic: '' });
    },
    /** What has happened since the last time, of these kinds. */
    happened: <K extends Happening['kind']>(...kinds: readonly K[]) => grid.out.splice(0).filter((one): one is Extract<Happening, { kind: K }> => (kinds as readonly string[]).includes(one.kind)),
  };
}
