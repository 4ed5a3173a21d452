/** Where a consumer stands in each of its partitions: what it has fetched, given out, and committed. */
import { type FetchedRecords, NO_RECORDS } from './protocol.ts';

/** A record that poll() gives out. */
export interface Polled {
  readonly partition: number;
  readonly offset: number;
  readonly message: number;
}
interface Position {
  readonly partition: number;
  /** Next offset that poll() gives out; -1 until it is known where to begin. */
  next: number;
  /** Next offset to fetch. */
  fetch: number;
  committed: number;
  /** pause() of the application: nothing of it is fetched or given out. */
  paused: boolean;
  /** What was fetched last, of which the first `taken` were given out. */
  buffer: FetchedRecords;
  taken: number;
}
export type PositionsState = readonly Position[];

export class Positions {
  /** The first of them is the first that poll() looks at: they take turns. */
  private all: Position[] = [];
  add(partitions: readonly number[]): void {
    for (const partition of partitions) if (!this.has(partition)) this.all.push({ partition, next: -1, fetch: -1, committed: -1, paused: false, buffer: NO_RECORDS, taken: 0 });
  }
  drop(partitions: readonly number[]): void {
    this.all = this.all.filter((p) => !partitions.includes(p.partition));
  }
  clear(): void {
    this.all = [];
  }
  has(partition: number): boolean {
    return this.all.some((p) => p.partition === partition);
  }
  /** Those without a place to begin. */
  unknown(): number[] {
    return this.all.filter((p) => p.next < 0).map((p) => p.partition);
  }
  at(partition: number): number {
    return this.of(partition)?.next ?? -1;
  }
  seek(partition: number, offset: number): void {
    const position = this.of(partition);
    // Behind what was committed, the next commit goes back.
    if (position) Object.assign(position, { next: offset, fetch: offset, buffer: NO_RECORDS, taken: 0, committed: Math.min(position.committed, offset - 1) });
  }
  /** What was fetched and not given out yet is forgotten. */
  forgetFetched(partition: number): void {
    const position = this.of(partition);
    if (position) Object.assign(position, { fetch: position.next, buffer: NO_RECORDS, taken: 0 });
  }
  /** Of all of them, in turn. */
  get each(): readonly Readonly<Position>[] {
    return this.all;
  }
  /** @param from what was asked for; @param next where the next fetch begins: past what a reader is not shown */
  fetched(partition: number, from: number, records: FetchedRecords, next: number): void {
    const position = this.of(partition);
    // Sent for a place that was left meanwhile.
    if (!position || position.next < 0 || !isEmpty(position) || from !== position.fetch) return;
    position.buffer = records;
    position.taken = 0;
    position.fetch = next;
    if (isEmpty(position)) position.next = next;
  }
  /**
   * Up to `most` records, partition by partition.
   * @param ripe whether a record may be given out yet; a partition waits at the first that may not
   * @returns `waits`: a partition that waits, -1 when none does
   */
  take(most: number, ripe?: (partition: number, offset: number) => boolean): { readonly records: readonly Polled[]; readonly waits: number } {
    const records: Polled[] = [];
    let waits = -1;
    for (const position of this.all) {
      const { partition, paused, taken } = position;
      const { offsets, messages } = position.buffer;
      if (paused) continue;
      for (; position.taken < offsets.length && records.length < most; position.taken++) {
        const offset = offsets[position.taken] as number;
        if (ripe && !ripe(partition, offset)) {
          waits = partition;
          position.next = offset;
          break;
        }
        records.push({ partition, offset, message: messages[position.taken] as number });
      }
      if (position.taken > taken) position.next = offsets[position.taken] ?? position.fetch;
    }
    // The next poll begins with another partition.
    const first = this.all.shift();
    if (first) this.all.push(first);
    return { records, waits };
  }
  /** What poll() has given out, which is what an automatic commit commits. */
  consumed(): { readonly partition: number; readonly offset: number }[] {
    return this.all.filter((p) => p.next >= 0).map((p) => ({ partition: p.partition, offset: p.next }));
  }
  /** Whether a commit of it says anything new. */
  news(partition: number, offset: number): boolean {
    const position = this.of(partition);
    return position !== undefined && offset > position.committed;
  }
  committed(partition: number, offset: number): void {
    const position = this.of(partition);
    if (position) position.committed = offset;
  }
  /** The last commit was refused: it is made again. */
  uncommitted(): void {
    for (const position of this.all) position.committed = -1;
  }
  pause(on: boolean): void {
    for (const position of this.all) position.paused = on;
  }
  partitions(): number[] {
    return this.all.map((p) => p.partition);
  }
  save(): PositionsState {
    return this.all.map((p) => ({ ...p }));
  }
  load(state: PositionsState): void {
    this.all = state.map((p) => ({ ...p }));
  }
  private of(partition: number): Position | undefined {
    return this.all.find((p) => p.partition === partition);
  }
}
const isEmpty = ({ buffer, taken }: Readonly<Position>): boolean => taken >= buffer.offsets.length;
/** Nothing of it lies here, and the application wants it. */
export const wantsFetch = (position: Readonly<Position>): boolean => position.next >= 0 && !position.paused && isEmpty(position);
