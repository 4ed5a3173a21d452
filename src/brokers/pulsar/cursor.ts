/** A subscription's place in a partition: what is deleted, where reading goes on, and how much of it would survive the broker. */
export interface CursorState {
  readonly markDelete: number;
  readonly read: number;
  readonly acked: readonly number[];
  readonly partly: readonly (readonly [number, readonly number[]])[];
  readonly unwritten: readonly number[];
  readonly written: number;
  readonly writtenAt: number;
}

export class Cursor {
  /** The first position that is not deleted: the mark-delete position is the one before. */
  markDelete: number;
  /** The next position to read. */
  read: number;
  /** Deleted one by one, above the mark-delete position: the holes. */
  private acked = new Set<number>();
  /** Of batches, the messages that are deleted already (batch index acknowledgement). */
  private partly = new Map<number, Set<number>>();
  /** Deleted since the position was last written to a bookie. */
  private unwritten: number[] = [];
  /** The mark-delete position as it was last written. */
  private written: number;
  private writtenAt = -Infinity;

  constructor(position: number) {
    this.markDelete = position;
    this.read = position;
    this.written = position;
  }
  isDeleted(position: number): boolean {
    return position < this.markDelete || this.acked.has(position);
  }
  /** Entries deleted above the mark-delete position. */
  get holes(): number {
    return this.acked.size;
  }
  /** Below it nothing is needed any more, whatever happens to the broker. */
  get safe(): number {
    return this.written;
  }
  /** @returns whether it was not deleted before */
  delete(position: number): boolean {
    if (this.isDeleted(position)) return false;
    this.acked.add(position);
    this.partly.delete(position);
    this.unwritten.push(position);
    while (this.acked.delete(this.markDelete)) this.markDelete++;
    return true;
  }
  /** @returns those of the indexes that were not deleted before */
  deleteSome(position: number, indexes: readonly number[]): number[] {
    if (this.isDeleted(position)) return [];
    let gone = this.partly.get(position);
    if (gone === undefined) this.partly.set(position, (gone = new Set()));
    const fresh = indexes.filter((i) => gone.has(i) === false);
    for (const i of fresh) gone.add(i);
    return fresh;
  }
  /** Messages of a batch that are deleted already. */
  deletedOf(position: number): ReadonlySet<number> {
    return this.partly.get(position) ?? NONE;
  }
  /** Writes the position, unless that was done `every` µs ago or later. */
  write(now: number, every: number): void {
    if (now - this.writtenAt < every) return;
    this.writtenAt = now;
    this.unwritten = [];
    this.written = this.markDelete;
  }
  /**
   * The broker is gone, and with it what was not written; reading begins anew. @param ranges of holes that are written at most
   * @returns positions that are not deleted any more, in order
   */
  restore(ranges: number, crashed: boolean): number[] {
    const back = new Set(crashed ? this.unwritten : []);
    const from = crashed ? Math.min(this.written, ...this.unwritten) : this.markDelete;
    const deleted: number[] = [];
    for (let p = from; p < this.markDelete; p++) if (!back.has(p)) deleted.push(p);
    for (const p of [...this.acked].sort((a, b) => a - b)) if (!back.has(p)) deleted.push(p);
    let [count, last] = [0, -2];
    this.acked = new Set();
    this.markDelete = from;
    for (const p of deleted) {
      // What borders on the mark-delete position is no hole.
      if (p !== last + 1 && p !== from) count++;
      last = p;
      // As many, and one more.
      if (count > ranges + 1) back.add(p);
      else this.acked.add(p);
    }
    while (this.acked.delete(this.markDelete)) this.markDelete++;
    this.unwritten = [];
    this.written = this.markDelete;
    this.read = this.markDelete;
    return [...back].sort((a, b) => a - b);
  }
  /** An administrator moves it. */
  reset(position: number): void {
    Object.assign(this, { markDelete: position, read: position, written: position });
    this.acked.clear();
    this.partly.clear();
    this.unwritten = [];
  }
  save(): CursorState {
    const { markDelete, read, acked, partly, unwritten, written, writtenAt } = this;
    return { markDelete, read, acked: [...acked], partly: [...partly].map(([p, gone]) => [p, [...gone]]), unwritten: [...unwritten], written, writtenAt: writtenAt === -Infinity ? -1 : writtenAt };
  }
  load(state: CursorState): void {
    Object.assign(this, { markDelete: state.markDelete, read: state.read, written: state.written, writtenAt: state.writtenAt < 0 ? -Infinity : state.writtenAt });
    this.acked = new Set(state.acked);
    this.partly = new Map(state.partly.map(([p, gone]) => [p, new Set(gone)]));
    this.unwritten = [...state.unwritten];
  }
}
const NONE: ReadonlySet<number> = new Set();
