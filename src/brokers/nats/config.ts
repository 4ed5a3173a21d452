import type { Transform } from './transform.ts';

/** Configurations under the names of the JetStream API. Durations are nanoseconds, sizes bytes, times µs of virtual time. */

export type Version = '2.9.10' | '2.10.27' | '2.14.5';

export interface ExternalFilter {
  /** Name of the stream that is read. */
  readonly name: string;
  readonly opt_start_seq?: number;
  readonly opt_start_time?: number;
  readonly filter_subject?: string;
  readonly subject_transforms?: readonly Transform[];
  /** The stream is one of another server, whose JetStream API is reached under this prefix: $JS.edge.API. */
  readonly external?: { readonly api: string };
}
export interface RePublish {
  readonly src: string;
  readonly dest: string;
  readonly headers_only?: boolean;
}
/** https://docs.nats.io/nats-concepts/jetstream/streams */
export interface StreamConfig {
  readonly name: string;
  readonly description: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'interest' | 'workqueue';
  readonly max_consumers: number;
  readonly max_msgs: number;
  readonly max_bytes: number;
  readonly max_age: number;
  readonly max_msgs_per_subject: number;
  readonly max_msg_size: number;
  readonly discard: 'old' | 'new';
  readonly storage: 'file' | 'memory';
  readonly num_replicas: number;
  readonly no_ack: boolean;
  readonly duplicate_window: number;
  readonly mirror: ExternalFilter | null;
  readonly sources: readonly ExternalFilter[];
  readonly compression: 'none' | 's2';
  readonly first_seq: number;
  readonly subject_transform: Transform | null;
  readonly republish: RePublish | null;
  readonly allow_direct: boolean;
  readonly mirror_direct: boolean;
  readonly discard_new_per_subject: boolean;
  readonly sealed: boolean;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
  readonly allow_rollup_hdrs: boolean;
  readonly consumer_limits: { readonly inactive_threshold?: number; readonly max_ack_pending?: number };
  readonly metadata: Readonly<Record<string, string>>;
  /** Since 2.11. */
  readonly allow_msg_ttl: boolean;
  readonly subject_delete_marker_ttl: number;
}
export type StreamArgs = Partial<StreamConfig> & { readonly name: string };

/** https://docs.nats.io/nats-concepts/jetstream/consumers */
export interface ConsumerConfig {
  readonly durable_name: string;
  readonly name: string;
  readonly description: string;
  readonly deliver_policy: 'all' | 'last' | 'new' | 'by_start_sequence' | 'by_start_time' | 'last_per_subject';
  readonly opt_start_seq: number;
  readonly opt_start_time: number | null;
  readonly ack_policy: 'none' | 'all' | 'explicit';
  readonly ack_wait: number;
  readonly max_deliver: number;
  readonly backoff: readonly number[];
  readonly filter_subject: string;
  readonly filter_subjects: readonly string[];
  readonly replay_policy: 'instant' | 'original';
  readonly rate_limit_bps: number;
  readonly sample_freq: string;
  readonly max_waiting: number;
  readonly max_ack_pending: number;
  readonly idle_heartbeat: number;
  readonly flow_control: boolean;
  readonly headers_only: boolean;
  readonly max_batch: number;
  readonly max_expires: number;
  readonly max_bytes: number;
  readonly deliver_subject: string;
  readonly deliver_group: string;
  readonly inactive_threshold: number;
  readonly num_replicas: number;
  readonly mem_storage: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** Since 2.11. */
  readonly pause_until: number | null;
  readonly priority_groups: readonly string[];
  readonly priority_policy: 'none' | 'overflow' | 'pinned_client' | 'prioritized';
  readonly priority_timeout: number;
}
export type ConsumerArgs = Partial<ConsumerConfig>;

const streamDefaults: Omit<StreamConfig, 'name'> = {
  description: '',
  subjects: [],
  retention: 'limits',
  max_consumers: 0,
  max_msgs: 0,
  max_bytes: 0,
  max_age: 0,
  max_msgs_per_subject: 0,
  max_msg_size: 0,
  discard: 'old',
  storage: 'file',
  num_replicas: 0,
  no_ack: false,
  duplicate_window: 0,
  mirror: null,
  sources: [],
  compression: 'none',
  first_seq: 0,
  subject_transform: null,
  republish: null,
  allow_direct: false,
  mirror_direct: false,
  discard_new_per_subject: false,
  sealed: false,
  deny_delete: false,
  deny_purge: false,
  allow_rollup_hdrs: false,
  consumer_limits: {},
  metadata: {},
  allow_msg_ttl: false,
  subject_delete_marker_ttl: 0,
};
const consumerDefaults: ConsumerConfig = {
  durable_name: '',
  name: '',
  description: '',
  deliver_policy: 'all',
  opt_start_seq: 0,
  opt_start_time: null,
  ack_policy: 'none',
  ack_wait: 0,
  max_deliver: 0,
  backoff: [],
  filter_subject: '',
  filter_subjects: [],
  replay_policy: 'instant',
  rate_limit_bps: 0,
  sample_freq: '',
  max_waiting: 0,
  max_ack_pending: 0,
  idle_heartbeat: 0,
  flow_control: false,
  headers_only: false,
  max_batch: 0,
  max_expires: 0,
  max_bytes: 0,
  deliver_subject: '',
  deliver_group: '',
  inactive_threshold: 0,
  num_replicas: 0,
  mem_storage: false,
  metadata: {},
  pause_until: null,
  priority_groups: [],
  priority_policy: 'none',
  priority_timeout: 0,
};
/** Fields that a server of this version does not know; it passes over them in silence until 2.12. */
const LATER_STREAM: readonly [since: Version, field: keyof StreamConfig][] = [
  ['2.10.27', 'first_seq'],
  ['2.10.27', 'subject_transform'],
  ['2.10.27', 'consumer_limits'],
  ['2.10.27', 'metadata'],
  ['2.10.27', 'compression'],
  ['2.14.5', 'allow_msg_ttl'],
  ['2.14.5', 'subject_delete_marker_ttl'],
];
const LATER_CONSUMER: readonly [since: Version, field: keyof ConsumerConfig][] = [
  ['2.10.27', 'filter_subjects'],
  ['2.10.27', 'metadata'],
  ['2.14.5', 'pause_until'],
  ['2.14.5', 'priority_groups'],
  ['2.14.5', 'priority_policy'],
  ['2.14.5', 'priority_timeout'],
];
export const VERSIONS: readonly Version[] = ['2.9.10', '2.10.27', '2.14.5'];
export const atLeast = (version: Version, since: Version): boolean => VERSIONS.indexOf(version) >= VERSIONS.indexOf(since);

function complete<T extends object>(defaults: T, given: Partial<T>, later: readonly [Version, keyof T][], version: Version): T {
  const out = { ...defaults };
  for (const field of Object.keys(defaults) as (keyof T)[]) {
    const value = given[field];
    const unknown = later.some(([since, one]) => one === field && !atLeast(version, since));
    if (value !== undefined && !unknown) out[field] = value as T[keyof T];
  }
  return out;
}
/** Every field present, in one order: two configurations are equal when their JSON is. */
export const completeStream = (args: StreamArgs, version: Version): StreamConfig => complete<StreamConfig>({ name: '', ...streamDefaults }, args, LATER_STREAM, version);
export const completeConsumer = (args: ConsumerArgs, version: Version): ConsumerConfig => complete(consumerDefaults, args, LATER_CONSUMER, version);
export const sameConfig = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  retention: ['limits', 'interest', 'workqueue'],
  discard: ['old', 'new'],
  storage: ['file', 'memory'],
  compression: ['none', 's2'],
  deliver_policy: ['all', 'last', 'new', 'by_start_sequence', 'by_start_time', 'last_per_subject'],
  ack_policy: ['none', 'all', 'explicit'],
  replay_policy: ['instant', 'original'],
  priority_policy: ['none', 'overflow', 'pinned_client', 'prioritized'],
};
/** A word that is not of its enumeration makes the whole request invalid JSON to the server. @returns the first such word */
export function badWord(given: object): string | null {
  for (const [field, words] of Object.entries(ENUMS)) {
    const value: unknown = Reflect.get(given, field);
    if (value !== undefined && !words.includes(String(value))) return String(value);
  }
  return null;
}
/** ns of the API to µs of the clock. */
export const us = (ns: number): number => Math.floor(ns / 1000);
/** A duration as Go prints it: "1.5s", "2m0s", "100ms". */
export function goDuration(ns: number): string {
  if (ns === 0) return '0s';
  if (ns < 1000) return `${ns}ns`;
  if (ns < 1_000_000) return `${ns / 1000}µs`;
  if (ns < 1_000_000_000) return `${ns / 1_000_000}ms`;
  const hours = Math.floor(ns / 3_600_000_000_000);
  const minutes = Math.floor((ns % 3_600_000_000_000) / 60_000_000_000);
  const seconds = (ns % 60_000_000_000) / 1_000_000_000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
