/** The settings of Pub/Sub, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { googlePubsub } from './descriptor.ts';
import { scenarioOf } from './room.test-kit.ts';

const models = await loadModels(['google-pubsub']);

const stage = ({ producer = {}, consumer = {}, publish = {}, consume = {}, ...kinds }: Configs, timeline: readonly TimelineEntry[]): Scenario => scenarioOf({ producer, consumer, publish, consume, timeline, topic: kinds['google-pubsub.topic'] ?? {}, subscription: kinds['google-pubsub.subscription'] ?? {} });
const subscription = (config: Config, more: Configs = {}): Configs => ({ 'google-pubsub.subscription': config, ...more });
const FAILS: Config = { failures: { rate: 1 }, serviceTime: '100ms' };
/** Few messages that fail every time, so that each does so often. */
const FAIL_OFTEN: Configs = { consumer: FAILS, producer: { rate: 2 } };
/** Longer than the shortest deadline, and nobody extends. */
const LATE: Configs = { consumer: { serviceTime: '11s', concurrency: 4 }, consume: { MaxExtension: '0s' }, producer: { limit: 4 } };
const KEYED: Config = { orderingKey: '{key}' };
const TWO: Configs = { consumer: { instances: 2, serviceTime: '30ms', concurrency: 2 } };
const DEAD: Config = { deadLetterTopic: 'dead' };
const PUSH: Config = { deliveryType: 'Push' };
const OUTAGE = [at(1000, 'pubsub-outage', 'orders'), at(1600, 'pubsub-recovers', 'orders')];
/** Answers come late, so that much is outstanding. */
const SLOW_WIRE: Config = { latency: '300ms' };
const QUIET: Config = { rate: 1, limit: 5 };

const TRIALS: Readonly<Record<string, Trial>> = {
  'google-pubsub.topic.name': { values: ['orders', 'jobs'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })], with: { consumer: FAILS } },
  'google-pubsub.topic.messageRetentionDuration': { values: [undefined, '10min'], timeline: [at(2000, 'seek-to-time', 'billing', { ago: '1s' })] },
  'google-pubsub.topic.throughput': { values: [undefined, 4000], with: { producer: { size: 1000 } } },
  'google-pubsub.subscription.name': { values: ['billing', 'team'], timeline: [at(1000, 'set', 'billing', { name: 'team' })], with: { consumer: FAILS } },
  'google-pubsub.subscription.ackDeadlineSeconds': { values: [10, 12], with: LATE, until: 20e6 },
  'google-pubsub.subscription.enableMessageOrdering': { values: [true, false], with: { publish: KEYED, consumer: { serviceTime: '60ms', concurrency: 4 }, producer: { keys: { count: 2 } } } },
  'google-pubsub.subscription.enableExactlyOnceDelivery': { values: [true, false], with: subscription({ lateAck: 1 }, LATE), until: 20e6 },
  'google-pubsub.subscription.filter': { values: ['attributes.key = "A"', ''], with: { publish: { attributes: { key: '{key}' } } } },
  'google-pubsub.subscription.minimumBackoff': { values: [undefined, '500ms'], with: { consumer: FAILS } },
  'google-pubsub.subscription.maximumBackoff': { values: ['300ms', '2s'], with: subscription({ minimumBackoff: '200ms' }, { consumer: FAILS }) },
  'google-pubsub.subscription.deadLetterTopic': { values: [undefined, 'dead'], with: FAIL_OFTEN },
  'google-pubsub.subscription.maxDeliveryAttempts': { values: [5, 9], with: subscription(DEAD, FAIL_OFTEN) },
  'google-pubsub.subscription.mayForward': { values: [true, false], with: subscription(DEAD, FAIL_OFTEN) },
  'google-pubsub.subscription.messageRetentionDuration': { values: ['10min', '7d'], with: { consumer: { serviceTime: '1h' }, consume: { MaxOutstandingMessages: 1 }, producer: QUIET }, until: 700e6 },
  'google-pubsub.subscription.retainAckedMessages': { values: [true, false], timeline: [at(2000, 'seek-to-time', 'billing', { ago: '1s' })] },
  'google-pubsub.subscription.ttl': { values: ['1d', '31d'], with: { producer: QUIET }, timeline: [at(2000, 'crash', 'pay/1')], until: 25 * 3600e6 },
  'google-pubsub.subscription.ackLost': { values: [0, 0.3], until: 15e6 },
  'google-pubsub.subscription.lateAck': { values: [0, 1], with: LATE, until: 20e6 },
  'google-pubsub.subscription.uncounted': { values: [0, 0.5], with: subscription(DEAD, FAIL_OFTEN) },
  'google-pubsub.subscription.overtaken': { values: [0, 0.3] },
  'google-pubsub.subscription.sticky': { values: [0, 1], with: TWO },
  'google-pubsub.subscription.deliveryType': { values: ['Pull', 'Push'], with: { consumer: FAILS } },
  'publish.orderingKey': { values: ['', '{key}'], with: { publish: { DelayThreshold: '200ms' } } },
  'publish.EnableMessageOrdering': { values: [true, false], with: { publish: KEYED } },
  'publish.attributes': { values: [{}, { key: 'A' }], with: subscription({ filter: 'attributes:key' }) },
  'publish.resumePublish': { values: ['never', 'on failure'], with: { publish: { ...KEYED, Timeout: '200ms' } }, timeline: OUTAGE },
  'publish.CountThreshold': { values: [1, 100], with: { publish: { DelayThreshold: '200ms' } } },
  'publish.ByteThreshold': { values: [600, 1_000_000], with: { publish: { DelayThreshold: '200ms' } } },
  'publish.LimitExceededBehavior': { values: ['Ignore', 'Block'], with: { publish: { ...SLOW_WIRE, MaxOutstandingMessages: 2 } } },
  'publish.MaxOutstandingMessages': { values: [2, 1000], with: { publish: { ...SLOW_WIRE, LimitExceededBehavior: 'Block' } } },
  'publish.MaxOutstandingBytes': { values: [1100, 0], with: { publish: { ...SLOW_WIRE, LimitExceededBehavior: 'SignalError' } } },
  'publish.Timeout': { values: ['200ms', '60s'], timeline: OUTAGE },
  'consume.method': { values: ['StreamingPull', 'Pull'], with: { consumer: { serviceTime: '80ms' } } },
  'consume.maxMessages': { values: [1, 20], with: { consume: { method: 'Pull' }, consumer: { instances: 2, serviceTime: '150ms' } } },
  'consume.MaxOutstandingMessages': { values: [1, 1000], with: { consumer: { serviceTime: '150ms' } } },
  'consume.MaxOutstandingBytes': { values: [600, 0], with: { consumer: { serviceTime: '150ms' } } },
  'consume.streamAckDeadlineSeconds': { values: [undefined, 20], with: LATE, until: 20e6 },
  'consume.MaxExtension': { values: ['0s', '60min'], with: { consumer: { serviceTime: '11s', concurrency: 4 }, producer: { limit: 4 } }, until: 20e6 },
  'consume.MinDurationPerAckExtension': { values: ['0s', '60s'], with: { ...LATE, consume: { MaxExtension: '12s' }, consumer: { serviceTime: '40s', concurrency: 4 } }, until: 45e6 },
  'consume.MaxDurationPerAckExtension': { values: ['12s', '0s'], with: { consume: { MaxExtension: '12s', MinDurationPerAckExtension: '10s' }, consumer: { serviceTime: '20s' }, producer: { rate: 0.05 } }, until: 200e6 },
  'consume.firstWindow': { values: [1, 9], with: subscription(PUSH, { consumer: { concurrency: 20, serviceTime: '300ms' }, producer: { rate: 60 } }) },
  'consume.whenBusy': { values: ['waits', '429'], with: subscription(PUSH, { consumer: { serviceTime: '300ms' } }) },
};
everySettingTellsAnotherHistory(googlePubsub, models, stage, TRIALS);
