/**
 * The transaction coordinator: producer ids and epochs, fencing, open transactions, their end by commit, abort or timeout.
 * https://kafka.apache.org/44/design/design/#usingtransactions (KIP-98; KIP-890: every transaction has an epoch of its own)
 */
import { copyOf } from '../../base/copy.ts';
import type { KafkaCluster } from './cluster.ts';
import type { Partition } from './partition.ts';
import type { ErrorName } from './protocol.ts';

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
export interface TransactionsState {
  readonly owners: readonly Owner[];
  readonly nextProducerId: number;
}

/** µs, transaction.max.timeout.ms */
const LONGEST = 900_000_000;

export class Transactions {
  private readonly cluster: KafkaCluster;
  private owners: Owner[] = [];
  private nextProducerId = 0;
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
  }
  /** A new id, or for a transactional id the same one with the next epoch: whoever had it before is fenced, and its transaction aborted. */
  init(by: string, transactionalId: string | null, timeout: number): { readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number } {
    if (!this.cluster.nodes.anyUp) return { error: 'COORDINATOR_NOT_AVAILABLE', producerId: -1, producerEpoch: -1 };
    if (transactionalId !== null && timeout > LONGEST) return { error: 'INVALID_TRANSACTION_TIMEOUT', producerId: -1, producerEpoch: -1 };
    if (transactionalId === null) return { error: 'NONE', producerId: this.nextProducerId++, producerEpoch: 0 };
    let owner = this.owners.find((o) => o.transactionalId === transactionalId);
    if (!owner) {
      owner = { transactionalId, producerId: this.nextProducerId++, epoch: -1, ended: null, by, timeout, partitions: [], groups: [], round: 0 };
      this.owners.push(owner);
    }
    if (isOpen(owner)) this.finish(owner, 'abort');
    Object.assign(owner, { epoch: owner.epoch + 1, ended: null, by, timeout });
    for (const partition of this.cluster.all()) partition.producers.fence(owner.producerId, owner.epoch);
    return { error: 'NONE', producerId: owner.producerId, producerEpoch: owner.epoch };
  }
  /** The leader of a partition knows of epochs alone: who was fenced learns it when it ends its transaction. */
  mayWrite(producerId: number, epoch: number): ErrorName {
    return this.owners.find((o) => o.producerId === producerId)?.epoch === epoch ? 'NONE' : 'INVALID_PRODUCER_EPOCH';
  }
  wrote(producerId: number, partition: Partition): void {
    const owner = this.owners.find((o) => o.producerId === producerId);
    if (!owner) return;
    if (owner.partitions.includes(partition.key)) return;
    this.beginIfNeeded(owner);
    owner.partitions.push(partition.key);
  }
  /** Offsets that the producer's application consumed are committed with what it wrote, or not at all. */
  wroteOffsets(producerId: number, group: string): void {
    const owner = this.owners.find((o) => o.producerId === producerId);
    if (!owner || owner.groups.includes(group)) return;
    this.beginIfNeeded(owner);
    owner.groups.push(group);
  }
  /** EndTxn: the producer goes on under the epoch of the answer. */
  end(transactionalId: string, producerId: number, epoch: number, commit: boolean): { readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number } {
    const refused = (error: ErrorName) => ({ error, producerId: -1, producerEpoch: -1 });
    if (!this.cluster.nodes.anyUp) return refused('COORDINATOR_NOT_AVAILABLE');
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
    this.finish(owner, 'abort');
  }
  /** Partitions in which a transaction is open. */
  openIn(key: string): readonly string[] {
    return this.owners.filter((o) => o.partitions.includes(key)).map((o) => o.transactionalId);
  }
  save(): TransactionsState {
    return copyOf({ owners: this.owners, nextProducerId: this.nextProducerId });
  }
  load(state: TransactionsState): void {
    const { owners, nextProducerId } = copyOf(state);
    this.owners = owners as Owner[];
    this.nextProducerId = nextProducerId;
  }

  private beginIfNeeded(owner: Owner): void {
    if (isOpen(owner)) return;
    owner.round++;
    this.cluster.host.after(owner.timeout, 'transaction', owner.producerId * 1e6 + (owner.round % 1e6));
  }
  private finish(owner: Owner, how: 'commit' | 'abort'): void {
    const now = this.cluster.host.now();
    for (const partition of this.cluster.all()) {
      if (!owner.partitions.includes(partition.key) || partition.leader < 0) continue;
      const since = partition.openSince(owner.producerId);
      const offsets = since < 0 ? [] : partition.log.ofTransactions(owner.producerId, since);
      this.cluster.out.push({ kind: 'transaction-ended', topic: partition.topic, partition: partition.index, producerId: owner.producerId, how, offsets, by: owner.by });
      partition.end(owner.producerId, how, now);
    }
    for (const group of owner.groups) this.cluster.coordinator.endTransaction(group, owner.producerId, how);
    owner.partitions = [];
    owner.groups = [];
    owner.round++;
    owner.ended = { epoch: owner.epoch, how };
    owner.epoch++;
  }
}
const isOpen = ({ partitions, groups }: Owner): boolean => partitions.length > 0 || groups.length > 0;
