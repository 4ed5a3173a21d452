/** How a consumer commits: what, when, and whether the application waits for it. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html */
import type { ConsumerContext, PartitionOffset } from './consumer-context.ts';
import type { MemberOfGroup } from './protocol.ts';

export type CommitterState = { readonly committing: number; readonly lastAuto: number; readonly finished: readonly PartitionOffset[]; readonly loses: boolean };

export class Committer {
  private readonly context: ConsumerContext;
  private readonly member: () => MemberOfGroup;
  /** Correlation of commitSync; -1 when none is under way. */
  private committing = -1;
  /** µs of the last automatic commit. */
  private lastAuto = 0;
  /** Highest finished offset + 1 by partition, of the batch in hand, where the application commits by itself. */
  private finished = new Map<number, number>();
  /** The next commit never gets to the coordinator: the connection breaks under it. */
  private loses = false;
  constructor(context: ConsumerContext, member: () => MemberOfGroup) {
    this.context = context;
    this.member = member;
  }
  /** commitSync is under way: the application waits for it. */
  get waits(): boolean {
    return this.committing >= 0;
  }
  reset(): void {
    this.committing = -1;
    this.lastAuto = this.context.now;
    this.finished.clear();
  }
  loseNext(): void {
    this.loses = true;
  }
  /** In poll(): what earlier polls gave out, at most every auto.commit.interval.ms. */
  auto(): void {
    const { context } = this;
    const { autoCommit, autoCommitInterval } = context.settings;
    if (!autoCommit || context.now - this.lastAuto < autoCommitInterval) return;
    this.lastAuto = context.now;
    this.commit(context.positions.consumed(), 'kafka.auto_commit');
  }
  /** The last moment for an automatic commit: partitions go, or the consumer is closed. */
  last(offsets: readonly PartitionOffset[]): void {
    if (this.context.settings.autoCommit && this.member().generationOrEpoch >= 0) this.commit(offsets, 'kafka.auto_commit');
  }
  now(): void {
    this.sync(this.context.positions.consumed());
  }
  /** A poll gave records out, and work on them has not begun. */
  beforeWork(): void {
    const { context } = this;
    const { autoCommit, commit } = context.settings;
    if (!autoCommit && commit === 'commitSync before processing') this.sync(context.positions.consumed());
  }
  /** One record is done. */
  done(partition: number, offset: number): void {
    const { autoCommit, commit } = this.context.settings;
    if (autoCommit) return;
    this.finished.set(partition, Math.max(this.finished.get(partition) ?? 0, offset + 1));
    if (commit === 'commitSync each record') this.sync([{ partition, offset: offset + 1 }]);
  }
  /** Everything that poll() gave out is done. */
  batchDone(): void {
    if (this.finished.size === 0) return;
    const done = [...this.finished].map(([partition, offset]) => ({ partition, offset }));
    this.finished.clear();
    const { commit } = this.context.settings;
    if (commit === 'commitSync') this.sync(done);
    else if (commit === 'commitAsync') this.commit(done, 'kafka.commit_async');
  }
  /** @returns whether the application waited for it */
  answered(correlation: number): boolean {
    if (correlation !== this.committing) return false;
    this.committing = -1;
    return true;
  }
  /** Out of the group, the client refuses a commit by itself. */
  failed(): void {
    this.context.refused('CommitFailedException');
  }
  save(): CommitterState {
    return { committing: this.committing, lastAuto: this.lastAuto, finished: [...this.finished].map(([partition, offset]) => ({ partition, offset })), loses: this.loses };
  }
  load({ committing, lastAuto, finished, loses }: CommitterState): void {
    this.committing = committing;
    this.lastAuto = lastAuto;
    this.finished = new Map(finished.map(({ partition, offset }) => [partition, offset]));
    this.loses = loses;
  }

  private sync(offsets: readonly PartitionOffset[]): void {
    this.committing = this.commit(offsets, 'kafka.commit_sync');
  }
  private commit(offsets: readonly PartitionOffset[], how: string): number {
    const { context } = this;
    const { client, host, positions, topic } = context;
    const fit = offsets.filter(({ partition, offset }) => positions.news(partition, offset) || !positions.has(partition));
    if (fit.length === 0) return -1;
    const member = this.member();
    if (member.generationOrEpoch < 0) {
      this.failed();
      return -1;
    }
    const lost = this.loses;
    this.loses = false;
    // commitSync sends it again over another connection; the others leave it to the next commit.
    if (lost && how !== 'kafka.commit_sync') {
      context.refused('RetriableCommitFailedException');
      return -1;
    }
    for (const { partition, offset } of fit) positions.committed(partition, offset);
    return host.request(client, -1, { api: 'OffsetCommit', group: context.group, member, offsets: fit.map((o) => ({ topic, ...o })), how }, []);
  }
}
