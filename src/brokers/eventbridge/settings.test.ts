/** The settings of EventBridge, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { eventbridge } from './descriptor.ts';
import { models, scenarioOf } from './room.test-kit.ts';

const stage = (c: Configs, timeline: readonly TimelineEntry[]): Scenario =>
  scenarioOf({
    ...{ producer: c['producer'] ?? {}, publish: c['publish'] ?? {}, consumer: c['consumer'] ?? {}, function: c['function'] ?? {} },
    ...{ bus: c['eventbridge.bus'] ?? {}, rule: c['eventbridge.rule'] ?? {}, archive: c['eventbridge.archive'] ?? {}, queue: c['eventbridge.dead-letter-queue'] ?? {} },
    ...{ target: c['api-destination'] ?? {}, lambda: c['lambda'] ?? {}, forward: c['event-bus'] ?? {}, consume: c['consume'] ?? {}, timeline },
  });
const FAILS: Config = { failures: { rate: 1 }, serviceTime: '1ms' };
const REJECTS: Config = { ...FAILS, onFailure: 'reject' };
const BURST: Config = { arrivals: 'bursts', burst: { size: 40, every: '1s' } };
/** One event, so that hours are short. */
const ONE: Config = { rate: 1, limit: 1 };
const QUICK: Config = { retryBase: '20ms', retryMax: '40ms' };
const replay = (ms: number) => [at(ms, 'start-replay', 'history')];

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'eventbridge.bus.putEventsLimit': { values: [5, 100] },
  'eventbridge.bus.invocationsLimit': { values: [5, 100] },
  'eventbridge.bus.rulesPerBus': { values: [1, 3] },
  'eventbridge.bus.eventPatternSize': { values: [10, 100] },
  'eventbridge.bus.entrySize': { values: [100, 10_000] },
  'eventbridge.bus.deliveryLatency': { values: ['100ms', '900ms'] },
  'eventbridge.bus.duplicates': { values: [0, 0.5] },
  'eventbridge.bus.retryBase': { values: ['10ms', '900ms'], with: { consumer: FAILS } },
  'eventbridge.bus.retryMax': { values: ['20ms', '9s'], with: { consumer: FAILS, 'eventbridge.bus': { retryBase: '20ms' } } },
  'eventbridge.bus.propagation': { values: ['10ms', '2s'], timeline: [at(500, 'set', 'orders', { State: 'DISABLED' })] },
  'eventbridge.rule.EventPattern': { values: ['{"detail":{"key":["A"]}}', '{"detail":{"key":["B"]}}'] },
  'eventbridge.rule.DeadLetterConfig': { values: ['dead', 'nowhere'], with: { consumer: REJECTS } },
  'eventbridge.archive.EventPattern': { values: ['{"detail":{"key":["A"]}}', '{"detail":{"key":["B"]}}'], timeline: replay(2000) },
  'eventbridge.archive.RetentionDays': { values: [1, 2], with: { producer: ONE }, timeline: replay(86_500_000), until: 86_510e6 },
  'eventbridge.archive.lag': { values: ['10ms', '5s'], timeline: replay(2000) },
  'eventbridge.archive.replayRate': { values: [2, 200], timeline: replay(1000) },
  'eventbridge.dead-letter-queue.VisibilityTimeout': { values: [0, 30], with: { consumer: REJECTS, consume: { latency: '100ms' } } },
  'eventbridge.dead-letter-queue.MessageRetentionPeriod': { values: [60, 90], with: { consumer: REJECTS, producer: ONE }, timeline: [at(0, 'remove-link', 'dead-undertaker')], until: 100e6 },
  'eventbridge.dead-letter-queue.permission': { values: [true, false], with: { consumer: REJECTS } },
  'publish.Source': { values: ['shop', 'aws.shop'] },
  'publish.DetailType': { values: ['a', 'b'], with: { 'eventbridge.rule': { EventPattern: '{"detail-type":["a"]}' } } },
  'publish.Detail': { values: ['{"a":1}', '{"a":2}'], with: { 'eventbridge.rule': { EventPattern: '{"detail":{"a":[1]}}' } } },
  'publish.Entries': { values: [1, 5], with: { producer: BURST, 'eventbridge.bus': { putEventsLimit: 10 } } },
  'publish.linger': { values: ['10ms', '400ms'], with: { publish: { Entries: 5 } } },
  'publish.maxAttempts': { values: [1, 5], with: { 'eventbridge.bus': { putEventsLimit: 5 } } },
  'api-destination.MaximumRetryAttempts': { values: [0, 3], with: { consumer: FAILS, 'eventbridge.bus': QUICK } },
  'api-destination.MaximumEventAgeInSeconds': { values: [60, 90], with: { consumer: FAILS, producer: ONE }, until: 120e6 },
  'api-destination.InvocationRateLimitPerSecond': { values: [2, 50] },
  'api-destination.backlog': { values: [0, 20], with: { consumer: { serviceTime: '400ms', concurrency: 1 } } },
  'api-destination.permission': { values: [true, false] },
  'api-destination.InputPathsMap': { values: ['{"k":"$.detail.key"}', '{"k":"$.detail.none"}'], with: { 'api-destination': { InputTemplate: '{"k":<k>}' } } },
  'api-destination.InputTemplate': { values: ['{"k":1}', '{"k":}'] },
  'lambda.MaximumEventAgeInSeconds': { values: [60, 90], with: { 'eventbridge.bus': { invocationsLimit: 1 }, producer: { rate: 10, limit: 150, keys: { count: 2 } } }, until: 110e6 },
  'lambda.functionRetryAttempts': { values: [0, 2], with: { function: { failures: { rate: 1 } } } },
  'lambda.functionEventAge': { values: [60, 90], with: { function: { concurrency: 0 }, producer: { rate: 5, limit: 10 } }, until: 200e6 },
  'lambda.OnFailure': { values: [undefined, 'dead'], with: { function: { failures: { rate: 1 } }, lambda: { functionRetryAttempts: 0 } } },
  'api-destination.DeadLetterConfig': { values: ['dead', 'nowhere'], with: { consumer: REJECTS } },
  'lambda.DeadLetterConfig': { values: ['dead', 'nowhere'], with: { lambda: { permission: false } } },
  'event-bus.DeadLetterConfig': { values: ['dead', 'nowhere'], with: { 'event-bus': { permission: false } } },
  'lambda.permission': { values: [true, false] },
  'lambda.InputPathsMap': { values: ['{"k":"$.detail.key"}', '{"k":"$.detail.none"}'], with: { lambda: { InputTemplate: '{"k":<k>}' } } },
  'lambda.InputTemplate': { values: ['{"k":1}', '{"k":}'] },
  'event-bus.permission': { values: [true, false] },
  'consume.MaxNumberOfMessages': { values: [1, 10], with: { consumer: REJECTS, producer: BURST, 'eventbridge.bus': { deliveryLatency: '100ms' } } },
};
const NETWORK: Readonly<Record<string, Trial>> = Object.fromEntries(
  ['publish', 'api-destination', 'lambda', 'consume'].flatMap((kind) => {
    const given: Configs = kind === 'consume' ? { consumer: REJECTS } : {};
    return [
      [`${kind}.latency`, { values: ['1ms', '90ms'], with: given }],
      [`${kind}.jitter`, { values: ['0us', '90ms'], with: given }],
      [`${kind}.loss`, { values: [0, 0.4], with: given }],
    ];
  }),
);
everySettingTellsAnotherHistory(eventbridge, models, stage, { ...TRIALS, ...NETWORK });
