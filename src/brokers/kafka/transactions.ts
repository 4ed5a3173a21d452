/**
 * The transaction coordinator: producer ids and epochs, fencing, open transactions, their end by commit, abort or timeout.
 * https://kafka.apache.org/44/design/design/#usingtransactions (KIP-98; KIP-890: every transaction has an epoch of its own)
 */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import { InternalTopic, type InternalTopicState } from './internal-topic.ts';
import type { Partition } from './partition.ts';
import type { ErrorName, Request } from './protocol.ts';

interface Owner {
  readonly transactionalId: string;
  readonly producerId: number;
  epoch: number;
  /** How the transaction before ended, and under which epoch: its end may be asked for again. */
  ended: { readonly epoch: number; readonly how: 'commit' | 'abort' } | null;
  /** Who initialised it last. */
  by: string;
  /** µs */
  timeout: number;
  /** Partitions of the open transaction. */
  partitions: string[];
  /** Groups whose offsets belong to it. */
  groups: string[];
  /** Counts transactions, so that a timer of an earlier one is void. */
  round: number;
}
/** How a transaction ended, to be written in one of its partitions. */
interface Marker {
  readonly key: string;
  readonly producerId: number;
  readonly how: 'commit' | 'abort';
  readonly by: string;
}
export interface TransactionsState {
  readonly topic: InternalTopicState;
  readonly owners: readonly Owner[];
  readonly nextProducerId: number;
  readonly markers: readonly Marker[];
  readonly overdue: readonly number[];
}

/** µs, transaction.max.timeout.ms */
const LONGEST = 900_000_000;

export class Transactions {
  private readonly cluster: KafkaCluster;
  readonly topic: InternalTopic;
  private owners: Owner[] = [];
  private nextProducerId = 0;
  private markers: Marker[] = [];
  /** Timeouts that were due while nobody coordinated their transaction. */
  private overdue: number[] = [];
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.topic = new InternalTopic('__transaction_state', cluster.settings.transactionsTopic, cluster, () => this.goesOn());
  }
  /** The broker that coordinates a producer's transactions; -1 while none does. */
  nodeOf(transactionalId: string): number {
    return this.topic.partitionOf(transactionalId).leader;
  }
  /** Somebody is there again who was not: what waited for it is done. */
  goesOn(): void {
    const { markers, overdue } = this;
    this.markers = [];
    this.overdue = [];
    for (const marker of markers) this.mark(marker);
    for (const ref of overdue) this.timer(ref);
  }
  /** A new id, or for a transactional id the same one with the next epoch: whoever had it before is fenced, and its transaction aborted. */
  init(by: string, broker: number, transactionalId: string | null, timeout: number): { readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number } {
    const absent = transactionalId === null ? (this.cluster.nodes.anyUp ? 'NONE' : 'DISCONNECTED') : this.refusalBy(broker, transactionalId);
    if (absent !== 'NONE') return { error: absent, producerId: -1, producerEpoch: -1 };
    if (transactionalId !== null && timeout > LONGEST) return { error: 'INVALID_TRANSACTION_TIMEOUT', producerId: -1, producerEpoch: -1 };
    if (transactionalId === null) return { error: 'NONE', producerId: this.nextProducerId++, producerEpoch: 0 };
    let owner = this.owners.find((o) => o.transactionalId === transactionalId);
    if (!owner) {
      owner = { transactionalId, producerId: this.nextProducerId++, epoch: -1, ended: null, by, timeout, partitions: [], groups: [], round: 0 };
      this.owners.push(owner);
    }
    if (isOpen(owner)) this.finish(owner, 'abort');
    if (this.isEnding(owner.producerId)) return { error: 'CONCURRENT_TRANSACTIONS', producerId: -1, producerEpoch: -1 };
    Object.assign(owner, { epoch: owner.epoch + 1, ended: null, by, timeout });
    for (const partition of this.cluster.all()) partition.producers.fence(owner.producerId, owner.epoch);
    return { error: 'NONE', producerId: owner.producerId, producerEpoch: owner.epoch };
  }
  /** The leader of a partition knows of epochs alone: who was fenced learns it when it ends its transaction. */
  mayWrite(producerId: number, epoch: number): ErrorName {
    if (this.owners.find((o) => o.producerId === producerId)?.epoch !== epoch) return 'INVALID_PRODUCER_EPOCH';
    return this.isEnding(producerId) ? 'CONCURRENT_TRANSACTIONS' : 'NONE';
  }
  /** The partition becomes part of the transaction: its leader asks the coordinator. @returns whether it is one */
  takesIn(producerId: number, { key }: Partition): boolean {
    const owner = this.owners.find((o) => o.producerId === producerId);
    if (!owner || owner.partitions.includes(key)) return true;
    if (!this.cluster.nodes.serves(this.nodeOf(owner.transactionalId))) return false;
    this.beginIfNeeded(owner);
    owner.partitions.push(key);
    return true;
  }
  /** Offsets that the producer's application consumed are committed with what it wrote, or not at all. */
  wroteOffsets(producerId: number, group: string): void {
    const owner = this.owners.find((o) => o.producerId === producerId);
    if (!owner || owner.groups.includes(group)) return;
    this.beginIfNeeded(owner);
    owner.groups.push(group);
  }
  /** EndTxn: the producer goes on under the epoch of the answer. */
  end(broker: number, { transactionalId, producerId, producerEpoch: epoch, commit }: Extract<Request, { api: 'EndTxn' }>): { readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number } {
    const refused = (error: ErrorName) => ({ error, producerId: -1, producerEpoch: -1 });
    const absent = this.refusalBy(broker, transactionalId);
    if (absent !== 'NONE') return refused(absent);
    const owner = this.owners.find((o) => o.transactionalId === transactionalId);
    if (!owner || owner.producerId !== producerId) return refused('PRODUCER_FENCED');
    const how = commit ? 'commit' : 'abort';
    if (epoch === owner.epoch) {
      // A transaction in which nothing was written can only be aborted.
      if (!isOpen(owner) && commit) return refused('INVALID_TXN_STATE');
      this.finish(owner, how);
    } else if (isOpen(owner) || owner.ended?.epoch !== epoch) return refused('PRODUCER_FENCED');
    // Asked for again, or ended meanwhile by the coordinator: it stays as it ended, until the next one begins.
    else if (owner.ended.how !== how) return refused('INVALID_TXN_STATE');
    return { error: 'NONE', producerId, producerEpoch: owner.epoch };
  }
  /** transaction.timeout.ms has passed: aborted by the coordinator. Its producer may not write under its epoch any more. */
  timer(ref: number): void {
    const owner = this.owners.find((o) => o.producerId === Math.floor(ref / 1e6));
    if (!owner || !isOpen(owner) || owner.round % 1e6 !== ref % 1e6) return;
    if (!this.cluster.nodes.serves(this.nodeOf(owner.transactionalId))) {
      this.overdue.push(ref);
      return;
    }
    this.finish(owner, 'abort');
  }
  /** Partitions in which a transaction is open. */
  openIn(key: string): readonly string[] {
    return this.owners.filter((o) => o.partitions.includes(key)).map((o) => o.transactionalId);
  }
  save(): TransactionsState {
    return { topic: this.topic.save(), ...copyOf({ owners: this.owners, nextProducerId: this.nextProducerId, markers: this.markers, overdue: this.overdue }) };
  }
  load(state: TransactionsState): void {
    const { owners, nextProducerId, markers, overdue } = copyOf({ owners: state.owners, nextProducerId: state.nextProducerId, markers: state.markers, overdue: state.overdue });
    this.topic.load(state.topic);
    this.markers = [...markers];
    this.overdue = [...overdue];
    this.owners = owners as Owner[];
    this.nextProducerId = nextProducerId;
  }

  private beginIfNeeded(owner: Owner): void {
    if (isOpen(owner)) return;
    owner.round++;
    this.cluster.host.after(owner.timeout, 'transaction', owner.producerId * 1e6 + (owner.round % 1e6));
  }
  private finish(owner: Owner, how: 'commit' | 'abort'): void {
    const { producerId, by } = owner;
    for (const { key } of this.cluster.all()) if (owner.partitions.includes(key)) this.mark({ key, producerId, how, by });
    for (const group of owner.groups) this.cluster.coordinator.endTransaction(group, owner.producerId, how);
    owner.partitions = [];
    owner.groups = [];
    owner.round++;
    owner.ended = { epoch: owner.epoch, how };
    owner.epoch++;
  }
  /** The partition's leader writes it. Where there is no leader at all it never is, as recorded: the next one that this producer's transaction comes to stands for it. */
  private mark(marker: Marker): void {
    const { key, producerId, how, by } = marker;
    for (const partition of this.cluster.all()) {
      if (partition.key !== key) continue;
      if (partition.leader < 0) return;
      if (!this.cluster.nodes.serves(partition.leader)) {
        this.markers.push(marker);
        return;
      }
      const since = partition.openSince(producerId);
      const offsets = since < 0 ? [] : partition.log.ofTransactions(producerId, since);
      this.cluster.out.push({ kind: 'transaction-ended', topic: partition.topic, partition: partition.index, producerId, how, offsets, by });
      partition.end(producerId, how, this.cluster.host.now());
      return;
    }
  }
  /** Its last transaction has ended, but not everywhere: nothing new begins. */
  private isEnding(producerId: number): boolean {
    return this.markers.some((marker) => marker.producerId === producerId);
  }
  /** @param broker whom the client takes for the coordinator; -1 when it found none */
  private refusalBy(broker: number, transactionalId: string): ErrorName {
    if (broker < 0) return 'COORDINATOR_NOT_AVAILABLE';
    if (!this.cluster.nodes.up(broker)) return 'DISCONNECTED';
    return broker === this.nodeOf(transactionalId) ? 'NONE' : 'NOT_COORDINATOR';
  }
}
const isOpen = ({ partitions, groups }: Owner): boolean => partitions.length > 0 || groups.length > 0;
