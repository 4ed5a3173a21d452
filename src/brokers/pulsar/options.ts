/** What a cluster's brokers are configured with, in the model's units (µs, bytes). */
export type QuotaPolicy = 'producer_request_hold' | 'producer_exception' | 'consumer_backlog_eviction';

export interface Options {
  readonly brokers: number;
  readonly bookies: number;
  /** Bookies of a ledger, copies of an entry, and how many of them must answer. */
  readonly ensembleSize: number;
  readonly writeQuorum: number;
  readonly ackQuorum: number;
  /** Until a bookie has written an entry, µs, and up to how much more. */
  readonly journalLatency: number;
  readonly journalJitter: number;
  /** How long a topic that moves to another broker is served by nobody, µs. */
  readonly unloadTime: number;
  /** Until the others notice that a broker is dead, µs. */
  readonly sessionTimeout: number;
  readonly deduplication: boolean;
  readonly deduplicationInactivity: number;
  /** µs and bytes; -1 = for ever, 0 = not at all */
  readonly retentionTime: number;
  readonly retentionBytes: number;
  readonly retentionCheck: number;
  /** A ledger with so many entries or bytes, or so old, is closed, unless it is younger than the least time, µs. */
  readonly ledgerEntries: number;
  readonly ledgerBytes: number;
  readonly ledgerMinTime: number;
  readonly ledgerMaxTime: number;
  /** µs; 0 = off */
  readonly ttl: number;
  readonly expiryCheck: number;
  /** -1 = off */
  readonly backlogBytes: number;
  readonly backlogTime: number;
  /** Whether the age of entries counts, or that of closed ledgers. */
  readonly preciseBacklogTime: boolean;
  readonly backlogPolicy: QuotaPolicy;
  readonly backlogCheck: number;
  /** 0 = off */
  readonly maxUnackedPerConsumer: number;
  readonly maxUnackedPerSubscription: number;
  readonly delayedDelivery: boolean;
  readonly delayedTick: number;
  readonly delayedStrict: boolean;
  readonly failoverDelay: number;
  readonly classicKeyShared: boolean;
  readonly consistentHashing: boolean;
  readonly replicaPoints: number;
  readonly lookAheadPerConsumer: number;
  readonly lookAheadPerSubscription: number;
  readonly batchIndexAck: boolean;
  readonly autoCreateTopics: boolean;
  readonly maxMessageSize: number;
  readonly roundRobinBatch: number;
  /** Writes of a cursor's position a second. */
  readonly markDeleteRate: number;
  readonly cursorFlush: number;
  readonly maxUnackedRanges: number;
  /** Messages a second and topic; 0 = no limit */
  readonly dispatchRate: number;
}

const SECOND = 1e6;
const MINUTE = 60e6;
/** As broker.conf has them. https://pulsar.apache.org/reference/#/4.0.x/config/reference-configuration-broker */
export const DEFAULTS: Options = {
  brokers: 3,
  bookies: 3,
  ensembleSize: 2,
  writeQuorum: 2,
  ackQuorum: 2,
  journalLatency: 2000,
  journalJitter: 0,
  unloadTime: 500_000,
  sessionTimeout: 30 * SECOND,
  deduplication: false,
  deduplicationInactivity: 360 * MINUTE,
  retentionTime: 0,
  retentionBytes: 0,
  retentionCheck: 120 * SECOND,
  ledgerEntries: 50_000,
  ledgerBytes: 2048 * 1_048_576,
  ledgerMinTime: 10 * MINUTE,
  ledgerMaxTime: 240 * MINUTE,
  ttl: 0,
  expiryCheck: 5 * MINUTE,
  backlogBytes: -1,
  backlogTime: -1,
  preciseBacklogTime: false,
  backlogPolicy: 'producer_request_hold',
  backlogCheck: 60 * SECOND,
  maxUnackedPerConsumer: 50_000,
  maxUnackedPerSubscription: 200_000,
  delayedDelivery: true,
  delayedTick: SECOND,
  delayedStrict: false,
  failoverDelay: SECOND,
  classicKeyShared: false,
  consistentHashing: true,
  replicaPoints: 100,
  lookAheadPerConsumer: 2000,
  lookAheadPerSubscription: 20_000,
  batchIndexAck: true,
  autoCreateTopics: true,
  maxMessageSize: 5_242_880,
  roundRobinBatch: 20,
  markDeleteRate: 1,
  cursorFlush: MINUTE,
  maxUnackedRanges: 10_000,
  dispatchRate: 0,
};
