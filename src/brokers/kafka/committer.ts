/** How a consumer commits: what, when, and whether the application waits for it. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html */
import type { Timeouts, TimeoutsState } from '../timeouts.ts';
import { retryBackoff } from './connection.ts';
import type { ConsumerContext, PartitionOffset } from './consumer-context.ts';
import { isRetriable } from './errors.ts';
import type { ErrorName, MemberOfGroup } from './protocol.ts';
import type { GroupError } from './group/errors.ts';

/** commitSync(), for which the application waits. */
interface Waited {
  readonly id: number;
  readonly offsets: readonly PartitionOffset[];
  /** -1 while it is about to be sent again. */
  correlation: number;
  attempts: number;
}
export interface CommitterState {
  readonly waited: Waited | null;
  readonly calls: number;
  /** Correlations of commits that nobody waits for. */
  readonly others: readonly (readonly [correlation: number, how: string])[];
  /** µs of the last automatic commit. */
  readonly lastAuto: number;
  readonly finished: readonly PartitionOffset[];
  readonly loses: boolean;
  readonly timeouts: TimeoutsState;
}
export interface CommitterListener {
  member(): MemberOfGroup;
  /** The application goes on after commitSync(), whatever came of it. */
  returned(): void;
}

export class Committer {
  private readonly context: ConsumerContext;
  private readonly listener: CommitterListener;
  /** default.api.timeout.ms of commitSync() */
  private readonly timeouts: Timeouts;
  private waited: Waited | null = null;
  private calls = 0;
  private others: (readonly [correlation: number, how: string])[] = [];
  private lastAuto = 0;
  /** Highest finished offset + 1 by partition, of the batch in hand, where the application commits by itself. */
  private finished = new Map<number, number>();
  /** The next commit never gets to the coordinator: the connection breaks under it. */
  private loses = false;
  constructor(context: ConsumerContext, listener: CommitterListener) {
    this.context = context;
    this.listener = listener;
    this.timeouts = context.timeouts('commit timeout', { stands: (id) => this.waited?.id === id, expired: () => this.timedOut() });
  }
  /** commitSync is under way: the application waits for it. */
  get waits(): boolean {
    return this.waited !== null;
  }
  /** Some commit has no answer. */
  get commits(): boolean {
    return this.waited !== null || this.others.length > 0;
  }
  reset(): void {
    this.waited = null;
    this.others = [];
    this.lastAuto = this.context.now;
    this.finished.clear();
    this.timeouts.reset();
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
    this.commit(context.positions.consumed(), AUTO);
  }
  /** The last moment for an automatic commit: partitions go, or the consumer is closed. */
  last(offsets: readonly PartitionOffset[]): void {
    if (this.context.settings.autoCommit && this.listener.member().generationOrEpoch >= 0) this.commit(offsets, AUTO);
  }
  /** Everything that poll() gave out. */
  now(waiting: boolean): void {
    const offsets = this.context.positions.consumed();
    if (waiting) this.sync(offsets);
    else this.commit(offsets, ASYNC);
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
    else if (commit === 'commitAsync') this.commit(done, ASYNC);
  }
  answered(correlation: number, error: GroupError | ErrorName | null): void {
    const { waited, others, context } = this;
    if (error !== null) context.positions.uncommitted();
    if (waited?.correlation === correlation) {
      if (error === null || !isRetriable(error)) return this.returns();
      waited.correlation = -1;
      waited.attempts++;
      return context.later(retryBackoff(context.config, waited.attempts, context.host.luck(context.client, 'commit backoff')), 'commit', waited.id);
    }
    const at = others.findIndex(([sent]) => sent === correlation);
    const [, how] = (at < 0 ? undefined : others.splice(at, 1)[0]) ?? [];
    if (error !== null && how !== undefined && isRetriable(error)) this.failedForNow(how);
  }
  /** A pause after a commit that failed is over. */
  again(id: number): void {
    if (this.waited?.id === id && this.waited.correlation < 0) this.sendWaited(this.waited);
  }
  due(lane: number): void {
    this.timeouts.due(lane);
  }
  /** Out of the group, the client refuses a commit by itself. */
  failed(): void {
    this.context.refused('CommitFailedException');
  }
  save(): CommitterState {
    const finished = [...this.finished].map(([partition, offset]) => ({ partition, offset }));
    return { waited: this.waited && { ...this.waited }, calls: this.calls, others: [...this.others], lastAuto: this.lastAuto, finished, loses: this.loses, timeouts: this.timeouts.save() };
  }
  load({ waited, calls, others, lastAuto, finished, loses, timeouts }: CommitterState): void {
    this.waited = waited && { ...waited };
    this.calls = calls;
    this.others = [...others];
    this.lastAuto = lastAuto;
    this.finished = new Map(finished.map(({ partition, offset }) => [partition, offset]));
    this.loses = loses;
    this.timeouts.load(timeouts);
  }

  /** It is sent again until it has succeeded, failed for good, or default.api.timeout.ms is over. */
  private sync(offsets: readonly PartitionOffset[]): void {
    const news = this.news(offsets);
    if (news.length === 0) return;
    const waited = { id: ++this.calls, offsets: news, correlation: -1, attempts: 0 };
    this.waited = waited;
    this.sendWaited(waited);
    if (this.waited !== null) this.timeouts.set(this.context.settings.apiTimeout, waited.id);
  }
  private sendWaited(waited: Waited): void {
    this.loses = false;
    if (this.listener.member().generationOrEpoch >= 0) waited.correlation = this.send(waited.offsets, SYNC);
    else {
      this.failed();
      // Before anything was sent the application has not begun to wait.
      if (waited.attempts === 0) this.waited = null;
      else this.returns();
    }
  }
  private returns(): void {
    this.waited = null;
    this.listener.returned();
  }
  private timedOut(): void {
    this.context.refused('TimeoutException');
    this.context.positions.uncommitted();
    this.returns();
  }
  private commit(offsets: readonly PartitionOffset[], how: string): void {
    const news = this.news(offsets);
    if (news.length === 0) return;
    if (this.listener.member().generationOrEpoch < 0) return this.failed();
    const lost = this.loses;
    this.loses = false;
    if (lost) this.context.refused('RetriableCommitFailedException');
    else this.others.push([this.send(news, how), how]);
  }
  /** commitAsync() is left to the next commit; an automatic one is made again after retry.backoff.ms. */
  private failedForNow(how: string): void {
    const { context } = this;
    if (how === ASYNC) return context.refused('RetriableCommitFailedException');
    const { autoCommitInterval, retryBackoff: wait } = context.settings;
    this.lastAuto = context.now - Math.max(0, autoCommitInterval - wait);
    context.later(wait, 'poll', 0);
  }
  private news(offsets: readonly PartitionOffset[]): readonly PartitionOffset[] {
    const { positions } = this.context;
    return offsets.filter(({ partition, offset }) => positions.news(partition, offset) || !positions.has(partition));
  }
  /** @returns its correlation */
  private send(offsets: readonly PartitionOffset[], how: string): number {
    const { positions, coordinator, group, topic } = this.context;
    for (const { partition, offset } of offsets) positions.committed(partition, offset);
    return coordinator.request({ api: 'OffsetCommit', group, member: this.listener.member(), offsets: offsets.map((o) => ({ topic, ...o })), how });
  }
}
const AUTO = 'kafka.auto_commit';
const ASYNC = 'kafka.commit_async';
const SYNC = 'kafka.commit_sync';
