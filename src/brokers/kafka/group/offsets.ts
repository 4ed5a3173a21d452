import { copyOf } from '../../../base/copy.ts';
import type { BrokerHost } from '../../contract.ts';
import type { TopicPartition } from '../assignors/assignment.ts';
import type { GroupError } from './errors.ts';
import type { CommitRequest, OffsetOwner } from './offset-owner.ts';

export interface OffsetToCommit extends TopicPartition {
  /** The next offset to read, not the last one read. */
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
}
/** A committed offset, and when it was committed, µs of virtual time. */
interface Committed extends OffsetToCommit {
  readonly at: number;
  readonly order: number;
}
interface Pending extends Committed {
  readonly producerId: number;
}
export interface PartitionError extends TopicPartition {
  readonly error: GroupError | null;
}
export interface FetchedOffset extends OffsetToCommit {
  readonly error: GroupError | null;
}
export interface OffsetsHost extends BrokerHost {
  /** Retention took these away. `all`: the group has no offset left, and goes with them if it is empty. */
  expired(partitions: readonly TopicPartition[], all: boolean): void;
}

/** https://kafka.apache.org/44/configuration/broker-configs/ */
export const offsetDefaults = {
  'offsets.retention.minutes': 10_080,
  'offsets.retention.check.interval.ms': 600_000,
  'offset.metadata.max.bytes': 4_096,
};

/** What a fetch shows of a partition without a commit. */
export const NO_OFFSET = -1;

const same = (a: TopicPartition, b: TopicPartition) => a.partition === b.partition && a.topic === b.topic;

/** The committed offsets of one group. */
export class GroupOffsets {
  readonly #host: OffsetsHost;
  readonly #owner: OffsetOwner;
  readonly #settings: typeof offsetDefaults;
  #committed: Committed[] = [];
  /** Of transactions that are open: not to be seen, and in the way of those who want stable offsets. */
  #pending: Pending[] = [];
  #checking = false;
  #order = 0;

  constructor(host: OffsetsHost, owner: OffsetOwner, settings: Partial<typeof offsetDefaults> = {}) {
    this.#host = host;
    this.#owner = owner;
    this.#settings = { ...offsetDefaults, ...settings };
  }

  /** OffsetCommit. The request is refused as a whole, or partition by partition for its metadata. */
  commit(who: Omit<CommitRequest, 'partitions' | 'transactional'>, offsets: readonly OffsetToCommit[]): GroupError | readonly PartitionError[] {
    const error = this.#owner.mayCommit({ ...who, transactional: false, partitions: offsets });
    if (error !== null) return error;
    this.#owner.committed(who.memberId);
    return this.#each(offsets, (one) => this.#keep(one));
  }
  /** TxnOffsetCommit: kept aside until the transaction ends. Older than the membership is, to a transaction, an illegal generation. */
  commitInTransaction(producerId: number, who: Omit<CommitRequest, 'partitions' | 'transactional'>, offsets: readonly OffsetToCommit[]): GroupError | readonly PartitionError[] {
    const error = this.#owner.mayCommit({ ...who, transactional: true, partitions: offsets });
    if (error !== null) return error === 'STALE_MEMBER_EPOCH' ? 'ILLEGAL_GENERATION' : error;
    return this.#each(offsets, (one) => {
      this.#pending = this.#pending.filter((other) => other.producerId !== producerId || !same(other, one));
      this.#pending.push({ ...plain(one), at: this.#host.now(), order: this.#order++, producerId });
    });
  }
  endTransaction(producerId: number, outcome: 'commit' | 'abort'): void {
    const ended = this.#pending.filter((one) => one.producerId === producerId);
    this.#pending = this.#pending.filter((one) => one.producerId !== producerId);
    if (outcome === 'commit') for (const one of ended) this.#keep(one, one.at, one.order);
  }

  /**
   * OffsetFetch.
   * @param partitions null for all that have a commit
   * @param requireStable what the client library's consumer asks for: not while a transaction may still change it
   */
  fetch(who: { readonly memberId: string | null; readonly memberEpoch: number }, partitions: readonly TopicPartition[] | null, requireStable: boolean): GroupError | readonly FetchedOffset[] {
    const error = this.#owner.mayFetch(who.memberId, who.memberEpoch);
    if (error !== null && error !== 'GROUP_ID_NOT_FOUND') return error;
    const known = error === null ? this.#committed : [];
    return (partitions ?? known).map(({ topic, partition }) => {
      const found = known.find((one) => same(one, { topic, partition }));
      const nothing = { topic, partition, offset: NO_OFFSET, leaderEpoch: NO_OFFSET, metadata: '' };
      if (requireStable && this.#pending.some((one) => same(one, { topic, partition }))) return { ...nothing, error: 'UNSTABLE_OFFSET_COMMIT' as const };
      return { ...(found === undefined ? nothing : plain(found)), error: null };
    });
  }
  /** Without asking who wants to know: for pictures and lag. */
  committed(topic: string, partition: number): number {
    return this.#committed.find((one) => same(one, { topic, partition }))?.offset ?? NO_OFFSET;
  }

  timer(_name: string, _ref: number): void {
    this.#checking = false;
    this.#expire();
    this.#check();
  }
  save(): unknown {
    return copyOf({ committed: this.#committed, pending: this.#pending, checking: this.#checking, order: this.#order });
  }
  load(state: unknown): void {
    const { committed, pending, checking, order } = copyOf(state) as { committed: Committed[]; pending: Pending[]; checking: boolean; order: number };
    this.#committed = committed;
    this.#pending = pending;
    this.#checking = checking;
    this.#order = order;
  }

  #each(offsets: readonly OffsetToCommit[], keep: (one: OffsetToCommit) => void): PartitionError[] {
    return offsets.map((one) => {
      const { topic, partition, metadata } = one;
      if (metadata.length > this.#settings['offset.metadata.max.bytes']) return { topic, partition, error: 'OFFSET_METADATA_TOO_LARGE' };
      keep(one);
      return { topic, partition, error: null };
    });
  }
  /** What was committed later stays, though a transaction that began before it ends after it. */
  #keep(one: OffsetToCommit, at = this.#host.now(), order = this.#order++): void {
    const place = this.#committed.findIndex((other) => same(other, one));
    if ((this.#committed[place]?.order ?? -1) > order) return;
    this.#committed.splice(place < 0 ? this.#committed.length : place, place < 0 ? 0 : 1, { ...plain(one), at, order });
    this.#check();
  }

  /** Every so often, as long as there is something that may expire. */
  #check(): void {
    if (this.#checking || this.#committed.length === 0) return;
    this.#checking = true;
    this.#host.after(this.#settings['offsets.retention.check.interval.ms'] * 1000, 'offsets-retention', 0);
  }
  #expire(): void {
    const { from, keeps } = this.#owner.offsetExpiry();
    if (from === null) return;
    const retention = this.#settings['offsets.retention.minutes'] * 60_000_000;
    const old = this.#committed.filter((one) => {
      const since = from === 'commit' ? one.at : from;
      return !keeps(one.topic) && this.#host.now() - since >= retention && !this.#pending.some((pending) => same(pending, one));
    });
    if (old.length === 0) return;
    this.#committed = this.#committed.filter((one) => !old.includes(one));
    this.#host.expired(
      old.map(({ topic, partition }) => ({ topic, partition })),
      this.#committed.length === 0 && this.#pending.length === 0,
    );
  }
}

const plain = ({ topic, partition, offset, leaderEpoch, metadata }: OffsetToCommit): OffsetToCommit => ({ topic, partition, offset, leaderEpoch, metadata });
