import { atLeast, type ConsumerArgs, type ConsumerConfig, completeConsumer, goDuration, type StreamConfig, type Version } from './config.ts';
import { type ApiError, errors } from './errors.ts';
import { isLiteral, isSubsetOf, isValidSubject, subjectsCollide } from './subjects.ts';

/** Defaults and checks of a consumer configuration, in the server's order: of several mistakes the first is told. */

export const ACK_WAIT = 30_000_000_000;
export const MAX_ACK_PENDING = 1000;
export const MAX_WAITING = 512;
const MAX_DESCRIPTION = 4096;
const MAX_METADATA = 131_072;
export const MAX_NAME = 255;

export const isValidName = (name: string): boolean => name !== '' && !/[ \t\r\n\f.*>]/.test(name);
export const filtersOf = ({ filter_subject, filter_subjects }: ConsumerConfig): string[] => (filter_subject === '' ? [...filter_subjects] : [...filter_subjects, filter_subject]);
export const isPush = ({ deliver_subject }: ConsumerConfig): boolean => deliver_subject !== '';

/** @param args as given @returns the configuration that the server keeps and shows */
export function withDefaults(args: ConsumerArgs, stream: StreamConfig, version: Version): ConsumerConfig {
  const given = normalised(completeConsumer(args, version), version);
  const acks = given.ack_policy !== 'none';
  const limits = stream.consumer_limits;
  const ownPending = given.max_ack_pending === 0 ? (limits.max_ack_pending ?? 0) : given.max_ack_pending;
  return {
    ...given,
    max_waiting: !isPush(given) && given.max_waiting === 0 ? MAX_WAITING : given.max_waiting,
    // The first backoff takes the place of ack_wait.
    ack_wait: given.backoff[0] ?? (acks && given.ack_wait === 0 ? ACK_WAIT : given.ack_wait),
    max_deliver: given.max_deliver === 0 ? -1 : given.max_deliver,
    max_ack_pending: acks && ownPending === 0 ? MAX_ACK_PENDING : ownPending,
    inactive_threshold: given.inactive_threshold === 0 ? (limits.inactive_threshold ?? 0) : given.inactive_threshold,
    priority_timeout: given.priority_policy === 'pinned_client' && given.priority_timeout === 0 ? PINNED_TTL : given.priority_timeout,
  };
}
const PINNED_TTL = 120_000_000_000;

/** From 2.12 on a limit below what makes sense means none. */
function normalised(config: ConsumerConfig, version: Version): ConsumerConfig {
  if (!atLeast(version, '2.14.5')) return config;
  const { max_deliver, max_waiting, max_batch, max_expires, max_bytes, idle_heartbeat, inactive_threshold, priority_timeout } = config;
  const floor = (value: number) => Math.max(value, 0);
  const none = { max_waiting: floor(max_waiting), max_batch: floor(max_batch), max_expires: floor(max_expires), max_bytes: floor(max_bytes) };
  return { ...config, ...none, max_deliver: Math.max(max_deliver, -1), idle_heartbeat: floor(idle_heartbeat), inactive_threshold: floor(inactive_threshold), priority_timeout: floor(priority_timeout) };
}

/** @param interest where a filter has to lie within what can come into the stream: the subjects of that */
export function check(config: ConsumerConfig, stream: StreamConfig, version: Version, interest: readonly string[] | null): ApiError | null {
  return (atLeast(version, '2.14.5') ? checkDurations(config) : null) ?? checkNumbers(config, stream, version) ?? checkMode(config, stream, version) ?? checkLimits(config, stream) ?? (interest === null ? checkFilters(config) : checkInterest(config, interest)) ?? checkStart(config) ?? checkRest(config);
}

function checkDurations({ backoff, ack_wait }: ConsumerConfig): ApiError | null {
  if (backoff.some((wait) => wait < 0)) return errors.backoffNegative();
  return ack_wait < 0 ? errors.ackWaitNegative() : null;
}
function checkNumbers(config: ConsumerConfig, stream: StreamConfig, version: Version): ApiError | null {
  const { num_replicas: replicas, backoff, max_deliver, description } = config;
  if (replicas < 0) return errors.replicasNegative();
  const since210 = atLeast(version, '2.10.27');
  if (since210 && stream.retention !== 'limits' && replicas !== 0 && replicas !== stream.num_replicas) return errors.replicasShouldMatch();
  // Before 2.10 there is a delivery more than there are waits, and it has to be said how many.
  if (backoff.length > 0 && (since210 ? max_deliver !== -1 && backoff.length > max_deliver : max_deliver <= backoff.length)) return errors.maxDeliverBackoff();
  return description.length > MAX_DESCRIPTION ? errors.consumerDescriptionTooLong(MAX_DESCRIPTION) : null;
}

function checkMode(config: ConsumerConfig, stream: StreamConfig, version: Version): ApiError | null {
  return isPush(config) ? checkPush(config, stream) : checkPull(config, stream, version);
}
function checkPush(config: ConsumerConfig, stream: StreamConfig): ApiError | null {
  const { deliver_subject: subject, idle_heartbeat: heartbeat } = config;
  if (!isLiteral(subject)) return errors.deliverToWildcards();
  if (!isValidSubject(subject)) return errors.invalidDeliverSubject();
  if (stream.subjects.some((taken) => isSubsetOf(subject, taken))) return errors.deliverCycle();
  if (config.max_waiting !== 0) return errors.pushMaxWaiting();
  if (config.max_ack_pending > 0 && config.ack_policy === 'none') return errors.maxPendingAckPolicy();
  return heartbeat > 0 && heartbeat < 100_000_000 ? errors.smallHeartbeat() : null;
}
function checkPull(config: ConsumerConfig, stream: StreamConfig, version: Version): ApiError | null {
  if (config.ack_policy === 'none' && stream.retention === 'workqueue') return errors.pullRequiresAck(atLeast(version, '2.14.5'));
  if (config.rate_limit_bps > 0) return errors.pullWithRateLimit();
  if (config.max_waiting < 0) return errors.maxWaitingNegative();
  if (config.idle_heartbeat > 0) return errors.heartbeatRequiresPush();
  if (config.flow_control) return errors.flowControlRequiresPush();
  if (config.max_batch < 0) return errors.maxRequestBatchNegative();
  return config.max_expires !== 0 && config.max_expires < 1_000_000 ? errors.maxRequestExpiresTooSmall() : null;
}
function checkPriority(config: ConsumerConfig): ApiError | null {
  const { priority_policy: policy, priority_groups: groups, priority_timeout: timeout } = config;
  if (policy === 'none') return groups.length > 0 ? errors.groupsWithoutPolicy() : timeout > 0 ? errors.timeoutWithoutPolicy() : null;
  if (isPush(config)) return errors.pushWithPriorityGroup();
  if (groups.length === 0) return errors.policyWithoutGroup();
  if (groups.includes('')) return errors.emptyGroupName();
  return groups.every((group) => /^[a-zA-Z0-9/_=-]{1,16}$/.test(group)) ? null : errors.invalidGroupName();
}

function checkLimits({ max_ack_pending, inactive_threshold }: ConsumerConfig, { consumer_limits: limits }: StreamConfig): ApiError | null {
  const { max_ack_pending: most = 0, inactive_threshold: longest = 0 } = limits;
  if (most > 0 && max_ack_pending > most) return errors.maxAckPendingExcess(most);
  return longest > 0 && inactive_threshold > longest ? errors.inactiveThresholdExcess(goDuration(longest)) : null;
}

function checkInterest({ filter_subject: filter }: ConsumerConfig, interest: readonly string[]): ApiError | null {
  if (filter === '') return null;
  const within = isValidSubject(filter) && interest.some((subject) => isSubsetOf(filter, subject) || (!isLiteral(filter) && isSubsetOf(subject, filter)));
  return within ? null : errors.consumerFilterNotSubset();
}
function checkFilters(config: ConsumerConfig): ApiError | null {
  const { filter_subject: one, filter_subjects: several } = config;
  if (one !== '' && several.length > 0) return errors.duplicateFilterSubjects();
  if (one !== '' && !isValidSubject(one)) return errors.streamInvalidConfig('invalid subject');
  if (several.includes('')) return errors.emptyFilter();
  for (const [i, filter] of several.entries()) {
    if (!isValidSubject(filter)) return errors.streamInvalidConfig('invalid subject');
    if (several.some((other, j) => i !== j && subjectsCollide(filter, other))) return errors.overlappingSubjectFilters();
  }
  return null;
}

const POLICY_WORDS: Readonly<Record<ConsumerConfig['deliver_policy'], string>> = {
  all: 'all',
  last: 'last',
  new: 'new',
  by_start_sequence: 'by start sequence',
  by_start_time: 'by start time',
  last_per_subject: 'last per subject',
};
function checkStart(config: ConsumerConfig): ApiError | null {
  const { deliver_policy: policy, opt_start_seq: seq, opt_start_time: time } = config;
  const words = `consumer delivery policy is deliver ${POLICY_WORDS[policy]}, but optional`;
  const also = (start: string) => errors.invalidPolicy(`${words} start ${start} is also set`);
  const missing = (what: string) => errors.invalidPolicy(`${words} ${what} is not set`);
  if (policy === 'by_start_sequence') return seq === 0 ? missing('start sequence') : time !== null ? also('time') : null;
  if (policy === 'by_start_time') return time === null ? missing('start time') : seq !== 0 ? also('start sequence') : null;
  if (seq > 0) return also('sequence');
  if (time !== null) return also('time');
  return policy === 'last_per_subject' && filtersOf(config).length === 0 ? missing('filter subject') : null;
}

function checkRest(config: ConsumerConfig): ApiError | null {
  const { sample_freq: freq, metadata } = config;
  if (freq !== '' && !/^\+?\d+%?$/.test(freq)) return errors.invalidSampling(samplingProblem(freq.replace(/%$/, '')));
  if (config.flow_control && config.idle_heartbeat === 0) return errors.flowControlNeedsHeartbeats();
  if (config.durable_name !== '' && config.name !== '' && config.name !== config.durable_name) return errors.durableAndNameMismatch();
  const length = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return length > MAX_METADATA ? errors.consumerMetadataLength('128KB') : checkPriority(config);
}
/** A number below zero is refused with no reason given. */
const samplingProblem = (text: string): string => (/^-\d+$/.test(text) ? '<nil>' : `strconv.Atoi: parsing "${text}": invalid syntax`);

/** What may not change while a consumer lives. @returns the reason, in the server's words */
export function updateProblem(old: ConsumerConfig, next: ConsumerConfig, version: Version): string | null {
  const fixed: readonly [keyof ConsumerConfig, string][] = [
    ['deliver_policy', 'deliver policy'],
    ['opt_start_seq', 'start sequence'],
    ['opt_start_time', 'start time'],
    ['ack_policy', 'ack policy'],
    ['replay_policy', 'replay policy'],
    ['idle_heartbeat', 'heart beats'],
    ['flow_control', 'flow control'],
    // Later versions look at it last.
    ...(atLeast(version, '2.10.27') ? [] : [['max_waiting', 'max waiting'] as [keyof ConsumerConfig, string]]),
  ];
  for (const [field, words] of fixed) if (old[field] !== next[field]) return `${words} can not be updated`;
  if (isPush(old) !== isPush(next)) return isPush(next) ? 'can not update pull consumer to push based' : 'can not update push consumer to pull based';
  return null;
}
