import type { Rules } from '../contract.ts';

const SERVICE = 'https://github.com/apache/pulsar/blob/master/pulsar-broker/src/main/java/org/apache/pulsar/broker/service';
const MESSAGING = 'https://pulsar.apache.org/docs/4.0.x/concepts-messaging';
const RETENTION = 'https://pulsar.apache.org/docs/4.0.x/cookbooks-retention-expiry/';
const REFERENCE = 'https://pulsar.apache.org/reference/#/4.0.x';
const BROKER = `${REFERENCE}/config/reference-configuration-broker`;
const CLIENT = `${REFERENCE}/client/client-configuration`;
const BOOKKEEPER = 'https://bookkeeper.apache.org/docs/development/protocol';

/** What the model holds to be true of Pulsar, and where that is written (K: hashes of Key_Shared). Tests are titled by these. */
export const rules = {
  K01: {
    name: 'key-hash',
    says: 'A key is hashed by murmur3_32 with seed 0, without the sign; its slot is the rest by 65536.',
    source: 'https://github.com/apache/pulsar/blob/master/pulsar-common/src/main/java/org/apache/pulsar/common/util/Murmur3_32Hash.java',
    recorded: ['sticky-ranges-by-hash', 'key-shared-sticky-conflict'],
  },
  K02: { name: 'key-hash-zero', says: 'A hash of 0 means none to dispatchers, so that such a key has 1.', source: `${SERVICE}/StickyKeyConsumerSelectorUtils.java`, since: '4.0', recorded: ['sticky-key-of-slot-zero'] },
  K03: { name: 'sticky-key', says: 'The ordering key goes before the key; a message with neither is hashed by its producer and sequence id.', source: `${MESSAGING}/#ordering-key`, recorded: ['message-without-a-key', 'ordering-key-before-key'] },
  K04: { name: 'consistent-hashing', says: 'AUTO_SPLIT gives every consumer 100 points on a ring, by its name and a number among its namesakes; a hash belongs to the next point.', source: `${SERVICE}/ConsistentHashingStickyKeyConsumerSelector.java`, since: '4.0', recorded: ['auto-split-ring', 'auto-split-namesakes'] },
  K05: { name: 'point-collision', says: 'Where points collide, the consumer that joined first has the place, and the next one gets it when that one leaves.', source: `${SERVICE}/ConsistentHashingStickyKeyConsumerSelector.java`, since: '4.0', recorded: ['points-collide', 'points-collide-the-other-way'] },
  K06: { name: 'minimal-movement', says: 'A consumer that joins takes hashes from the others, and moves none between them.', source: `${MESSAGING}/#auto-split-consistent-hashing`, recorded: ['auto-split-join-moves-little'] },
  K07: {
    name: 'auto-split',
    says: 'Without consistent hashing a consumer that joins takes the lower half of the largest range; what one leaves goes to the range above, the highest to the one below.',
    source: `${SERVICE}/HashRangeAutoSplitStickyKeyConsumerSelector.java`,
    recorded: ['hash-ranges-split', 'hash-ranges-given-back'],
  },
  K08: { name: 'sticky', says: 'STICKY consumers name their ranges; slots that nobody named are not dispatched.', source: `${MESSAGING}/#sticky`, recorded: ['sticky-ranges-by-hash'] },
  K09: { name: 'sticky-conflict', says: 'Ranges that overlap, are empty or upside down are refused with ConsumerAssignError.', source: `${SERVICE}/HashRangeExclusiveStickyKeyConsumerSelector.java`, recorded: ['key-shared-sticky-conflict', 'sticky-ranges-refused'] },
  K10: { name: 'sticky-client', says: 'The client refuses ranges outside [0, 65535] and overlapping ones itself.', source: 'https://github.com/apache/pulsar/blob/master/pulsar-client-api/src/main/java/org/apache/pulsar/client/api/KeySharedPolicy.java', recorded: ['sticky-ranges-refused-by-client'] },
  K11: { name: 'draining', says: 'A hash that changes hands waits until its old consumer has acknowledged all of its messages; other hashes go on.', source: 'https://github.com/apache/pulsar/blob/master/pip/pip-379.md', since: '4.0', recorded: ['hash-drains-first'] },
  K12: { name: 'draining-returns', says: 'A hash that comes back to the consumer it drains from need not drain.', source: `${SERVICE}/DrainingHashesTracker.java`, since: '4.0', recorded: ['draining-hash-comes-back'] },
  P01: {
    name: 'shared-turns',
    says: 'A shared subscription goes from consumer to consumer, each with up to dispatcherMaxRoundRobinBatchSize entries at a time, those that are not due yet included; joining and leaving move nobody’s turn.',
    source: BROKER,
    recorded: ['shared-turns-by-batches', 'shared-round-robin', 'joining-does-not-change-turns', 'delayed-message-takes-a-turn'],
  },
  P02: { name: 'permits', says: 'A consumer is sent no more messages than it has given permits for.', source: 'https://pulsar.apache.org/docs/4.0.x/developing-binary-protocol/#flow-control', recorded: ['permits-limit-dispatch', 'permits-count-messages'] },
  P03: { name: 'priority-level', says: 'A consumer of a lower priority level is sent something only when those above it have no permits.', source: `${CLIENT}-consumer`, recorded: ['priority-level'] },
  P04: { name: 'nack-first', says: 'What is acknowledged negatively goes out before anything new, with its redelivery count.', source: `${MESSAGING}/#negative-acknowledgment`, recorded: ['negative-ack-goes-first', 'negative-ack-shared'] },
  P05: { name: 'any-consumer-acks', says: 'An acknowledgment counts, whoever has the message by then.', source: `${SERVICE}/Consumer.java`, recorded: ['any-consumer-acks'] },
  P06: { name: 'leaving-not-counted', says: 'What a consumer had goes to the others when it leaves, and its redelivery count stays.', source: `${SERVICE}/persistent/PersistentDispatcherMultipleConsumers.java`, recorded: ['leaving-is-not-counted'] },
  P07: { name: 'counts-forgotten', says: 'Redelivery counts are in the memory of the broker: they are gone when the last consumer leaves and when the topic moves.', source: `${SERVICE}/persistent/PersistentDispatcherMultipleConsumers.java`, recorded: ['counts-go-with-the-last-consumer', 'unload-forgets-counts'] },
  P08: { name: 'unacked-consumer', says: 'With maxUnackedMessagesPerConsumer a shared consumer gets nothing more until half of them are acknowledged.', source: BROKER, recorded: ['unacked-per-consumer', 'unacked-per-consumer-batches', 'exclusive-has-no-unacked-limit'] },
  P09: { name: 'unacked-subscription', says: 'With maxUnackedMessagesPerSubscription nothing new is sent until less than half of them are unacknowledged; redeliveries are.', source: BROKER, recorded: ['unacked-per-subscription'] },
  P10: { name: 'exclusive', says: 'An exclusive subscription refuses a second consumer with ConsumerBusy.', source: `${MESSAGING}/#exclusive`, recorded: ['exclusive-one-consumer'] },
  P11: { name: 'one-type', says: 'A subscription has the type of its consumers: another type is refused as long as one of them is connected.', source: `${MESSAGING}/#subscription-types`, recorded: ['subscription-has-one-type', 'sticky-and-auto-split'] },
  P12: { name: 'redelivery-rewinds', says: 'With one active consumer there is no redelivery of single messages: everything that is not acknowledged comes again, uncounted.', source: `${MESSAGING}/#negative-acknowledgment`, recorded: ['negative-ack-exclusive', 'failover-redelivers-all', 'exclusive-negative-ack'] },
  P13: {
    name: 'failover-partitions',
    says: 'Partitions are shared out among the consumers of the highest priority level, in the order of their names.',
    source: `${MESSAGING}/#failover--partitioned-topics`,
    recorded: ['failover-partitions-shared-out', 'failover-by-priority', 'failover-without-partitions', 'failover-by-name'],
  },
  P14: { name: 'failover-takes-over', says: 'A new active consumer begins after activeConsumerFailoverDelayTimeMillis with all that is not acknowledged, whoever has it.', source: `${SERVICE}/persistent/PersistentDispatcherSingleActiveConsumer.java`, recorded: ['failover-takes-over', 'failover-by-name'] },
  P15: { name: 'initial-position', says: 'A subscription begins at the end, or with Earliest at the first message that is kept.', source: `${CLIENT}-consumer`, recorded: ['latest-and-earliest', 'kept-in-an-open-ledger'] },
  P16: { name: 'no-subscription', says: 'A message that no subscription has to read goes with its ledger, unless retention keeps it.', source: RETENTION, recorded: ['ledgers-without-subscription', 'kept-in-an-open-ledger'] },
  P17: { name: 'durable', says: 'A durable subscription keeps its place, and its backlog, when its consumers are gone.', source: `${MESSAGING}/#subscription-modes`, recorded: ['durable-subscription-keeps-backlog'] },
  P18: { name: 'ack-holes', says: 'The mark-delete position moves over messages that are acknowledged without a gap; those after a gap are remembered one by one.', source: `${MESSAGING}/#acknowledgment`, recorded: ['acknowledged-one-by-one', 'nothing-acknowledged-twice'] },
  P19: { name: 'cumulative', says: 'A cumulative acknowledgment covers everything up to its message; where consumers share a subscription it is ignored.', source: `${MESSAGING}/#acknowledgment`, recorded: ['individual-and-cumulative-ack', 'cumulative-covers-a-gap', 'cumulative-on-shared-is-ignored'] },
  P20: { name: 'batch-whole', says: 'A batch of which one message is acknowledged negatively comes again as a whole.', source: `${MESSAGING}/#batching`, recorded: ['batch-redelivered-whole', 'batch-acknowledged-in-part'] },
  P21: { name: 'batch-index', says: 'With batch index acknowledgment only the messages that are not acknowledged come again.', source: `${MESSAGING}/#acknowledgment-at-batch-index-level`, recorded: ['batch-index-ack', 'batch-acknowledged-one-by-one', 'backlog-counts-entries'] },
  P22: { name: 'hash-drains', says: 'When a consumer joins a Key_Shared subscription, a hash that moves waits for what its old consumer has; all others go on.', source: 'https://github.com/apache/pulsar/blob/master/pip/pip-379.md', since: '4.0', recorded: ['hash-drains-first', 'out-of-order-need-not-drain'] },
  P23: { name: 'classic-joins', says: 'In the classic dispatcher a consumer that joins is sent nothing from after that, whatever its key, until everything before is acknowledged.', source: `${SERVICE}/persistent/PersistentStickyKeyDispatcherMultipleConsumersClassic.java`, recorded: ['classic-joins'] },
  P24: { name: 'batch-first-key', says: 'Key_Shared looks at the first key of a batch: the whole batch goes to its consumer.', source: `${MESSAGING}/#key_shared`, recorded: ['batch-goes-by-its-first-key'] },
  P25: { name: 'look-ahead', says: 'Messages that their consumer has no room for are set aside up to a limit, after which nobody gets anything new.', source: BROKER, recorded: ['look-ahead'] },
  P26: { name: 'sticky-gap', says: 'Messages of a hash that no STICKY consumer has named wait until somebody does.', source: `${MESSAGING}/#sticky`, recorded: ['sticky-gap-waits'] },
  P27: { name: 'ack-quorum', says: 'A producer has its receipt when the ack quorum of the write quorum has the entry.', source: BOOKKEEPER },
  P28: { name: 'ensemble', says: 'With fewer bookies than an ensemble nothing is written, and no topic is opened: PersistenceError.', source: BOOKKEEPER, recorded: ['too-few-bookies'] },
  P29: { name: 'unreadable', says: 'An entry whose bookies are all down cannot be read, and what comes after it waits.', source: BOOKKEEPER },
  P30: { name: 'order-of-receipts', says: 'Entries of a topic are confirmed, and read, in the order in which they were sent.', source: BOOKKEEPER, recorded: ['receipts-in-order'] },
  P31: { name: 'acks-not-written', says: 'A cursor is written managedLedgerDefaultMarkDeleteRateLimit times a second: acknowledgments since then are lost when the broker dies.', source: BROKER, recorded: ['acknowledgments-that-were-not-written'] },
  P32: { name: 'unload-writes', says: 'A topic that is unloaded in good order writes its cursors first.', source: 'https://pulsar.apache.org/docs/4.0.x/administration-load-balance/#unload-topics-and-bundles', recorded: ['unload-forgets-counts', 'acknowledged-one-by-one'] },
  P33: { name: 'ranges-persisted', says: 'Of the holes of a cursor managedLedgerMaxUnackedRangesToPersist, and one more, are written: what is acknowledged beyond comes again.', source: BROKER, recorded: ['ranges-to-persist'] },
  P34: { name: 'written-unconfirmed', says: 'What was on its way to the bookies when the broker died is recovered, and its producer, which was told nothing, sends it again.', source: `${MESSAGING}/#message-deduplication`, recorded: ['broker-dies-with-receipts'] },
  P35: { name: 'deduplication', says: 'With deduplication a sequence id that is not above the highest of its producer is answered and not stored.', source: `${MESSAGING}/#message-deduplication`, recorded: ['deduplication', 'sequence-ids-by-producer', 'duplicates-without-deduplication'] },
  P36: { name: 'deduplication-forgets', says: 'A producer that is gone and silent is forgotten after a time, and its sequence ids with it.', source: BROKER, recorded: ['deduplication-forgets'] },
  P37: { name: 'ttl', says: 'What is older than its time to live is acknowledged by the broker when it looks, every messageExpiryCheckIntervalInMinutes.', source: `${RETENTION}#time-to-live-ttl`, recorded: ['ttl-acknowledges'] },
  P38: { name: 'retention', says: 'Acknowledged messages go with their ledger at once, or when it is too old or too much for the retention policy.', source: `${RETENTION}#retention-policies`, recorded: ['ledgers-go-as-a-whole', 'retention-keeps-ledgers', 'seek-to-the-earliest'] },
  P39: { name: 'quota-hold', says: 'Over the backlog quota producers are disconnected at the next check and refused until there is room.', source: `${RETENTION}#backlog-quotas`, recorded: ['quota-producer-request-hold'] },
  P40: { name: 'quota-exception', says: 'With producer_exception they are told so; age may be the limit, too: of the closed ledger, or with preciseTimeBasedBacklogQuotaCheck of the message.', source: `${RETENTION}#backlog-quotas`, recorded: ['quota-producer-exception', 'quota-by-age-of-messages'] },
  P41: { name: 'quota-eviction', says: 'With consumer_backlog_eviction the slowest subscription skips its oldest messages, its share of the excess above nine tenths of the limit; by age whole ledgers go.', source: `${RETENTION}#backlog-quotas`, recorded: ['quota-eviction', 'quota-by-age-of-ledgers'] },
  P42: { name: 'delayed-shared-only', says: 'Delayed delivery works for shared subscriptions only: others get the message at once.', source: `${MESSAGING}/#delayed-message-delivery`, recorded: ['delayed-shared', 'delayed-key-shared', 'delayed-redelivery-at-once'] },
  P43: { name: 'delayed-tick', says: 'Unless it is strict, what is due within a tick goes out with what is due.', source: BROKER, recorded: ['delayed-within-a-tick'] },
  P44: { name: 'dispatch-rate', says: 'A dispatch rate holds a topic back until the next second.', source: 'https://pulsar.apache.org/docs/4.0.x/concepts-throttling/', recorded: ['dispatch-rate'] },
  P45: { name: 'producer-name', says: 'A second producer of the same name is refused with ProducerBusy, after its access mode was looked at.', source: `${CLIENT}-producer`, recorded: ['producer-name-is-taken', 'access-mode-before-name'] },
  P46: { name: 'access-exclusive', says: 'Exclusive access is refused where producers are, and refuses others.', source: `${MESSAGING}/#access-mode`, recorded: ['access-mode-exclusive', 'exclusive-producer-keeps-others-out'] },
  P47: { name: 'access-fencing', says: 'ExclusiveWithFencing throws the others out: they learn of it when they send. Who had exclusive access before is refused with ProducerFenced when it comes back.', source: `${MESSAGING}/#access-mode`, recorded: ['fencing-throws-others-out', 'fencing-and-those-who-wait'] },
  P48: { name: 'access-waits', says: 'WaitForExclusive is granted access when the others are gone.', source: `${MESSAGING}/#access-mode`, recorded: ['access-mode-exclusive', 'waiting-producers-in-turn'] },
  P49: { name: 'non-persistent', says: 'A non-persistent topic drops what no consumer has permits for; its producer gets a receipt all the same.', source: `${MESSAGING}/#non-persistent-topics`, recorded: ['non-persistent-drops', 'non-persistent-shared', 'non-persistent-nobody-there'] },
  P50: { name: 'partitions-grow', says: 'Partitions can be added, with the subscriptions of the others, and never taken away.', source: 'https://pulsar.apache.org/docs/4.0.x/admin-api-topics/#update', recorded: ['partitions-are-added'] },
  P51: { name: 'receiver-queue', says: 'A consumer takes receiverQueueSize messages in advance and gives permits again when half of them are taken.', source: `${CLIENT}-consumer`, recorded: ['receiver-queue-takes-in-advance'] },
  P52: { name: 'zero-queue', says: 'Without a receiver queue a consumer gets what its application asks for, and closes when a batch comes.', source: `${CLIENT}-consumer`, recorded: ['no-receiver-queue'] },
  P53: { name: 'nack-delay', says: 'A negative acknowledgment is sent after negativeAckRedeliveryDelay, or after a backoff that grows.', source: `${MESSAGING}/#negative-acknowledgment`, recorded: ['negative-ack-after-a-delay', 'negative-ack-backs-off'] },
  P54: { name: 'ack-timeout', says: 'The acknowledgment timeout runs in the client, from when the application takes a message, and looks once a tick.', source: `${MESSAGING}/#acknowledgment-timeout`, recorded: ['ack-timeout'] },
  P55: { name: 'dead-letter', says: 'After maxRedeliverCount redeliveries the client publishes a message to the dead letter topic, and acknowledges it when that is confirmed.', source: `${MESSAGING}/#dead-letter-topic`, recorded: ['dead-letter-topic'] },
  P56: { name: 'dead-letter-subscription', says: 'A dead letter topic that has no subscription keeps nothing; initialSubscriptionName makes one.', source: `${MESSAGING}/#dead-letter-topic`, recorded: ['dead-letters-without-a-subscription', 'dead-letters-with-a-subscription'] },
  P57: { name: 'retry-letter', says: 'reconsumeLater publishes to the retry letter topic, which the consumer reads too, and to the dead letter topic in the end.', source: `${MESSAGING}/#retry-letter-topic`, recorded: ['retry-letter-topic'] },
  P58: { name: 'ack-group', says: 'Acknowledgments wait to be sent together: a crash loses them, and what was done with comes again.', source: `${CLIENT}-consumer`, recorded: ['acknowledgments-wait-in-a-group'] },
  P59: { name: 'send-timeout', says: 'When the first message has waited for sendTimeoutMs all that wait fail, and nobody knows what becomes of them.', source: `${CLIENT}-producer`, recorded: ['send-timeout', 'send-timeout-fails-open-batch'] },
  P60: { name: 'queue-full', says: 'A full send queue refuses, or blocks with blockIfQueueFull; one message may go over the limit of memory.', source: `${CLIENT}-producer`, recorded: ['full-queue-refuses', 'full-queue-blocks', 'full-memory-refuses', 'full-memory-blocks'] },
  P61: { name: 'sends-again', says: 'A producer sends what has no receipt again after a lost connection: without deduplication that is stored twice.', source: `${MESSAGING}/#message-deduplication`, recorded: ['sends-again-after-lost-connection', 'sends-again-and-is-known', 'batch-sent-again'] },
  P62: { name: 'key-routing', says: 'A key chooses the partition by its hash, whatever the routing mode; without one the mode does.', source: `${MESSAGING}/#routing-modes`, recorded: ['keys-choose-partitions', 'keys-choose-partitions-by-murmur', 'without-key-each-partition-in-turn', 'without-key-one-partition'] },
  P63: { name: 'key-based-batches', says: 'Key-based batches have one key each; others mix keys and break Key_Shared.', source: `${MESSAGING}/#key_shared`, recorded: ['batches-mix-keys', 'batches-of-one-key', 'key-based-batches-share-their-limit'] },
  P64: { name: 'max-message-size', says: 'The client refuses a message larger than maxMessageSize.', source: `${MESSAGING}/#chunking`, recorded: ['message-too-large'] },
  P65: { name: 'auto-creation', says: 'A topic that does not exist is made when a client asks for it, or refused with TopicNotFound.', source: BROKER, recorded: ['topic-is-made', 'topic-is-not-made'] },
  P66: { name: 'fenced-for-good', says: 'A producer that is refused with ProducerFenced gives up: what it holds fails, and what is sent later is refused.', source: `${MESSAGING}/#access-mode`, recorded: ['fenced-for-good', 'exclusive-comes-back'] },
  P68: {
    name: 'batches',
    says: 'A batch goes with batchingMaxMessages messages, before one with which it would be larger than batchingMaxBytes, and batchingMaxPublishDelay after the last batch, or its own first message where there was none for so long.',
    source: `${CLIENT}-producer`,
    recorded: ['batch-goes-when-it-is-full', 'next-batch-goes-a-delay-after-the-last', 'batch-goes-after-the-publish-delay', 'round-robin-with-batches'],
  },
  P69: { name: 'batch-too-large', says: 'A batch larger than maxMessageSize fails as a whole, whatever the size of its messages.', source: `${MESSAGING}/#batching`, recorded: ['batch-too-large'] },
  P70: { name: 'closing-drops-batch', says: 'A producer that is closed does not send the batch that it was filling: its messages fail.', source: `${CLIENT}-producer`, recorded: ['closing-fails-open-batch'] },
  P72: {
    name: 'permits-read-entries',
    says: 'The one consumer that is served gets as many entries of what lies there as it has permits, however many messages are in them: its permits may then be below zero.',
    source: 'https://pulsar.apache.org/docs/4.0.x/developing-binary-protocol/#flow-control',
    recorded: ['as-many-entries-as-permits'],
  },
  P71: {
    name: 'seek-closes',
    says: 'Seeking closes the consumers of a subscription, of a failover subscription the active one alone: the others stay, but nobody is served until somebody comes or goes.',
    source: 'https://pulsar.apache.org/docs/4.0.x/admin-api-topics/#reset-cursor',
    recorded: ['seek-closes-all-at-once', 'seek-closes-the-active-alone'],
  },
  P67: {
    name: 'ledgers',
    says: 'A ledger is closed when it is full or old, but not before managedLedgerMinLedgerRolloverTimeMinutes, and when its topic moves; messages go with their whole ledger, when one is closed, when the slowest cursor comes into another one, or when retention is looked at.',
    source: RETENTION,
    recorded: ['kept-in-an-open-ledger', 'moving-closes-the-ledger', 'ledgers-go-as-a-whole'],
  },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
