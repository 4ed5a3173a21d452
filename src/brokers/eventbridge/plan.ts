/** From the nodes and links of a document to what an administrator sets up. */
import { micros } from '../../base/time.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Spread } from '../../scenario/fields.ts';
import type { Topology } from '../contract.ts';
import type { BusConfig, EventForm, RuleConfig, TargetConfig } from './model.ts';
import type { QueueConfig } from './queue.ts';
import type { ArchiveConfig } from './service.ts';
import { EVERY_EVENT } from './settings.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface TargetPlan {
  readonly rule: string;
  readonly link: string;
  readonly config: TargetConfig;
}
export interface Plan {
  readonly buses: Readonly<Record<string, BusConfig>>;
  readonly rules: Readonly<Record<string, RuleConfig>>;
  readonly targets: readonly TargetPlan[];
  readonly archives: Readonly<Record<string, ArchiveConfig>>;
  readonly queues: Readonly<Record<string, QueueConfig>>;
}
export const NOTHING: Plan = { buses: {}, rules: {}, targets: [], archives: {}, queues: {} };
/** Kinds of link from a rule, and what they lead to. */
const TARGETS: Readonly<Record<string, TargetConfig['kind']>> = { 'api-destination': 'http', lambda: 'lambda', 'event-bus': 'bus' };

export const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
export const count = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
export const span = (value: unknown, otherwise: number): number => (typeof value === 'string' ? micros(value) : otherwise);

export const busConfig = (c: Config): BusConfig => ({
  putEventsPerSecond: count(c['putEventsLimit'], 10_000),
  invocationsPerSecond: count(c['invocationsLimit'], 18_750),
  rulesPerBus: count(c['rulesPerBus'], 300),
  patternSize: count(c['eventPatternSize'], 2048),
  entrySize: count(c['entrySize'], 1_048_576),
  entryFailures: count(c['entryFailures'], 0),
  latency: (c['deliveryLatency'] ?? '500ms') as Spread,
  duplicates: count(c['duplicates'], 0),
  propagation: span(c['propagation'], 0),
  backoff: { base: span(c['retryBase'], 1e6), max: span(c['retryMax'], 480e6) },
});
export const ruleConfig = (c: Config, bus: string): RuleConfig => ({ bus, pattern: text(c['EventPattern'], EVERY_EVENT), enabled: c['State'] !== 'DISABLED', deadLetterQueue: text(c['DeadLetterConfig']) });
export const targetConfig = ({ kind, to, config: c = {} }: ScenarioLink): TargetConfig => ({
  kind: TARGETS[kind] ?? 'http',
  to,
  permission: c['permission'] !== false,
  maximumRetryAttempts: count(c['MaximumRetryAttempts'], 185),
  maximumEventAge: count(c['MaximumEventAgeInSeconds'], 86_400) * 1e6,
  invocationRate: count(c['InvocationRateLimitPerSecond'], 300),
  inputPaths: text(c['InputPathsMap']),
  inputTemplate: text(c['InputTemplate']),
  functionRetries: count(c['functionRetryAttempts'], 2),
  functionEventAge: count(c['functionEventAge'], 21_600) * 1e6,
  onFailure: text(c['OnFailure']),
  deadLetterQueue: text(c['DeadLetterConfig']),
});
export const archiveConfig = (c: Config, bus: string): ArchiveConfig => ({ bus, pattern: text(c['EventPattern']), retentionDays: count(c['RetentionDays'], 0), lag: (c['lag'] ?? '0us') as Spread, replayRate: count(c['replayRate'], 100) });
const queueConfig = (c: Config): QueueConfig => ({ visibilityTimeout: count(c['VisibilityTimeout'], 30) * 1e6, messageRetentionPeriod: count(c['MessageRetentionPeriod'], 345_600) * 1e6, permission: c['permission'] !== false });
export const formOf = (c: Config): EventForm => ({ source: text(c['Source'], 'shop'), detailType: text(c['DetailType'], 'order placed'), detail: text(c['Detail'], '{"key":"{key}"}') });

export function plan({ nodes, links }: Topology): Plan {
  const of = (kind: string) => nodes.filter((n) => n.kind === `eventbridge.${kind}`);
  const each = <T>(kind: string, make: (node: ScenarioNode) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      of(kind).flatMap((node) => {
        const made = make(node);
        return made === undefined ? [] : [[node.id, made] as const];
      }),
    );
  const buses = each('bus', (n) => busConfig(n.config ?? {}));
  /** The bus that a rule or an archive belongs to: the first that is wired to it. */
  const busOf = (id: string, kind: string) => links.find((l) => l.kind === kind && l.to === id && Object.hasOwn(buses, l.from))?.from;
  const onBus = <T>(kind: string, make: (config: Config, bus: string) => T) =>
    each(kind, ({ id, config = {} }) => {
      const bus = busOf(id, kind);
      return bus === undefined ? undefined : make(config, bus);
    });
  const rules = onBus('rule', ruleConfig);
  return {
    buses,
    rules,
    targets: links.filter((l) => TARGETS[l.kind] !== undefined && Object.hasOwn(rules, l.from)).map((l) => ({ rule: l.from, link: l.id, config: targetConfig(l) })),
    archives: onBus('archive', archiveConfig),
    queues: each('dead-letter-queue', (n) => queueConfig(n.config ?? {})),
  };
}
