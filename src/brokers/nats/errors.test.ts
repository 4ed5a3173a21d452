import { describe, expect, test } from 'vitest';
import type { Refusal } from '../contract.ts';
import type { ConsumerArgs, StreamArgs } from './config.ts';
import type { errors, protocolErrors } from './errors.ts';
import { cluster } from './replication.test-kit.ts';
import { millis, server } from './server.test-kit.ts';

type Server = ReturnType<typeof server>;
type Outcome = Refusal | object;
const ready = (s: Server) => (s.stream(), s);
const durable = (s: Server, config: ConsumerArgs) => ready(s).consumer(config);
const stream = (config: Partial<StreamArgs>) => (s: Server) => s.stream(config);
const consumer = (config: ConsumerArgs) => (s: Server) => durable(s, config);
const update = (config: Partial<StreamArgs>) => (s: Server) => s.nats.updateStream({ name: 'S', subjects: ['s.>'], storage: 'memory', ...config });
const publish = (s: Server, headers: Record<string, string> = {}, size = 10): Outcome => s.store('s.a', 1, headers, size)?.error ?? {};
const workqueue = (config: ConsumerArgs) => (s: Server) => {
  s.stream({ retention: 'workqueue' });
  return s.consumer(config);
};
const long = 'x'.repeat(5000);
const since211 = () => server({ version: '2.14.5' });

const leaderless = (): Outcome => {
  const s = cluster({ num_replicas: 1 });
  s.stop(0);
  return s.nats.streamInfo('S');
};
const inProcess = (): Outcome => {
  const s = cluster({}, { version: '2.14.5' });
  s.say(1, 'one');
  s.say(1, 'one');
  return s.events('rejected')[0]?.error ?? {};
};
const purgedInMemory = (): Outcome => {
  const s = server({ version: '2.9.10' });
  s.stream({ storage: 'memory' });
  for (let i = 0; i < 3; i++) s.store('s.a', i);
  s.nats.deleteMessage('S', 2);
  return s.nats.purgeStream('S', { seq: 2 });
};
/** For each refusal of JetStream: how a client comes by it, and its err_code. */
const ways: Record<keyof typeof errors, readonly [err_code: number, text: string, (s: Server) => Outcome]> = {
  badRequest: [10003, 'bad request', (s) => ready(s).nats.purgeStream('S', { seq: 1, keep: 1 })],
  clusterNotAvailable: [10008, 'temporarily unavailable', () => leaderless()],
  clusterNoPeers: [10005, 'no suitable peers for placement', () => server({ servers: 3 }).stream({ num_replicas: 5 })],
  consumerCreate: [10012, 'ack policy can not be updated', (s) => (durable(s, {}), s.consumer({ ack_policy: 'all' }))],
  consumerNameExist: [10013, 'already in use', (s) => (durable(s, { deliver_subject: 'd' }), s.subscribe('d'), s.consumer({ deliver_subject: 'e' }))],
  consumerNotFound: [10014, 'consumer not found', (s) => ready(s).nats.consumerInfo('S', 'x')],
  invalidJson: [10025, 'invalid JSON', (s) => s.stream({ retention: 'some' as 'limits' })],
  maximumConsumers: [10026, 'maximum consumers limit', (s) => (s.stream({ max_consumers: 1 }), s.consumer(), s.consumer({ durable_name: 'd' }))],
  maximumStreams: [10027, 'maximum number of streams', () => ready(server({ max_streams: 1 })).nats.createStream({ name: 'T' })],
  mirrorMaxMessageSize: [10030, 'must have max message size >= source', (s) => (s.stream({ max_msg_size: 100 }), s.nats.createStream({ name: 'M', max_msg_size: 50, mirror: { name: 'S' } }))],
  mirrorWithSources: [10031, 'can not also contain other sources', stream({ subjects: [], mirror: { name: 'M' }, sources: [{ name: 'A' }] })],
  mirrorWithSubjects: [10034, 'can not contain subjects', stream({ mirror: { name: 'M' } })],
  noMessageFound: [10037, 'no message found', (s) => ready(s).nats.getMessage('S', { seq: 1 })],
  sequenceNotFound: [10043, 'sequence 7 not found', (s) => ready(s).nats.deleteMessage('S', 7)],
  sourceMaxMessageSize: [10046, 'must have max message size >= target', (s) => (s.stream({ max_msg_size: 100 }), s.nats.createStream({ name: 'M', max_msg_size: 50, sources: [{ name: 'S' }] }))],
  streamCreate: [10049, "stream subject transform from 'a.*' to 'b.*'", stream({ subject_transform: { src: 'a.*', dest: 'b.*' } })],
  streamInvalidConfig: [10052, 'max age needs to be >= 100ms', stream({ max_age: millis(50) })],
  messageExceedsMaximum: [10054, 'message size exceeds', (s) => (s.stream({ max_msg_size: 5 }), publish(s))],
  mirrorNotUpdatable: [10055, 'mirror configuration can not be updated', (s) => (s.stream({ subjects: [], mirror: { name: 'M' } }), update({ subjects: [], mirror: { name: 'N' } })(s))],
  messageDeleteFailed: [10057, 'message delete not permitted', (s) => (s.stream({ deny_delete: true }), publish(s), s.nats.deleteMessage('S', 1))],
  streamNameExist: [10058, 'different configuration', (s) => (s.stream(), s.stream({ max_msgs: 1 }))],
  streamNotFound: [10059, 'stream not found', (s) => s.nats.streamInfo('S')],
  missingSubjectSequence: [10193, 'missing sequence', () => publish(ready(since211()), { 'Nats-Expected-Last-Subject-Sequence-Subject': 's.b' })],
  streamNotMatch: [10060, 'expected stream does not match', (s) => publish(ready(s), { 'Nats-Expected-Stream': 'T' })],
  consumerFilterNotSubset: [10093, 'not a valid subset of the interest subjects', () => ready(server({ version: '2.9.10' })).consumer({ filter_subject: 'x' })],
  replicasShouldMatch: [10134, 'replicas must match', () => cluster({ retention: 'interest' }).nats.createConsumer('S', { durable_name: 'c', num_replicas: 1 })],
  transformInvalidSource: [10155, 'stream transform source: invalid subject a..b', () => since211().stream({ subject_transform: { src: 'a..b', dest: 'c' } })],
  transformInvalidDestination: [10156, 'wildcard index out of range in {{wildcard(2)}}: [2]', () => since211().stream({ subject_transform: { src: 'a.*', dest: 'b.{{wildcard(2)}}' } })],
  subjectOverlap: [10065, 'subjects overlap', (s) => ready(s).nats.createStream({ name: 'T', subjects: ['*.a'] })],
  streamUpdate: [10069, 'change to limits violates consumers: c', (s) => (durable(s, { max_ack_pending: 9 }), update({ consumer_limits: { max_ack_pending: 5 } })(s))],
  wrongLastMsgId: [10070, 'wrong last msg ID: ', (s) => publish(ready(s), { 'Nats-Expected-Last-Msg-Id': 'x' })],
  wrongLastSequence: [10071, 'wrong last sequence: 0', (s) => publish(ready(s), { 'Nats-Expected-Last-Sequence': '4' })],
  replicasNotSupported: [10074, 'replicas > 1 not supported', stream({ num_replicas: 3 })],
  storeFailed: [10077, 'maximum messages exceeded', (s) => (s.stream({ max_msgs: 1, discard: 'new' }), publish(s), publish(s))],
  deliverToWildcards: [10079, 'has wildcards', consumer({ deliver_subject: 'd.*' })],
  pushMaxWaiting: [10080, 'can not set max waiting', consumer({ deliver_subject: 'd', max_waiting: 5 })],
  deliverCycle: [10081, 'forms a cycle', consumer({ deliver_subject: 's.d' })],
  maxPendingAckPolicy: [10082, 'requires ack policy for max ack pending', consumer({ deliver_subject: 'd', ack_policy: 'none', max_ack_pending: 5 })],
  smallHeartbeat: [10083, '>= 100ms', consumer({ deliver_subject: 'd', idle_heartbeat: millis(50) })],
  pullRequiresAck: [10084, 'requires ack policy', workqueue({ ack_policy: 'none' })],
  pullWithRateLimit: [10086, 'rate limit', consumer({ rate_limit_bps: 5 })],
  maxWaitingNegative: [10087, 'max waiting needs to be positive', consumer({ max_waiting: -1 })],
  heartbeatRequiresPush: [10088, 'heartbeat requires a push', consumer({ idle_heartbeat: millis(500) })],
  flowControlRequiresPush: [10089, 'flow control requires a push', consumer({ flow_control: true })],
  invalidPolicy: [10094, 'optional start sequence is not set', consumer({ deliver_policy: 'by_start_sequence' })],
  invalidSampling: [10095, 'invalid syntax', consumer({ sample_freq: 'some' })],
  headerExceedsMaximum: [10097, 'header size exceeds', (s) => publish(ready(s), { A: 'x'.repeat(66_000) })],
  workqueueExplicitAck: [10098, 'requires explicit ack', workqueue({ ack_policy: 'all' })],
  workqueueMultipleUnfiltered: [10099, 'multiple non-filtered', (s) => (workqueue({})(s), s.consumer({ durable_name: 'd' }))],
  workqueueNotUnique: [10100, 'not unique', (s) => (workqueue({ filter_subject: 's.a' })(s), s.consumer({ durable_name: 'd', filter_subject: 's.*' }))],
  workqueueDeliverAll: [10101, 'must be deliver all', workqueue({ deliver_policy: 'new' })],
  consumerNameTooLong: [10102, 'maximum allowed is 255', consumer({ durable_name: 'x'.repeat(256) })],
  badDurableName: [10103, "durable name can not contain '.', '*', '>'", consumer({ durable_name: 'a.b' })],
  consumerDescriptionTooLong: [10107, 'maximum allowed is 4096', consumer({ description: long })],
  flowControlNeedsHeartbeats: [10108, 'also needs heartbeats', consumer({ deliver_subject: 'd', flow_control: true })],
  streamSealed: [10109, 'sealed stream', (s) => (s.stream(), update({ sealed: true })(s), publish(s))],
  general: [10051, 'no message found', purgedInMemory],
  purgeFailed: [10110, 'stream purge not permitted', (s) => (s.stream({ deny_purge: true }), s.nats.purgeStream('S'))],
  rollupFailed: [10111, 'rollup not permitted', (s) => publish(ready(s), { 'Nats-Rollup': 'sub' })],
  invalidDeliverSubject: [10112, 'invalid push consumer deliver subject', consumer({ deliver_subject: 'd..e' })],
  maxRequestBatchNegative: [10114, 'max request batch', consumer({ max_batch: -1 })],
  maxRequestExpiresTooSmall: [10115, '>= 1ms', consumer({ max_expires: 500 })],
  maxDeliverBackoff: [10116, 'max deliver is required', consumer({ backoff: [1, 2, 3], max_deliver: 2 })],
  maxAckPendingExcess: [10121, 'exceeds system limit of 5', (s) => (s.stream({ consumer_limits: { max_ack_pending: 5 } }), s.consumer({ max_ack_pending: 6 }))],
  consumerReplicasExceed: [10126, 'exceeds parent stream', () => durable(server({ servers: 3 }), { num_replicas: 3 })],
  consumerPathSeparators: [10127, 'Consumer name can not contain path', consumer({ durable_name: 'a/b' })],
  streamPathSeparators: [10128, 'Stream name can not contain path', stream({ name: 'a/b' })],
  durableAndNameMismatch: [10132, 'have to be equal', consumer({ name: 'd' })],
  replicasNegative: [10133, 'cannot be negative', stream({ num_replicas: -1 })],
  consumerMetadataLength: [10135, '128KB', consumer({ metadata: { a: 'x'.repeat(131_072) } })],
  duplicateFilterSubjects: [10136, 'both FilterSubject and FilterSubjects', consumer({ filter_subject: 's.a', filter_subjects: ['s.b'] })],
  overlappingSubjectFilters: [10138, 'cannot overlap', consumer({ filter_subjects: ['s.a', 's.*'] })],
  emptyFilter: [10139, 'cannot be empty', consumer({ filter_subjects: ['s.a', ''] })],
  sourceDuplicate: [10140, 'duplicate source', stream({ sources: [{ name: 'A' }, { name: 'A' }] })],
  sourceInvalidName: [10141, 'sourced stream name', stream({ sources: [{ name: 'a.b' }] })],
  mirrorInvalidName: [10142, 'mirrored stream name', stream({ subjects: [], mirror: { name: 'a.b' } })],
  mirrorWithFirstSeq: [10143, 'first sequence', stream({ subjects: [], first_seq: 5, mirror: { name: 'M' } })],
  sourceMultipleFilters: [10144, 'source with multiple subject transforms', stream({ sources: [{ name: 'A', filter_subject: 'a', subject_transforms: [{ src: 'a', dest: 'b' }] }] })],
  sourceInvalidFilter: [10145, 'source subject filter', stream({ sources: [{ name: 'A', subject_transforms: [{ src: 'a b', dest: 'b' }] }] })],
  sourceInvalidTransform: [10146, 'transform destination', stream({ sources: [{ name: 'A', subject_transforms: [{ src: 'a.*', dest: 'b.{{odd(1)}}' }] }] })],
  sourceOverlappingFilters: [
    10147,
    'source filters',
    stream({
      sources: [
        {
          name: 'A',
          subject_transforms: [
            { src: 'a.b', dest: 'x' },
            { src: 'a.*', dest: 'y' },
          ],
        },
      ],
    }),
  ],
  consumerAlreadyExists: [10148, 'already exists', (s) => (durable(s, {}), s.nats.createConsumer('S', { durable_name: 'c', ack_policy: 'explicit', max_deliver: 3 }, 'create'))],
  consumerDoesNotExist: [10149, 'does not exist', (s) => ready(s).nats.createConsumer('S', { durable_name: 'c' }, 'update')],
  mirrorMultipleFilters: [10150, 'mirror with multiple', stream({ subjects: [], mirror: { name: 'M', filter_subject: 'a', subject_transforms: [{ src: 'a', dest: 'b' }] } })],
  mirrorInvalidFilter: [10151, 'mirror subject filter is invalid', stream({ subjects: [], mirror: { name: 'M', subject_transforms: [{ src: 'a..b', dest: 'b' }] } })],
  mirrorOverlappingFilters: [
    10152,
    'mirror subject filters can not overlap',
    stream({
      subjects: [],
      mirror: {
        name: 'M',
        subject_transforms: [
          { src: 'a.b', dest: 'x' },
          { src: 'a.*', dest: 'y' },
        ],
      },
    }),
  ],
  inactiveThresholdExcess: [10153, 'exceeds system limit of 1.5s', (s) => (s.stream({ consumer_limits: { inactive_threshold: millis(1500) } }), s.consumer({ inactive_threshold: millis(1600) }))],
  policyWithoutGroup: [10159, 'requires at least one PriorityGroup', () => durable(since211(), { priority_policy: 'overflow' })],
  invalidPriorityGroup: [
    10160,
    'Provided priority group does not exist',
    () => {
      const s = since211();
      durable(s, { priority_policy: 'pinned_client', priority_groups: ['G'] });
      return s.nats.unpinConsumer('S', 'c', 'H');
    },
  ],
  emptyGroupName: [10161, 'cannot be an empty string', () => durable(since211(), { priority_policy: 'overflow', priority_groups: [''] })],
  invalidGroupName: [10162, 'may not exceed 16', () => durable(since211(), { priority_policy: 'overflow', priority_groups: ['a b'] })],
  duplicateInProcess: [10158, 'duplicate message id is in process', () => inProcess()],
  messageTtlInvalid: [10165, 'invalid per-message TTL', () => publish(ready(since211()), { 'Nats-TTL': 'soon' })],
  messageTtlDisabled: [10166, 'TTL is disabled', () => publish(ready(since211()), { 'Nats-TTL': '5' })],
  pushWithPriorityGroup: [10178, 'can not be used with push', () => durable(since211(), { deliver_subject: 'd', priority_policy: 'overflow', priority_groups: ['G'] })],
  ackWaitNegative: [10183, 'ack wait needs to be positive', () => durable(since211(), { ack_wait: -1 })],
  backoffNegative: [10184, 'backoff needs to be positive', () => durable(since211(), { backoff: [-1] })],
  groupsWithoutPolicy: [10196, 'when policy is none', () => durable(since211(), { priority_groups: ['G'] })],
  timeoutWithoutPolicy: [10197, 'PinnedTTL cannot be set', () => durable(since211(), { priority_timeout: 5 })],
};
describe('every refusal of JetStream, with its err_code and in its words', () => {
  for (const [name, [err_code, text, way]] of Object.entries(ways)) {
    test(name, () => {
      const outcome = way(server());
      expect(outcome).toMatchObject({ refused: true, err_code, closes: 'message' });
      expect((outcome as Refusal).text).toContain(text);
    });
  }
});

const lines: Record<keyof typeof protocolErrors, readonly [text: string, closes: Refusal['closes'], (s: Server) => Outcome]> = {
  invalidSubject: ['Invalid Subject', 'message', (s) => s.nats.subscribe('a', { sid: 90, subject: 'a..b' })],
  invalidPublishSubject: ['Invalid Publish Subject', 'message', (s) => (s.nats.connect('b', { pedantic: true }), s.publish('a.*', { client: 'b' }))],
  maximumPayload: ['Maximum Payload Violation', 'connection', (s) => s.publish('a', { size: 1_048_577 })],
  maximumSubscriptions: [
    'maximum subscriptions exceeded',
    'message',
    () => {
      const s = server({ max_subscriptions: 1 });
      s.subscribe('a');
      return s.nats.subscribe('a', { sid: 90, subject: 'b' });
    },
  ],
  publishPermission: ['Permissions Violation for Publish to "a"', 'message', (s) => (s.nats.connect('b', { permissions: { publish: { deny: ['a'] } } }), s.publish('a', { client: 'b' }))],
  subscriptionPermission: ['Permissions Violation for Subscription to "a"', 'message', (s) => (s.nats.connect('b', { permissions: { subscribe: { allow: ['b'] } } }), s.nats.subscribe('b', { sid: 90, subject: 'a' }))],
  noRespondersRequiresHeaders: ['no responders requires headers support', 'connection', (s) => s.nats.connect('b', { no_responders: true, headers: false })],
  connectionClosed: ['Connection Closed', 'connection', (s) => (s.nats.disconnect('a'), s.publish('a'))],
};
describe('every -ERR of the client protocol, and what it ends', () => {
  for (const [name, [text, closes, way]] of Object.entries(lines)) {
    test(name, () => {
      expect(way(server())).toMatchObject({ refused: true, text, closes });
    });
  }
});
