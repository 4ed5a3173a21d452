/** What Kafka's reasons and remedies say. */
import type { Remedy, Words } from '../../scenario/descriptor.ts';
import { errors } from './errors.ts';
import { groupErrors } from './group/errors.ts';

const D = 'https://kafka.apache.org/44';
const refused = Object.fromEntries(Object.entries({ ...groupErrors, ...errors }).map(([name, { text }]) => [`kafka.${name}`, { says: `${name}: ${text}`, rule: `${D}/design/protocol/#protocol_error_codes` }]));

export const reasons: Readonly<Record<string, Words>> = {
  ...refused,
  'kafka.INVALID_PARTITIONS': { says: 'The number of partitions of a topic can only grow.', rule: `${D}/operations/basic-kafka-operations/#basic_ops_modify_topic` },
  'kafka.INVALID_REPLICATION_FACTOR': { says: 'There are fewer brokers than copies asked for.', rule: `${D}/design/protocol/#protocol_error_codes` },
  'kafka.auto_commit': { says: 'Poll() committed what it had given out before.', rule: `${D}/configuration/consumer-configs/#consumerconfigs_enable.auto.commit` },
  'kafka.commit_sync': { says: 'The application committed.', rule: `${D}/design/design/#theconsumer` },
  'kafka.commit_async': { says: 'The application committed without waiting for the answer.', rule: `${D}/design/design/#theconsumer` },
  'kafka.read_again': { says: 'Another member was given the same record before the first had committed it.', rule: `${D}/design/design/#semantics` },
  'kafka.read_again_from_commit': { says: 'Its partition was read again from the last committed offset.', rule: `${D}/design/design/#semantics` },
  'kafka.seek_after_failure': { says: 'The error handler went back to the record that failed.' },
  'kafka.sent_to_other_topic': { says: 'The consumer gave up on it and sent it to another topic.' },
  'kafka.given_up': { says: 'The consumer gave up on it and went on.' },
  'kafka.skipped': { says: 'The group went on behind it without having read it.' },
  'kafka.auto_offset_reset_latest': { says: 'The group had no committed offset, and auto.offset.reset=latest begins at the end of the log.', rule: `${D}/configuration/consumer-configs/#consumerconfigs_auto.offset.reset` },
  'kafka.share_auto_offset_reset_latest': { says: 'The share group began to read after it was written, and share.auto.offset.reset=latest begins at the end of the log.', rule: `${D}/configuration/group-configs/#groupconfigs_share.auto.offset.reset` },
  'kafka.accepted': { says: 'It was acknowledged with ACCEPT.', rule: `${D}/design/design/#sharegroups` },
  'kafka.released': { says: 'Its consumer released it.', rule: `${D}/design/design/#sharegroups` },
  'kafka.rejected': { says: 'Its consumer rejected it, and the share group delivers it no more.', rule: `${D}/design/design/#sharegroups` },
  'kafka.lock_timeout': { says: 'Its acquisition lock ran out before it was acknowledged, so it was given to whoever asked next.', rule: `${D}/configuration/group-configs/#groupconfigs_share.record.lock.duration.ms` },
  'kafka.delivery_limit': { says: 'It was delivered as often as share.delivery.count.limit allows, and was archived.', rule: `${D}/configuration/group-configs/#groupconfigs_share.delivery.count.limit` },
  'kafka.share_session_closed': { says: 'The share session of its consumer ended, so it was released.', rule: `${D}/design/design/#sharegroups` },
  'kafka.share_leader_changed': { says: 'Its partition has another leader, which does not know that it was being delivered.' },
  'kafka.retention': { says: 'Retention deleted its segment before the group had read it.', rule: `${D}/configuration/topic-configs/#topicconfigs_retention.ms` },
  'kafka.compacted': { says: 'Compaction took it, because a newer record has its key.', rule: `${D}/design/design/#compaction` },
  'kafka.topic_deleted': { says: 'Its topic was deleted.' },
  'kafka.group_gone': { says: 'Nobody reads with this group any more.' },
  'kafka.unclean_election': { says: 'An unclean election made a replica leader that did not have it.', rule: `${D}/design/design/#design_uncleanleader` },
  'kafka.not_replicated': { says: 'Its leader was lost before a follower had it.', rule: `${D}/configuration/producer-configs/#producerconfigs_acks` },
  'kafka.elected': { says: 'A new leader was elected.' },
  'kafka.isr_shrunk': { says: 'A replica fell out of sync.', rule: `${D}/configuration/broker-configs/#brokerconfigs_replica.lag.time.max.ms` },
  'kafka.isr_expanded': { says: 'A replica is in sync again.' },
  'kafka.broker_down': { says: 'The broker went down.' },
  'kafka.rebalance': { says: 'The group shared its partitions out anew.', rule: `${D}/operations/consumer-rebalance-protocol/` },
  'kafka.joined': { says: 'It joined the group.' },
  'kafka.left': { says: 'It left the group.' },
  'kafka.session_timeout': { says: 'No heartbeat came before the session timed out.', rule: `${D}/configuration/consumer-configs/#consumerconfigs_session.timeout.ms` },
  'kafka.assigned': { says: 'It was assigned partitions.' },
  'kafka.partitions_revoked': { says: 'Its partitions were taken away in a rebalance.' },
  'kafka.partitions_lost': { says: 'It was thrown out of the group while it worked on.', rule: `${D}/configuration/consumer-configs/#consumerconfigs_max.poll.interval.ms` },
  'kafka.buffer_memory': { says: "The producer's buffer.memory is full.", rule: `${D}/configuration/producer-configs/#producerconfigs_buffer.memory` },
  'kafka.transaction_committed': { says: 'Its transaction was committed.' },
  'kafka.transaction_aborted': { says: 'Its transaction was aborted.' },
};
export const remedies: Readonly<Record<string, Remedy>> = {
  'effect-once': { says: 'At-least-once means that a record may come again after a crash or a rebalance: keep processed ids with the effect (idempotency: inbox), or let the effect be part of the transaction.' },
  order: { says: 'Kafka keeps the order of one partition for one reader: keep the key’s partition (do not add partitions while order matters), leave enable.idempotence on, and work on a partition’s records one after the other.' },
  'no-loss': { says: 'acks=all with min.insync.replicas=2 of 3 and no unclean election; commit after the work, not before; auto.offset.reset=earliest for a new group.' },
  unrouted: { says: 'Every record goes to a partition.' },
  'growing-depth': { says: 'More members help only up to the number of partitions; make the work faster, or work on several records at once.' },
  'idle-consumer': { says: 'A partition has one reader in the group: with more members than partitions, some have nothing to do. Add partitions, knowing that keys move.' },
  'prefetch-hogging': { says: 'A partition belongs to one member. Lower max.poll.records, or spread the keys better.' },
  'poison-loop': { says: 'Give up after some tries and send the record to a dead-letter topic, so that the partition goes on.' },
  expired: { says: 'Keep records longer than the slowest group needs: retention.ms.' },
  backpressure: { says: 'The brokers take less than the producer makes: larger batches, more partitions, or a slower source.' },
};
