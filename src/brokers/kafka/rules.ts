import type { Rules } from '../contract.ts';

const D = 'https://kafka.apache.org/44';
const design = `${D}/design/design/`;
const producer = `${D}/configuration/producer-configs/`;
const consumer = `${D}/configuration/consumer-configs/`;
const topic = `${D}/configuration/topic-configs/`;
const broker = `${D}/configuration/broker-configs/`;
const quotas = `${D}/design/design/#design_quotas`;
const racks = `${D}/operations/basic-kafka-operations/#basic_ops_racks`;
const elr = `${D}/operations/eligible-leader-replicas/`;
const kip = (page: string) => `https://cwiki.apache.org/confluence/display/KAFKA/${page}`;
const kip588 = kip('KIP-588%3A+Allow+producers+to+recover+gracefully+from+transaction+timeouts');
const kip890 = kip('KIP-890%3A+Transactions+Server-Side+Defense');
const kip1050 = kip('KIP-1050%3A+Consistent+error+handling+for+Transactions');
const kip219 = kip('KIP-219+-+Improve+quota+communication');
const kip392 = kip('KIP-392%3A+Allow+consumers+to+fetch+from+closest+replica');
const accumulator = 'https://github.com/apache/kafka/blob/4.1/clients/src/main/java/org/apache/kafka/clients/producer/internals/RecordAccumulator.java';
const javadoc = (name: string) => `${D}/javadoc/org/apache/kafka/clients/consumer/${name}.html`;
const kip98 = kip('KIP-98+-+Exactly+Once+Delivery+and+Transactional+Messaging');

/** What the model holds to be true of Kafka's logs, replication, producers and transactions; groups have rules of their own. Tests are titled by these. */
export const rules = {
  K01: { name: 'high-watermark', says: 'A record can be read when all in-sync replicas have it: below the high watermark.', source: `${design}#replication`, recorded: ['read-when-all-in-sync-replicas-have-it'] },
  K02: { name: 'acks-all', says: 'acks=all is answered when all in-sync replicas have the batch.', source: `${producer}#producerconfigs_acks`, recorded: ['acks-all-waits-for-the-in-sync-replicas'] },
  K03: { name: 'acks-1', says: 'acks=1 is answered when the leader has the batch: it is lost with the leader if no follower had it.', source: `${producer}#producerconfigs_acks`, recorded: ['acks-one-is-lost-with-the-leader'] },
  K04: { name: 'acks-0', says: 'acks=0 is not answered at all; when something is wrong the broker closes the connection.', source: `${producer}#producerconfigs_acks`, recorded: ['acks-zero-is-not-answered'] },
  K05: { name: 'min-isr', says: 'With acks=all and fewer in-sync replicas than min.insync.replicas a batch is refused with NOT_ENOUGH_REPLICAS, and nothing is written.', source: `${topic}#topicconfigs_min.insync.replicas`, recorded: ['too-few-in-sync-replicas'] },
  K06: { name: 'min-isr-after-append', says: 'When the in-sync replicas become too few after the write, the batch is in the log and cannot be read: its producer is told REQUEST_TIMED_OUT, not whether it counts.', source: elr, recorded: ['too-few-in-sync-replicas-after-the-write'] },
  K07: { name: 'isr-shrinks', says: 'A follower that has not had everything for replica.lag.time.max.ms leaves the in-sync replicas, and comes back when it has caught up.', source: `${broker}#brokerconfigs_replica.lag.time.max.ms`, recorded: ['follower-that-lags-leaves-the-in-sync-replicas'] },
  K08: { name: 'fencing', says: 'The controller takes a broker for dead when its heartbeats are missing for broker.session.timeout.ms; then an in-sync replica leads.', source: `${broker}#brokerconfigs_broker.session.timeout.ms`, recorded: ['dead-leader-is-replaced'] },
  K09: { name: 'controlled-shutdown', says: 'A controlled shutdown moves leadership away first: nothing is lost and nothing waits.', source: `${D}/operations/basic-kafka-operations/#basic_ops_restarting`, recorded: ['controlled-shutdown-moves-leadership-first'] },
  K10: { name: 'no-unclean', says: 'Without an in-sync replica a partition has no leader, rather than one that lacks committed records.', source: `${design}#design_uncleanleader`, recorded: ['no-leader-without-an-in-sync-replica', 'killed-replica-is-no-longer-eligible'] },
  K11: { name: 'unclean', says: 'With unclean.leader.election.enable any replica may lead; what it lacks is gone.', source: `${design}#design_uncleanleader`, recorded: ['unclean-election-loses-committed-records'] },
  K12: { name: 'elr', says: 'Replicas that leave the in-sync set while it is at or below min.insync.replicas stay eligible to lead, but not those that come back after their process died.', source: elr, since: '4.1', recorded: ['eligible-leader-replica-may-lead', 'killed-replica-is-no-longer-eligible'] },
  K13: { name: 'strict-min-isr', says: 'The high watermark stands while there are fewer in-sync replicas than min.insync.replicas, also for acks=1.', source: elr, since: '4.0', recorded: ['too-few-in-sync-replicas'] },
  K14: { name: 'not-leader', says: 'A broker that does not lead the partition refuses with NOT_LEADER_OR_FOLLOWER.', source: `${D}/design/protocol/#protocol_error_codes`, recorded: ['only-the-leader-takes-batches', 'dead-leader-is-replaced'] },
  K15: { name: 'too-large', says: 'A batch above max.message.bytes is refused with MESSAGE_TOO_LARGE.', source: `${topic}#topicconfigs_max.message.bytes`, recorded: ['batch-larger-than-max-message-bytes', 'batch-of-just-the-greatest-size'] },
  K16: { name: 'idempotence', says: 'A batch with sequence numbers that are known already is answered and not written again.', source: kip98, recorded: ['idempotent-batch-is-written-once', 'duplicates-are-known-for-five-batches', 'idempotent-retry-at-a-new-leader', 'idempotent-retry-after-a-timeout-writes-once'] },
  K17: { name: 'sequence-gap', says: 'A batch that leaves out sequence numbers is refused with OUT_OF_ORDER_SEQUENCE_NUMBER.', source: kip98, recorded: ['idempotent-batch-is-written-once'] },
  K18: { name: 'no-idempotence', says: 'Without sequence numbers a batch that is sent again is written again.', source: `${producer}#producerconfigs_enable.idempotence`, recorded: ['batch-sent-again-is-written-again', 'retry-after-a-timeout-writes-twice'] },
  K19: { name: 'compacted-needs-key', says: 'A compacted topic refuses a record without a key with INVALID_RECORD.', source: `${topic}#topicconfigs_cleanup.policy`, recorded: ['compacted-topic-needs-keys'] },
  K20: {
    name: 'transaction',
    says: 'read_committed reads up to the first open transaction, and never sees aborted records.',
    source: `${consumer}#consumerconfigs_isolation.level`,
    recorded: ['open-transaction-holds-back-later-records', 'aborted-records-stay-hidden', 'records-visible-after-commit', 'transaction-over-two-partitions'],
  },
  K21: {
    name: 'fenced',
    says: 'InitProducerId for a transactional.id fences whoever had it, and aborts its open transaction: what it writes is refused with INVALID_PRODUCER_EPOCH, and the end of its transaction with PRODUCER_FENCED.',
    source: kip588,
    recorded: ['older-producer-is-fenced', 'write-of-a-fenced-producer'],
  },
  K22: {
    name: 'transaction-timeout',
    says: 'A transaction that is open for transaction.timeout.ms is aborted by the coordinator: its producer may abort it and go on, but not commit it (INVALID_TXN_STATE).',
    source: `${producer}#producerconfigs_transaction.timeout.ms`,
    recorded: ['commit-after-the-timeout', 'transaction-times-out'],
  },
  K23: { name: 'retention', says: 'Retention deletes whole segments; the open one is closed and deleted when all its records are too old.', source: `${topic}#topicconfigs_retention.ms`, recorded: ['retention-deletes-closed-segments', 'retention-takes-the-active-segment'] },
  K24: { name: 'compaction', says: 'Compaction keeps the newest record of each key in closed segments; offsets never change.', source: `${design}#compaction`, recorded: ['compaction-keeps-the-newest-of-a-key', 'compaction-needs-a-closed-segment'] },
  K25: { name: 'fetch-waits', says: 'A fetch waits for fetch.min.bytes, at most fetch.max.wait.ms.', source: `${consumer}#consumerconfigs_fetch.min.bytes`, recorded: ['fetch-waits-for-min-bytes'] },
  K26: { name: 'fetch-first', says: 'The first batch is given out, as a whole, however large it is.', source: `${consumer}#consumerconfigs_max.partition.fetch.bytes`, recorded: ['first-record-is-given-out-whole', 'fetch-gives-out-whole-batches'] },
  K27: { name: 'out-of-range', says: 'A fetch outside the log is refused with OFFSET_OUT_OF_RANGE.', source: `${consumer}#consumerconfigs_auto.offset.reset`, recorded: ['position-out-of-range', 'retention-deletes-closed-segments', 'commit-may-go-back-or-too-far'] },
  K28: { name: 'partitions-grow', says: 'The number of partitions of a topic can only grow.', source: `${D}/operations/basic-kafka-operations/#basic_ops_modify_topic`, recorded: ['adding-partitions-moves-keys'] },
  K29: { name: 'replication-factor', says: 'There cannot be more copies of a partition than brokers.', source: `${broker}#brokerconfigs_default.replication.factor`, recorded: ['more-replicas-than-brokers'] },
  K30: {
    name: 'retry-reorders',
    says: 'Without idempotence and with several requests under way a retry puts its batch behind those that came after it.',
    source: `${producer}#producerconfigs_max.in.flight.requests.per.connection`,
    recorded: ['retried-batch-comes-behind-later-ones', 'batch-that-was-split-comes-behind-later-ones', 'idempotent-retries-keep-their-order', 'one-request-under-way-keeps-the-order'],
  },
  K31: { name: 'max-poll', says: 'A consumer that does not poll for max.poll.interval.ms leaves the group by itself; its next commit fails.', source: `${consumer}#consumerconfigs_max.poll.interval.ms`, recorded: ['slow-poll-leaves-the-group'] },
  K32: { name: 'auto-commit', says: 'poll() commits what earlier polls gave out, at most every auto.commit.interval.ms.', source: `${consumer}#consumerconfigs_enable.auto.commit`, recorded: ['poll-commits-what-was-given-out'] },
  K33: { name: 'offset-reset', says: 'Without a committed offset a group begins where auto.offset.reset says: latest unless set.', source: `${consumer}#consumerconfigs_auto.offset.reset`, recorded: ['reset-decides-without-a-commit', 'commit-wins-over-reset'] },
  K34: {
    name: 'max-block',
    says: 'send() blocks for at most max.block.ms: then the record fails, with BufferExhaustedException when buffer.memory is full, with TimeoutException without metadata.',
    source: `${producer}#producerconfigs_max.block.ms`,
    recorded: ['full-buffer-fails-send', 'full-buffer-lets-send-wait', 'send-waits-for-metadata'],
  },
  K35: {
    name: 'delivery-timeout',
    says: 'A batch that is not answered within delivery.timeout.ms fails; when it was sent, nobody knows whether it is in the log.',
    source: `${producer}#producerconfigs_delivery.timeout.ms`,
    recorded: ['batch-fails-after-delivery-timeout', 'batch-that-was-not-sent-fails-after-delivery-timeout', 'leaderless-batch-fails-after-delivery-timeout', 'idempotent-producer-goes-on-after-a-failed-batch'],
  },
  K36: { name: 'static', says: 'A static member that comes back within session.timeout.ms gets its partitions without a rebalance.', source: `${consumer}#consumerconfigs_group.instance.id`, recorded: ['static-member-comes-back'] },
  K37: { name: 'silent', says: 'A member that dies is out after session.timeout.ms: until then nobody reads its partitions.', source: `${consumer}#consumerconfigs_session.timeout.ms`, recorded: ['dead-member-holds-its-partitions'] },
  K38: { name: 'epoch-per-transaction', says: 'Every transaction has an epoch of its own, so that a write that comes late is refused instead of joining the next one.', source: kip890, since: '4.0', recorded: ['late-write-of-an-earlier-transaction', 'end-may-be-asked-for-again', 'abort-of-nothing-begins-an-epoch'] },
  K39: { name: 'abortable', says: 'After a batch that failed a transaction can only be aborted: none of its records is ever seen by read_committed.', source: kip1050, recorded: ['failed-batch-leaves-only-abort', 'full-buffer-spoils-the-transaction'] },
  K40: { name: 'quota', says: 'A client-id above its byte rate, averaged over quota.window.num windows, is not refused anything: the answer names a throttle time, after which the average would be back at the quota.', source: quotas, recorded: ['quota-throttles-and-refuses-nothing'] },
  K41: { name: 'quota-fetch', says: 'A fetch above consumer_byte_rate is answered empty, and the client fetches again when its throttle time is over.', source: kip219, recorded: ['fetch-above-the-quota-comes-empty'] },
  K42: { name: 'quota-mute', says: 'While a client is throttled the broker does not read its connection: what is on its way waits there.', source: kip219, recorded: ['throttled-connection-is-not-read'] },
  K43: { name: 'rack-spread', says: 'With broker.rack the replicas of a partition are in different racks, as far as there are enough.', source: racks, recorded: ['replicas-are-spread-over-racks'] },
  K44: { name: 'preferred-replica', says: 'With RackAwareReplicaSelector the leader sends a consumer with client.rack to an in-sync replica in its rack; it reads there until metadata.max.age.ms has passed or the replica fails it.', source: kip392, recorded: ['reader-is-sent-to-its-rack'] },
  K45: { name: 'follower-watermark', says: 'A follower gives records out up to the high watermark that its last fetch told it: later than the leader.', source: kip392, recorded: ['follower-gives-out-up-to-the-high-watermark'] },
  K46: { name: 'pause', says: 'pause() keeps a consumer in its group: it polls on and is given nothing of those partitions until resume().', source: `${javadoc('KafkaConsumer')}#pause(java.util.Collection)`, recorded: ['paused-consumer-stays'] },
  K47: { name: 'seek', says: 'After seekToBeginning() or seekToEnd() reading goes on there, and the next commit says so, even if it goes back.', source: `${javadoc('KafkaConsumer')}#seekToBeginning(java.util.Collection)`, recorded: ['seek-may-go-back'] },
  K48: { name: 'tombstone', says: 'A record without a value deletes its key; the cleaner takes it, too, when it was kept for delete.retention.ms.', source: `${topic}#topicconfigs_delete.retention.ms`, recorded: ['tombstones-go-after-delete-retention'] },
  K49: { name: 'compaction-lag', says: 'A record younger than min.compaction.lag.ms is not compacted; one older than max.compaction.lag.ms is, however little is dirty.', source: `${topic}#topicconfigs_min.compaction.lag.ms`, recorded: ['min-compaction-lag-keeps-the-young', 'max-compaction-lag-cleans-what-is-old'] },
  K50: { name: 'producer-expires', says: 'A producer that was idle for producer.id.expiration.ms is forgotten: a batch that it sends again is written again.', source: `${broker}#brokerconfigs_producer.id.expiration.ms`, recorded: ['idle-producer-is-forgotten'] },
  K51: { name: 'buffer-by-batch', says: 'buffer.memory is taken in buffers of batch.size, or of a larger record: a batch holds its buffer until it is answered for.', source: `${producer}#producerconfigs_batch.size`, recorded: ['buffer-counts-whole-batches', 'full-buffer-fails-send'] },
  K52: { name: 'due-takes-along', says: 'When a batch is due, those of other partitions of its broker go with it, whatever linger.ms says.', source: accumulator, recorded: ['due-batch-takes-others-along'] },
  K53: { name: 'linger', says: 'A batch waits for linger.ms unless it is full; what does not fit closes it, and it goes.', source: `${producer}#producerconfigs_linger.ms`, recorded: ['linger-waits-for-more-records'] },
  K54: {
    name: 'transaction-coordinator',
    says: 'The leader of a transactional.id’s partition of __transaction_state coordinates its transactions: while it is dead none begins, ends or times out, and no further partition becomes part of one (NOT_ENOUGH_REPLICAS).',
    source: kip890,
    recorded: ['nobody-ends-a-transaction-until-another-leads', 'partition-joins-a-transaction-through-its-coordinator'],
  },
  K55: {
    name: 'marker-waits',
    says: 'The end of a transaction is written in each partition by its leader: while that is dead and not replaced, the producer’s next transaction may not begin (CONCURRENT_TRANSACTIONS).',
    source: kip98,
    recorded: ['marker-waits-for-the-next-leader'],
  },
  K56: {
    name: 'marker-lost',
    says: 'In a partition without a leader the end of a transaction is not written, nor later: readers of committed records wait there until the same producer ends another transaction in it.',
    source: 'https://github.com/apache/kafka/blob/4.1/core/src/main/scala/kafka/coordinator/transaction/TransactionMarkerChannelManager.scala',
    recorded: ['marker-is-lost-without-a-leader'],
  },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
