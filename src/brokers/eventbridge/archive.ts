/** An archive and its replays. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html */
import { CHUNK, Table, type TableState } from '../../base/table.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { BusEvent } from './model.ts';

/** µs: replays go through an archive in slices of event time. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html */
export const SLICE = 60_000_000;
/** µs between two portions of a replay. */
export const PORTION = 100_000;

export interface Replay {
  readonly name: string;
  /** µs of event time: from … to. */
  readonly from: number;
  readonly to: number;
  /** Rules that get its events; none = all rules of the bus. */
  readonly rules: readonly string[];
  /** Next row of the archive. */
  row: number;
  /** Events sent so far. */
  sent: number;
  state: 'STARTING' | 'RUNNING' | 'COMPLETED' | 'CANCELLED';
}
export interface ArchiveState {
  readonly table: TableState;
  readonly last: number;
  readonly replays: readonly Replay[];
}
/** Columns: event time µs; µs from which on it is in the archive; message; form. */
const [TIME, THERE, MESSAGE, FORM] = [0, 1, 2, 3];
/** What an archive holds, oldest first: rows never change, so checkpoints share them. */
export class ArchiveStore {
  private readonly table = new Table([true, true, false, false]);
  private last = 0;
  replays: Replay[] = [];

  /** @param after µs that this event takes to come into the archive; events come in one after the other */
  add(event: BusEvent, after: number): void {
    this.last = Math.max(this.last, event.at + after);
    const columns = this.table.add();
    [event.at, this.last, event.message, event.form].forEach((value, column) => {
      (columns[column] as Float64Array)[(this.table.length - 1) % CHUNK] = value;
    });
  }
  /** Rows that lie in it now. @param keep µs that an event stays, Infinity = for ever */
  range(now: number, keep: number): { readonly from: number; readonly to: number } {
    const from = this.search(TIME, now - keep);
    return { from, to: Math.max(from, this.search(THERE, now + 1)) };
  }
  /** Taken in by the bus, and not yet in the archive. */
  arriving(now: number): number {
    return this.table.length - this.search(THERE, now + 1);
  }
  /** Messages of the newest rows below `to`. */
  newest(to: number, count: number): number[] {
    const out: number[] = [];
    for (let row = Math.max(to - count, this.table.first, 0); row < to; row++) out.push(this.table.at(row, MESSAGE));
    return out;
  }
  start(replay: Omit<Replay, 'row' | 'sent' | 'state'>): Replay {
    const started: Replay = { ...replay, row: this.search(TIME, replay.from), sent: 0, state: 'STARTING' };
    this.replays.push(started);
    return started;
  }
  /**
   * The next events of a replay: at most `most`, all of one slice, in no order. What has not come into the archive is passed over.
   * @returns nothing when it is over
   */
  portion(replay: Replay, most: number, now: number, keep: number, luck: RandomStream): { readonly message: number; readonly form: number }[] | undefined {
    const { from, to } = this.range(now, keep);
    replay.row = Math.max(replay.row, from);
    const rows: number[] = [];
    let slice = -1;
    for (; replay.row < to && this.table.at(replay.row, TIME) < replay.to && rows.length < most; replay.row++) {
      const mine = Math.floor((this.table.at(replay.row, TIME) - replay.from) / SLICE);
      if (slice >= 0 && mine !== slice) break;
      slice = mine;
      rows.push(replay.row);
    }
    if (rows.length === 0) return undefined;
    for (let i = rows.length - 1; i > 0; i--) {
      const j = Math.floor(luck.next() * (i + 1));
      [rows[i], rows[j]] = [rows[j] as number, rows[i] as number];
    }
    replay.sent += rows.length;
    return rows.map((row) => ({ message: this.table.at(row, MESSAGE), form: this.table.at(row, FORM) }));
  }
  /** Rows that are older than what may still be replayed need not be kept in memory. */
  forget(now: number, keep: number): void {
    const { from } = this.range(now, keep);
    this.table.dropBefore(from);
  }
  save(): ArchiveState {
    return { table: this.table.save(), last: this.last, replays: this.replays.map((r) => ({ ...r })) };
  }
  load(state: ArchiveState): void {
    this.table.load(state.table);
    this.last = state.last;
    this.replays = state.replays.map((r) => ({ ...r }));
  }
  /** First row whose value is at least `value`; rows rise. */
  private search(column: number, value: number): number {
    let low = this.table.first;
    let high = this.table.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.table.at(middle, column) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
