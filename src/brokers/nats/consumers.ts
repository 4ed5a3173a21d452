import { expireAll } from './acks.ts';
import { type ConsumerArgs, type ConsumerConfig, sameConfig, type StreamConfig, us } from './config.ts';
import { check, filtersOf, isPush, isValidName, MAX_NAME, updateProblem, withDefaults } from './consumer-config.ts';
import type { Core } from './core.ts';
import { burst } from './delivery.ts';
import { type ApiError, errors } from './errors.ts';
import type { Consumer, Stream } from './model.ts';
import { forgetGroup, placeConsumer } from './placement.ts';
import { cleanUp, recount } from './retention.ts';
import { hasInterest, listens, status } from './routing.ts';
import { newest, nextPassing, seqFromTime, subjectsPassing } from './store.ts';
import { startStored } from './stored-state.ts';
import { hasWildcard, subjectsCollide } from './subjects.ts';

/** Consumers come, change and go. */

export type Action = '' | 'create' | 'update';

/** @param direct asked for by another stream, which no rule of retention keeps out */
export function createConsumer(core: Core, stream: Stream, args: ConsumerArgs, action: Action, direct = false): Consumer | ApiError {
  if ((args.num_replicas ?? 0) > stream.config.num_replicas) return errors.consumerReplicasExceed();
  const given = withDefaults(args, stream.config, core.version);
  const named = given.durable_name === '' ? given.name : given.durable_name;
  const config = given.name === '' ? { ...given, name: named } : given;
  if (/[\\/]/.test(named)) return errors.consumerPathSeparators();
  const wrong = check(config, stream.config, core.version, core.since('2.10.27') ? null : arriving(core, stream.config));
  if (wrong !== null) return wrong;
  const old = stream.consumers.get(named);
  // Before 2.10 nobody can say which of the two it shall be.
  const asked = core.since('2.10.27') ? action : '';
  if (old !== undefined) return updateConsumer(core, stream, old, config, asked);
  if (asked === 'update') return errors.consumerDoesNotExist();
  const refused = (direct ? null : checkPlace(stream, config, named)) ?? checkName(config, named);
  if (refused !== null) return refused;
  const name = named === '' ? `ephemeral${core.counters.name++}` : named;
  return start(core, stream, name, named === '' ? { ...config, name } : config, direct);
}
/** Subjects that can come into a stream, or null where they come from another server. */
function arriving(core: Core, { subjects, mirror, sources }: StreamConfig, seen = new Set<string>()): readonly string[] | null {
  const all = [...subjects];
  for (const { name, external } of mirror === null ? sources : [mirror]) {
    if (external !== undefined) return null;
    const origin = core.streams.get(name);
    if (origin === undefined || seen.has(name)) continue;
    const more = arriving(core, origin.config, seen.add(name));
    if (more === null) return null;
    all.push(...more);
  }
  return all;
}
function checkName({ durable_name }: ConsumerConfig, named: string): ApiError | null {
  if (durable_name.length > MAX_NAME) return errors.consumerNameTooLong(MAX_NAME);
  return named === '' || isValidName(named) ? null : errors.badDurableName();
}
function checkPlace(stream: Stream, config: ConsumerConfig, name: string): ApiError | null {
  const { max_consumers: most, retention } = stream.config;
  if (most > 0 && stream.consumers.size >= most) return errors.maximumConsumers();
  if (retention !== 'workqueue') return null;
  if (config.ack_policy !== 'explicit') return errors.workqueueExplicitAck();
  if (stream.consumers.size > 0) {
    if (filtersOf(config).length === 0) return errors.workqueueMultipleUnfiltered();
    if (!isPartition(stream, config, name)) return errors.workqueueNotUnique();
  }
  return config.deliver_policy === 'all' ? null : errors.workqueueDeliverAll();
}
/** On a workqueue no two consumers may want the same subject. */
function isPartition(stream: Stream, config: ConsumerConfig, name: string): boolean {
  const others = [...stream.consumers.values()].filter((one) => one.name !== name);
  return filtersOf(config).every((filter) => others.every((one) => one.filters.length > 0 && !one.filters.some((other) => subjectsCollide(filter, other))));
}

function start(core: Core, stream: Stream, name: string, given: ConsumerConfig, direct: boolean): Consumer {
  // Without a durable name a consumer is ephemeral and always has a threshold.
  const config = given.durable_name === '' && given.inactive_threshold <= 0 ? { ...given, inactive_threshold: EPHEMERAL_THRESHOLD } : given;
  const { skip, sseq } = startingPoint(core, stream, config, direct);
  const consumer: Consumer = {
    id: core.counters.id++,
    name,
    stream: stream.name,
    created: core.now(),
    config,
    filters: filtersOf(config),
    sought: filtersOf(config),
    told: filtersOf(config),
    sseq,
    dseq: 1,
    ackFloorConsumer: 0,
    ackFloorStream: 0,
    stored: { dseq: 0, seq: 0, ackFloorConsumer: 0, ackFloorStream: 0 },
    numPending: 0,
    countedThrough: 0,
    pending: new Map(),
    redelivered: new Map(),
    redeliver: new Set(),
    skip,
    replaying: config.replay_policy !== 'instant',
    replayThrough: stream.store.lastSeq,
    lastStamp: -1,
    rate: rateOf(core, stream, config),
    inactiveAfter: threshold(core, config),
    pins: 0,
    ...unheard(config),
  };
  stream.consumers.set(name, consumer);
  core.consumers.set(consumer.id, consumer);
  if (!direct) placeConsumer(core, stream, consumer);
  startStored(core, consumer);
  recount(core, stream, consumer);
  consumer.active = isPush(config) && listens(core, consumer);
  if (consumer.inactiveAfter > 0 && !consumer.active) core.arm(consumer, 'inactive', consumer.inactiveAfter);
  if (config.idle_heartbeat > 0) core.arm(consumer, 'heartbeat', us(config.idle_heartbeat));
  core.emit({ kind: 'consumer', stream: stream.name, consumer: name, what: 'created' });
  watchPause(core, consumer);
  core.signal(consumer);
  return consumer;
}
const EPHEMERAL_THRESHOLD = 5_000_000_000;
/** What a consumer knows of its clients while it has none. */
export const unheard = ({ flow_control }: ConsumerConfig): Pick<Consumer, 'waiting' | 'active' | 'held' | 'flow' | 'lastPull' | 'checkedAt' | 'pinned' | 'timers'> => ({
  waiting: [],
  active: false,
  held: null,
  flow: flow_control ? { window: FLOW_WINDOW, bytes: 0, asked: 0, reply: '' } : null,
  lastPull: -1,
  checkedAt: -1,
  pinned: null,
  timers: { pending: -1, wait: -1, heartbeat: -1, inactive: -1, held: -1, pause: -1, pin: -1 },
});
/** The window of flow control begins at 2 MiB and doubles up to 32 MiB. */
const FLOW_WINDOW = 2_097_152;
const FLOW_LIMIT = 33_554_432;
export const rateOf = (core: Core, stream: Stream, { rate_limit_bps }: ConsumerConfig) => (rate_limit_bps > 0 ? { tokens: burst(core, stream), at: core.now() } : null);
/** The server adds 100 ms and up to 900 ms of jitter where the consumer is pulled, or the default of ephemerals counts. */
function threshold(core: Core, config: ConsumerConfig): number {
  if (config.inactive_threshold <= 0) return 0;
  return us(config.inactive_threshold) + (isPush(config) && config.inactive_threshold !== EPHEMERAL_THRESHOLD ? 0 : 100_000 + core.pick(900) * 1000);
}

/** Where the deliver policy begins, within what the stream has. */
function startingPoint(core: Core, stream: Stream, config: ConsumerConfig, direct: boolean): Pick<Consumer, 'sseq' | 'skip'> {
  const { store } = stream;
  const filters = filtersOf(config);
  let skip: Consumer['skip'] = null;
  let sseq = 0;
  if (config.opt_start_seq > 0) sseq = config.opt_start_seq;
  else if (config.deliver_policy === 'all') sseq = store.firstSeq;
  else if (config.deliver_policy === 'new') sseq = store.lastSeq + 1;
  else if (config.deliver_policy === 'last') {
    if (filters.length === 0) return { skip, sseq: Math.max(store.lastSeq, 1) };
    sseq = Math.max(0, ...filters.map((filter) => newest(store, filter)?.seq ?? 0));
  } else if (config.deliver_policy === 'last_per_subject') {
    if (stream.config.max_msgs_per_subject === 1) sseq = store.firstSeq;
    else {
      const seqs = subjectsPassing(store, filters).map((subject) => newest(store, subject)?.seq ?? 0);
      skip = { resume: store.lastSeq, seqs: seqs.sort((a, b) => a - b) };
      sseq = seqs[0] ?? store.lastSeq;
    }
  } else {
    sseq = seqFromTime(store, config.opt_start_time ?? 0);
    // To the first message of the filter, where that lies ahead.
    const firsts = filters.map((filter) => nextPassing(store, store.firstSeq, [filter])?.seq ?? 0).filter((seq) => seq > sseq && seq < store.lastSeq);
    if (firsts.length > 0) sseq = Math.min(...firsts);
  }
  // 2.14 takes a start at its word, even one that is still to come.
  const exact = core.since('2.14.5') && config.opt_start_seq > 0 && !direct;
  if (store.firstSeq === 0) sseq = exact ? sseq : 1;
  else if (sseq < store.firstSeq) sseq = store.firstSeq;
  else if (sseq > store.lastSeq && !exact) sseq = store.lastSeq + 1;
  return { skip, sseq };
}

function updateConsumer(core: Core, stream: Stream, consumer: Consumer, next: ConsumerConfig, action: Action): Consumer | ApiError {
  const old = consumer.config;
  const config = consumer.config.durable_name === '' && next.inactive_threshold <= 0 ? { ...next, inactive_threshold: EPHEMERAL_THRESHOLD } : next;
  if (action === 'create' && !sameConfig(next, old)) return errors.consumerAlreadyExists();
  if (stream.config.retention === 'workqueue' && !isPartition(stream, config, consumer.name)) return errors.workqueueNotUnique();
  const problem = updateProblem(old, config, core.version);
  if (problem !== null) return errors.consumerCreate(problem);
  if (isPush(old) && old.deliver_subject !== config.deliver_subject && hasInterest(core, old.deliver_subject)) return errors.consumerNameExist();
  if (old.max_waiting !== config.max_waiting) return errors.consumerCreate('max waiting can not be updated');
  if (old.deliver_subject !== config.deliver_subject && consumer.pending.size > 0) expireAll(core, consumer);
  consumer.config = config;
  if (old.deliver_subject !== config.deliver_subject || old.deliver_group !== config.deliver_group) core.later({ does: 'interest', consumer: consumer.id, interest: listens(core, consumer) });
  if (old.max_ack_pending !== config.max_ack_pending) core.signal(consumer);
  if (old.ack_wait !== config.ack_wait && consumer.timers.pending >= 0) core.arm(consumer, 'pending', 100_000);
  if (old.rate_limit_bps !== config.rate_limit_bps) consumer.rate = rateOf(core, stream, config);
  if (old.inactive_threshold !== config.inactive_threshold) {
    consumer.inactiveAfter = threshold(core, config);
    core.disarm(consumer, 'inactive');
    if (consumer.inactiveAfter > 0) core.arm(consumer, 'inactive', consumer.inactiveAfter);
  }
  changeFilters(core, stream, consumer);
  watchPause(core, consumer);
  return consumer;
}

function changeFilters(core: Core, stream: Stream, consumer: Consumer): void {
  const filters = filtersOf(consumer.config);
  consumer.filters = filters;
  if (!core.since('2.10.27')) {
    // It remembers whether its first filter had wildcards: if not, those of others are taken literally, and no subject is called so.
    consumer.sought = consumer.told.some(hasWildcard) || !filters.some(hasWildcard) ? filters : NOTHING;
    return;
  }
  consumer.sought = filters;
  consumer.told = filters;
  if (stream.config.retention === 'interest') cleanUp(core, stream, consumer.ackFloorStream, null);
  recount(core, stream, consumer);
}
const NOTHING = [''];

export function deleteConsumer(core: Core, stream: Stream, consumer: Consumer, what: 'deleted' | 'expired'): void {
  stream.consumers.delete(consumer.name);
  core.consumers.delete(consumer.id);
  forgetGroup(core, consumer.id);
  core.emit({ kind: 'consumer', stream: stream.name, consumer: consumer.name, what });
  for (const { reply } of consumer.waiting) status(core, reply, 409, 'Consumer Deleted');
  if (stream.config.retention === 'interest' && core.streams.has(stream.name)) cleanUp(core, stream, consumer.ackFloorStream, consumer);
}

/** pause_until (2.11): deliveries stop until then. */
export function watchPause(core: Core, consumer: Consumer): void {
  const until = consumer.config.pause_until;
  if (until !== null && until > core.now()) {
    if (consumer.timers.pause < 0) core.emit({ kind: 'consumer', stream: consumer.stream, consumer: consumer.name, what: 'paused' });
    if (consumer.timers.pause !== until) core.arm(consumer, 'pause', until - core.now());
  } else if (consumer.timers.pause >= 0) resume(core, consumer);
}
export function resume(core: Core, consumer: Consumer): void {
  core.disarm(consumer, 'pause');
  core.emit({ kind: 'consumer', stream: consumer.stream, consumer: consumer.name, what: 'resumed' });
  core.signal(consumer);
}
/** The deliver subject of a push consumer is listened to, or not any more. */
export function interestChanged(core: Core, consumer: Consumer, interest: boolean): void {
  if (!isPush(consumer.config)) return;
  if (interest && !consumer.active) core.signal(consumer);
  consumer.active = interest;
  if (interest) core.disarm(consumer, 'inactive');
  else if (consumer.inactiveAfter > 0 && consumer.timers.inactive < 0) core.arm(consumer, 'inactive', consumer.inactiveAfter);
}
/** The client answered a flow control request: the window may grow. */
export function flowAnswered(core: Core, consumer: Consumer, subject: string): void {
  const { flow } = consumer;
  if (flow === null || flow.reply !== subject) return;
  flow.window = Math.min(flow.window * 2, FLOW_LIMIT);
  flow.bytes = Math.max(flow.bytes - flow.asked, 0);
  flow.reply = '';
  flow.asked = 0;
  core.signal(consumer);
}
