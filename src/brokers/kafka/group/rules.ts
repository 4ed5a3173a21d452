import type { Rules } from '../../contract.ts';

const classic = 'https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal';
const broker = 'https://kafka.apache.org/44/configuration/broker-configs/';
const consumer = 'https://kafka.apache.org/44/configuration/consumer-configs/';
const design = 'https://kafka.apache.org/44/design/design/';
const operations = 'https://kafka.apache.org/44/operations/consumer-rebalance-protocol/';
const groupConfigs = 'https://kafka.apache.org/44/configuration/group-configs/';
const kip = (page: string) => `https://cwiki.apache.org/confluence/display/KAFKA/${page}`;
const kip345 = kip('KIP-345%3A+Introduce+static+membership+protocol+to+reduce+consumer+rebalances');
const kip394 = kip('KIP-394%3A+Require+member.id+for+initial+join+group+request');
const kip429 = kip('KIP-429%3A+Kafka+Consumer+Incremental+Rebalance+Protocol');
const kip881 = kip('KIP-881%3A+Rack-aware+Partition+Assignment+for+Kafka+Consumers');
const kip54 = kip('KIP-54+-+Sticky+Partition+Assignment+Strategy');
const kip211 = kip('KIP-211%3A+Revise+Expiration+Semantics+of+Consumer+Group+Offsets');
const kip447 = kip('KIP-447%3A+Producer+scalability+for+exactly+once+semantics');
const kip848 = kip('KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol');
const kip932 = kip('KIP-932%3A+Queues+for+Kafka');
const kip1206 = kip('KIP-1206%3A+Strict+max+fetch+records+in+share+fetch');
const kip1251 = kip('KIP-1251%3A+Assignment+epochs+for+consumer+groups');
const kip1263 = kip('KIP-1263%3A+Group+Coordinator+Assignment+Batching+and+Offload');
const javadoc = (name: string) => `https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/${name}.html`;

/** What the model holds to be true of Kafka's groups, and where that is written. Tests are titled by these. */
export const groupRules = {
  G01: { name: 'range', says: 'range gives each topic’s partitions side by side to its members in order; the first ones get one more when it does not come out even.', source: javadoc('RangeAssignor'), recorded: ['range-side-by-side'] },
  G02: { name: 'round-robin', says: 'roundrobin deals the partitions of all topics to the members in turn and passes over those who do not subscribe.', source: javadoc('RoundRobinAssignor'), recorded: ['roundrobin-deals-in-turn'] },
  G03: { name: 'static-first', says: 'Static members come before dynamic ones, in the order of their instance ids.', source: kip345, recorded: ['range-side-by-side', 'roundrobin-deals-in-turn'] },
  G04: { name: 'sticky', says: 'sticky is as even as can be, and then moves as few partitions as can be.', source: kip54, recorded: ['sticky-moves-as-little-as-can-be'] },
  G05: { name: 'sticky-generation', says: 'Of two who claim a partition the one of the later generation keeps it; two of the same generation both lose it.', source: kip54, recorded: ['sticky-moves-as-little-as-can-be'] },
  G06: { name: 'cooperative', says: 'cooperative-sticky takes a partition from its owner in one rebalance and gives it to the next in another.', source: kip429, recorded: ['cooperative-takes-first-and-gives-later'] },
  G07: { name: 'uniform', says: 'The coordinator’s uniform keeps members even to within one partition and lets them keep what they have as far as that allows.', source: operations, recorded: ['uniform-is-even-and-keeps-what-it-can'] },
  G08: { name: 'server-range', says: 'The coordinator’s range assigns each topic side by side, so that partitions of the same number of topics read alike go to one member.', source: operations, recorded: ['members-choose-the-assignor'] },
  G09: { name: 'simple', says: 'A share group’s partitions may each have several members; everybody has something to read when there are enough of them.', source: kip932, since: '4.1', recorded: ['share-members-wait-for-nobody'] },

  G10: { name: 'range-racks', says: 'Where racks have different partitions, range first gives members those that have a replica in their client.rack, as far as that leaves it even.', source: kip881, since: '3.5', recorded: ['range-minds-racks'] },

  G20: { name: 'member-id', says: 'A dynamic member’s first JoinGroup is answered with a member id, and only with that it is let in.', source: kip394, recorded: ['join-sync-and-rebalance'] },
  G21: { name: 'initial-delay', says: 'A group that was empty waits group.initial.rebalance.delay.ms (3 s) before its first rebalance ends, and longer while members keep coming, at most the rebalance timeout.', source: broker, recorded: ['first-rebalance-waits-for-more-members'] },
  G22: { name: 'leader-assigns', says: 'The first member leads: it alone is told who is in, and its SyncGroup carries the assignment of all.', source: classic, recorded: ['join-sync-and-rebalance'] },
  G23: { name: 'protocol-vote', says: 'Each member votes for the first of its assignors that all support; most votes win.', source: classic, recorded: ['members-vote-for-the-assignor'] },
  G24: { name: 'inconsistent-protocol', says: 'Who has no assignor in common with all members is refused with INCONSISTENT_GROUP_PROTOCOL.', source: classic, recorded: ['no-assignor-in-common'] },
  G25: { name: 'rejoin', says: 'While a group prepares a rebalance, heartbeats are answered with REBALANCE_IN_PROGRESS: it is how members learn that they have to join again.', source: classic, recorded: ['join-sync-and-rebalance', 'leaving-starts-a-rebalance'] },
  G26: { name: 'rebalance-timeout', says: 'Who does not join again within the longest max.poll.interval.ms of the group is out.', source: consumer, recorded: ['late-member-is-left-out'] },
  G27: { name: 'session-timeout', says: 'A member that is silent for session.timeout.ms is out, and the group rebalances.', source: consumer, recorded: ['zombie-commit-unknown-member', 'dead-member-holds-its-partitions'] },
  G28: { name: 'sync-timeout', says: 'Who does not sync within the rebalance timeout is out, and the group rebalances again.', source: 'https://issues.apache.org/jira/browse/KAFKA-10839', recorded: ['late-sync-is-out'] },
  G29: { name: 'generation', says: 'Every rebalance begins a generation; what comes from another is refused with ILLEGAL_GENERATION.', source: classic, recorded: ['zombie-commit-illegal-generation', 'leaving-starts-a-rebalance', 'zombie-commits-in-a-transaction'] },
  G30: { name: 'leave', says: 'A member that leaves is out at once, and the others rebalance.', source: classic, recorded: ['leaving-starts-a-rebalance'] },
  G31: { name: 'unknown-member', says: 'Who is not in the group is refused with UNKNOWN_MEMBER_ID.', source: classic, recorded: ['zombie-commit-unknown-member', 'leaving-starts-a-rebalance', 'late-member-is-left-out'] },
  G32: { name: 'follower-rejoin', says: 'A follower of a stable group that joins with nothing new is told of the generation that runs; a leader that joins starts a rebalance.', source: classic, recorded: ['follower-that-joins-again-changes-nothing'] },
  G33: { name: 'join-during-sync', says: 'A rebalance that begins while members wait for their assignment sends them back to join: REBALANCE_IN_PROGRESS.', source: classic, recorded: ['rebalance-while-the-assignment-is-awaited'] },
  G34: { name: 'static-return', says: 'A static member that comes back within its session takes its old place and assignment without a rebalance.', source: kip345, recorded: ['static-member-comes-back'] },
  G35: { name: 'static-fenced', says: 'Of two with the same group.instance.id the older is refused with FENCED_INSTANCE_ID.', source: kip345, recorded: ['static-member-comes-back'] },
  G36: { name: 'static-absent', says: 'A static member that does not join again stays in the group until its session ends.', source: kip345, recorded: ['absent-static-member-stays'] },
  G37: { name: 'session-bounds', says: 'A session timeout outside group.min.session.timeout.ms and group.max.session.timeout.ms is refused.', source: broker, recorded: ['session-timeout-has-bounds'] },
  G38: { name: 'group-max-size', says: 'A group takes at most group.max.size members.', source: broker, recorded: ['group-has-a-greatest-size'] },
  G39: { name: 'new-leader', says: 'When the leader is out, another member leads.', source: classic, recorded: ['late-member-is-left-out'] },
  G40: { name: 'coordinator-gone', says: 'When a coordinator gives a group up, whoever waits is told NOT_COORDINATOR; the next one goes on with the generation that was written down last.', source: classic, recorded: ['coordinator-that-goes-sends-members-away'] },
  G41: {
    name: 'coordinator-dies',
    says: 'The leader of a group’s partition of __consumer_offsets coordinates it. When it dies nobody does, until the controller takes it for dead after broker.session.timeout.ms and another leads; members stay in and read on meanwhile.',
    source: 'https://kafka.apache.org/44/implementation/distribution/',
    recorded: ['nobody-coordinates-until-another-leads', 'single-copy-of-the-offsets'],
  },
  G42: {
    name: 'commit-is-tried-again',
    says: 'commitSync() is tried until default.api.timeout.ms is over, then fails with TimeoutException; commitAsync() fails with RetriableCommitFailedException and is not tried again.',
    source: javadoc('KafkaConsumer'),
    recorded: ['commit-without-a-coordinator', 'commit-outlasts-the-coordinator'],
  },

  G50: { name: 'commit-generation', says: 'A commit of another generation is refused with ILLEGAL_GENERATION, of a member that is out with UNKNOWN_MEMBER_ID.', source: 'https://kafka.apache.org/44/design/protocol/#protocol_error_codes', recorded: ['zombie-commit-illegal-generation', 'zombie-commit-unknown-member'] },
  G51: { name: 'commit-rebalance', says: 'While members wait for their assignment a commit is refused with REBALANCE_IN_PROGRESS; while they join it is taken.', source: classic, recorded: ['commit-while-rebalancing'] },
  G52: { name: 'commit-alone', says: 'Without a membership one may commit only while the group is empty.', source: classic, recorded: ['commit-without-membership'] },
  G53: { name: 'commit-keeps-alive', says: 'A commit counts as a heartbeat.', source: classic, recorded: ['commit-counts-as-a-heartbeat'] },
  G54: { name: 'offset-retention', says: 'Committed offsets of a classic group go offsets.retention.minutes (7 days) after it became empty.', source: kip211, recorded: ['offsets-go-after-the-group-was-empty'] },
  G55: { name: 'offset-retention-topic', says: 'Of a group with members, offsets of topics that nobody reads go that long after their commit.', source: kip211, recorded: ['offsets-of-topics-that-nobody-reads-go'] },
  G56: { name: 'unstable-offset', says: 'Who wants stable offsets is told UNSTABLE_OFFSET_COMMIT while a transaction holds one open.', source: kip447, recorded: ['offsets-of-a-transaction', 'read-that-waits-for-stable-offsets'] },
  G57: { name: 'transactional-offset', says: 'Offsets of a transaction are seen when it commits, and never when it aborts.', source: design, recorded: ['offsets-of-a-transaction'] },
  G58: { name: 'metadata-size', says: 'Metadata longer than offset.metadata.max.bytes is refused with OFFSET_METADATA_TOO_LARGE, for that partition alone.', source: broker, recorded: ['metadata-of-a-commit-is-limited'] },

  G60: { name: 'epoch', says: 'A member joins with epoch 0, learns its epoch from each answer and sends it with each heartbeat.', source: kip848, recorded: ['coordinator-moves-partitions-one-by-one'] },
  G61: { name: 'target', says: 'Whoever joins, goes or subscribes anew bumps the group’s epoch; the coordinator then computes a target assignment.', source: kip848, recorded: ['coordinator-moves-partitions-one-by-one', 'who-leaves-frees-its-partitions'] },
  G62: { name: 'revoke-first', says: 'A member that has to give something up keeps its epoch until it reports that it has; only then the next owner gets it.', source: kip848, recorded: ['coordinator-moves-partitions-one-by-one'] },
  G63: { name: 'incremental', says: 'Partitions that do not move are read on throughout, and members reach the new epoch one by one.', source: kip848, recorded: ['coordinator-moves-partitions-one-by-one'] },
  G64: { name: 'fenced-epoch', says: 'An epoch ahead of the coordinator’s, or behind it by more than a lost answer explains, is refused with FENCED_MEMBER_EPOCH.', source: kip848, recorded: ['epoch-ahead-or-far-behind-is-fenced'] },
  G65: { name: 'leave-epoch', says: 'Epoch -1 leaves for good.', source: kip848, recorded: ['who-leaves-frees-its-partitions'] },
  G66: { name: 'static-leave', says: 'Epoch -2 is a static member that will be back: its partitions wait for it until its session ends.', source: kip848, recorded: ['static-consumer-comes-back'] },
  G67: { name: 'unreleased', says: 'A static member whose predecessor has not left is refused with UNRELEASED_INSTANCE_ID.', source: kip848, recorded: ['instance-id-in-use'] },
  G68: { name: 'static-fenced-848', says: 'A static member that was replaced is refused with FENCED_INSTANCE_ID.', source: kip848, recorded: ['static-consumer-comes-back'] },
  G69: {
    name: 'assignor',
    says: 'The assignor is the one that most members ask for, of as many the one that was asked for first, uniform if none asks; an unknown one is refused with UNSUPPORTED_ASSIGNOR.',
    source: operations,
    recorded: ['members-choose-the-assignor', 'uniform-is-even-and-keeps-what-it-can', 'member-without-an-assignor-changes-nothing'],
  },
  G77: {
    name: 'tied-assignors',
    says: 'When two assignors have as many votes, and that of the member whose heartbeat comes is asked for by nobody else, the other one is preferred: the epoch grows with each heartbeat of the member that asked first.',
    source: 'https://github.com/apache/kafka/blob/4.1/group-coordinator/src/main/java/org/apache/kafka/coordinator/group/modern/consumer/ConsumerGroup.java',
    recorded: ['tied-assignors-change-places'],
  },
  G70: { name: 'session-848', says: 'A member that is silent for group.consumer.session.timeout.ms (45 s) is fenced.', source: broker, recorded: ['silent-consumer-is-out'] },
  G71: { name: 'rebalance-timeout-848', says: 'A member that does not give up what it has to within its own max.poll.interval.ms is fenced.', source: kip848, recorded: ['who-does-not-give-up-is-out'] },
  G72: { name: 'stale-commit', says: 'A commit with an epoch ahead of the member’s, or older than the partition’s assignment, is refused with STALE_MEMBER_EPOCH.', source: kip1251, since: '4.3', recorded: ['commit-of-another-epoch'] },
  G73: { name: 'assignment-interval', says: 'A target assignment is computed at most every group.consumer.assignment.interval.ms (1 s); meanwhile members keep to the last.', source: kip1263, since: '4.3', recorded: ['assignments-are-batched', 'group-has-an-assignment-interval'] },
  G74: { name: 'only-changes', says: 'An answer carries the assignment only when it changed, or when the member said everything anew.', source: kip848, recorded: ['coordinator-moves-partitions-one-by-one'] },
  G75: { name: 'invalid-heartbeat', says: 'A first heartbeat says what it subscribes to and its rebalance timeout, and owns nothing; else it is refused with INVALID_REQUEST.', source: kip848, recorded: ['first-heartbeat-says-everything'] },
  G76: { name: 'lost-answer', says: 'A member whose answer was lost may come with its previous epoch, as long as it owns nothing that it was not given.', source: kip848, recorded: ['lost-answer-may-be-asked-for-again'] },

  G80: { name: 'acquire', says: 'Records that are fetched are acquired for share.record.lock.duration.ms (30 s) by one member, and counted as delivered once more.', source: kip932, recorded: ['acquired-records-are-given-to-one'] },
  G81: { name: 'accept', says: 'ACCEPT acknowledges a record: nobody gets it again.', source: kip932, recorded: ['acquired-records-are-given-to-one'] },
  G82: { name: 'release', says: 'RELEASE makes a record available to whoever comes next.', source: kip932, recorded: ['released-record-comes-before-new-ones'] },
  G83: { name: 'reject', says: 'REJECT archives a record: it is not delivered again.', source: kip932, recorded: ['rejected-record-is-archived'] },
  G84: { name: 'renew', says: 'RENEW begins the acquisition lock anew.', source: design, since: '4.2', recorded: ['renewed-lock-begins-anew'] },
  G85: { name: 'lock-timeout', says: 'A record whose lock ran out is available again, and that delivery counts.', source: kip932, recorded: ['lock-that-ran-out'] },
  G86: { name: 'delivery-limit', says: 'A record that was delivered group.share.delivery.count.limit times (5) without being accepted is archived.', source: groupConfigs, recorded: ['delivered-too-often'] },
  G87: { name: 'invalid-record-state', says: 'Acknowledging a record that one does not hold is refused with INVALID_RECORD_STATE.', source: kip932, recorded: ['acknowledging-what-one-does-not-hold', 'lock-that-ran-out', 'acknowledged-range-is-one'] },
  G88: { name: 'spso', says: 'The start offset (SPSO) moves past records that are acknowledged or archived, up to the first that is not.', source: kip932, recorded: ['acquired-records-are-given-to-one'] },
  G89: { name: 'record-locks', says: 'When group.share.partition.max.record.locks (2000) records lie between start and end offset only what was released is delivered; the batch that reaches the limit is acquired whole.', source: broker, recorded: ['no-more-than-so-many-locks'] },
  G90: { name: 'out-of-order', says: 'What is available again is delivered before what is new, so records come out of order.', source: kip932, recorded: ['released-record-comes-before-new-ones'] },
  G91: { name: 'batch-optimized', says: 'share.acquire.mode=batch_optimized acquires whole batches of the log and may give more than was asked for; record_limit never does.', source: kip1206, since: '4.2', recorded: ['batches-are-acquired-whole'] },
  G92: { name: 'session-close', says: 'When a member’s share session ends, what it holds is available again.', source: kip932, recorded: ['closed-session-releases'] },
  G93: { name: 'log-start', says: 'Records that retention deleted are archived, and the start offset moves to the log’s.', source: kip932, recorded: ['retention-takes-acquired-records'] },
  G94: { name: 'isolation', says: 'Records that were delivered too often come in ever smaller portions, and alone the last time, so that a bad one does not take others with it.', source: 'https://github.com/apache/kafka/pull/20837', since: '4.2', recorded: ['bad-records-are-isolated'] },
  G95: { name: 'share-member', says: 'Members of a share group join with epoch 0, leave with -1, and are never held up for others to revoke.', source: kip932, recorded: ['share-members-wait-for-nobody'] },
  G96: { name: 'share-session', says: 'A member that is silent for group.share.session.timeout.ms (45 s) is out.', source: groupConfigs, recorded: ['silent-share-member-is-out'] },
  G97: { name: 'share-state-first', says: 'A share group’s partitions are assigned when their state has been made: the first member gets them with its second heartbeat, group.share.heartbeat.interval.ms (5 s) later.', source: kip932, recorded: ['share-members-wait-for-nobody'] },
  G98: { name: 'held-without-membership', says: 'Who is out of a share group holds on to its records: they come back when its share session ends, or their locks run out.', source: kip932, recorded: ['records-outlive-the-membership'] },

  G100: {
    name: 'upgrade',
    says: 'A member of the consumer protocol makes a classic group with members a consumer group: whoever waits is sent back to join, and those of the classic protocol are led to what the coordinator assigns by joining again.',
    source: kip848,
    recorded: ['classic-group-is-upgraded-and-back', 'rebalance-ends-when-the-group-is-upgraded', 'static-member-goes-over-to-the-consumer-protocol', 'request-that-is-wrong-converts-nothing'],
  },
  G101: { name: 'downgrade', says: 'When the last member of the consumer protocol goes, the group is a classic one again, and its members join anew.', source: kip848, recorded: ['classic-group-is-upgraded-and-back', 'last-consumer-that-dies-downgrades-the-group'] },
  G102: {
    name: 'migration-policy',
    says: 'group.consumer.migration.policy says which way a group with members may go; with disabled neither protocol lets members of the other in.',
    source: `${broker}#brokerconfigs_group.consumer.migration.policy`,
    recorded: ['migration-policy-disabled', 'migration-policy-downgrade', 'migration-policy-upgrade', 'migration-policy-upgrade-lets-classic-members-in'],
  },
  G103: {
    name: 'classic-in-consumer-group',
    says: 'A consumer group takes members of the classic protocol that have an assignor in common: their generation is their epoch, nobody leads, and they are told REBALANCE_IN_PROGRESS when they are behind, have to give something up, or may have more.',
    source: kip848,
    recorded: ['classic-member-joins-a-consumer-group', 'generation-of-a-classic-member-is-its-epoch', 'classic-member-needs-an-assignor-in-common', 'member-cannot-change-its-only-assignor'],
  },
  G104: { name: 'classic-join-again', says: 'In a consumer group a member of the classic protocol that was told to join and does not, or joins and does not sync, within its rebalance timeout is out.', source: kip848, recorded: ['classic-member-that-does-not-join-again-is-out'] },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof groupRules)[keyof typeof groupRules]['name'];

/** A test's title: the rule it proves. */
export function groupRule(name: Name): string {
  const [number, { says }] = Object.entries(groupRules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
