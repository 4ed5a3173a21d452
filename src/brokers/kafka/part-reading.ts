/** What one group has of one partition, in columns by offset, from the first record that is not done with. */
import { Rows } from '../../base/rows.ts';

/** Of one record. HIDDEN: of an open transaction, for a group that reads only committed ones. */
export const [NONE, HIDDEN, PENDING, IN_FLIGHT] = [0, 1, 2, 3] as const;
export type Stand = typeof NONE | typeof HIDDEN | typeof PENDING | typeof IN_FLIGHT;
/** The columns: ENTRY is the newest of the history about it, STAND how often it was handed out and how it stands. */
const [SINCE, ENTRY] = [0, 1] as const;
const [MESSAGE, COPY, STAND] = [0, 1, 2] as const;
const STAND_BITS = 2;

export class PartReading {
  readonly rows = new Rows(2, 3);

  constructor(begin: number) {
    this.rows.restart(begin);
  }
  message(offset: number): number {
    return this.rows.narrow(offset, MESSAGE);
  }
  copy(offset: number): number {
    return this.rows.narrow(offset, COPY);
  }
  setCopy(offset: number, copy: number): void {
    this.rows.setNarrow(offset, COPY, copy);
  }
  entry(offset: number): number {
    return this.rows.wide(offset, ENTRY);
  }
  setEntry(offset: number, entry: number): void {
    this.rows.setWide(offset, ENTRY, entry);
  }
  /** µs */
  setSince(offset: number, since: number): void {
    this.rows.setWide(offset, SINCE, since);
  }
  /** How often it was handed out. */
  attempts(offset: number): number {
    return this.rows.narrow(offset, STAND) >> STAND_BITS;
  }
  countAttempt(offset: number): void {
    this.rows.setNarrow(offset, STAND, this.rows.narrow(offset, STAND) + (1 << STAND_BITS));
  }
  /** NONE as well of what is not there. */
  stand(offset: number): Stand {
    return this.rows.has(offset) ? ((this.rows.narrow(offset, STAND) & 3) as Stand) : NONE;
  }
  setStand(offset: number, stand: Stand): void {
    this.rows.setNarrow(offset, STAND, (this.rows.narrow(offset, STAND) & ~3) | stand);
  }
  /** Makes it anew; where a gap opens on either side, nothing stands. */
  put(offset: number, message: number, stand: typeof NONE | typeof HIDDEN, entry: number, now: number): void {
    const { rows } = this;
    if (rows.first === rows.end && offset > rows.first) rows.restart(offset);
    while (offset < rows.first) this.write(rows.prepend(), -1, NONE, -1, 0);
    while (offset > rows.end) this.write(rows.append(), -1, NONE, -1, 0);
    this.write(offset === rows.end ? rows.append() : offset, message, stand, entry, now);
  }
  /** µs since when the first that waits does: those behind it came later. */
  waitsSince(): number {
    const { rows } = this;
    for (let offset = rows.first; offset < rows.end; offset++) if (this.stand(offset) === PENDING) return rows.wide(offset, SINCE);
    return Number.POSITIVE_INFINITY;
  }

  private write(offset: number, message: number, stand: Stand, entry: number, since: number): void {
    const { rows } = this;
    rows.setWide(offset, SINCE, since);
    rows.setWide(offset, ENTRY, entry);
    rows.setNarrow(offset, MESSAGE, message);
    rows.setNarrow(offset, COPY, -1);
    rows.setNarrow(offset, STAND, stand);
  }
}
