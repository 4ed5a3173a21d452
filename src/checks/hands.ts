/** Who holds what, per reader and place, from deliveries to the ends of custody, and what waits. Counted once for all checks that ask. */
import { copyOf } from '../base/copy.ts';
import { Pages, type PagesState } from '../base/pages.ts';
import type { Entry, Kind } from '../history/entries.ts';

export interface Reader {
  /** Copies handed to it and not yet settled, of which in work. */
  held: number;
  working: number;
  idleSince: number;
  readonly actor: number;
  readonly place: number;
  up: boolean;
  /** Its index among all. */
  readonly number: number;
}
export interface HandsState {
  readonly all: readonly Reader[];
  readonly here: readonly (readonly [place: number, readers: readonly number[]])[];
  readonly copies: PagesState;
  readonly busy: readonly number[];
  readonly ended: readonly number[];
  readonly delayed: number;
}

export class Hands {
  readonly sees: readonly Kind[] = ['joined', 'left', 'delivered', 'started', 'finished', 'failed', 'crashed', 'settled', 'requeued', 'dropped', 'lost', 'dead-lettered', 'delayed', 'census'];
  /** By place, then by actor. */
  private readers = new Map<number, Map<number, Reader>>();
  /** Those too that have joined anew while copies were in their hands. */
  private all: Reader[] = [];
  /** By copy: 0 = in nobody's hands, else 1 + twice the reader's number, and 1 more while it works on it. */
  private readonly copies = new Pages(0, Infinity, Int32Array);
  /** By actor: works under way, those on copies that it no longer holds among them. */
  private busy: (number | undefined)[] = [];
  /** By actor: when its latest work ended. */
  private ended: (number | undefined)[] = [];
  /** Of what the census that follows counts. */
  private delayed = 0;
  /** Of what the latest census counted, what waits for a reader: not what is delayed on purpose, or on its way through the broker. */
  pending = 0;
  see(entry: Entry): void {
    switch (entry.kind) {
      case 'joined':
        if (entry.detail === 1) this.join(entry);
        break;
      case 'left': {
        const reader = this.reader(entry);
        if (reader) reader.up = false;
        break;
      }
      case 'delivered': {
        const reader = this.reader(entry);
        if (!reader) break;
        this.copies.set(entry.copy, 1 + reader.number * 2);
        reader.held++;
        break;
      }
      case 'started': {
        this.busy[entry.actor] = (this.busy[entry.actor] ?? 0) + 1;
        const held = this.copies.at(entry.copy);
        const reader = this.holder(held);
        // Whoever lost the copy may still begin to work on it: that is not the work of who has it now.
        if (!reader || isWorking(held) || reader.actor !== entry.actor) return;
        this.copies.set(entry.copy, held + 1);
        reader.working++;
        break;
      }
      case 'finished':
      case 'failed':
        this.busy[entry.actor] = Math.max(0, (this.busy[entry.actor] ?? 0) - 1);
        this.ended[entry.actor] = entry.time;
        break;
      case 'crashed':
        this.busy[entry.actor] = 0;
        break;
      case 'settled':
      case 'requeued':
      case 'dropped':
      case 'lost':
      case 'dead-lettered': {
        const held = this.copies.at(entry.copy);
        const reader = this.holder(held);
        if (!reader) return;
        this.copies.set(entry.copy, 0);
        reader.held--;
        if (isWorking(held)) reader.working--;
        if (reader.working <= 0) reader.idleSince = entry.time;
        break;
      }
      case 'delayed':
        this.delayed = entry.detail;
        break;
      case 'census':
        this.pending = entry.detail - this.delayed;
        this.delayed = 0;
    }
  }
  /** The readers of a place that are there. */
  at(place: number): readonly Reader[] {
    return [...(this.readers.get(place)?.values() ?? [])].filter((reader) => reader.up);
  }
  /** Whether the reader works on anything, be it on what was taken back from it. */
  isBusy(reader: Reader): boolean {
    return reader.working > 0 || (this.busy[reader.actor] ?? 0) > 0;
  }
  /** Since when it has had nothing to do, if it has nothing, µs. */
  idleSince(reader: Reader): number {
    return Math.max(reader.idleSince, this.ended[reader.actor] ?? 0);
  }
  save(): HandsState {
    const here = [...this.readers].map(([place, readers]) => [place, [...readers.values()].map(({ number }) => number)] as const);
    return { all: copyOf(this.all), here, copies: this.copies.save(), busy: Array.from(this.busy, (works) => works ?? 0), ended: Array.from(this.ended, (time) => time ?? 0), delayed: this.delayed };
  }
  load(saved: HandsState): void {
    this.all = copyOf(saved.all) as Reader[];
    this.readers = new Map(saved.here.map(([place, numbers]) => [place, new Map(numbers.map((number) => this.all[number] as Reader).map((reader) => [reader.actor, reader]))]));
    this.copies.load(saved.copies);
    this.busy = [...saved.busy];
    this.ended = [...saved.ended];
    this.delayed = saved.delayed;
  }
  private reader(entry: Entry): Reader | undefined {
    return this.readers.get(entry.place)?.get(entry.actor);
  }
  private holder(held: number): Reader | undefined {
    return held === 0 ? undefined : this.all[(held - 1) >> 1];
  }
  private join({ place, actor, time }: Entry): void {
    let here = this.readers.get(place);
    if (!here) this.readers.set(place, (here = new Map()));
    const before = here.get(actor);
    // What is in its hands from before is not what it is handed from now on.
    const number = before?.held === 0 ? before.number : this.all.length;
    const reader: Reader = { held: 0, working: 0, idleSince: time, actor, place, up: true, number };
    this.all[number] = reader;
    here.set(actor, reader);
  }
}
const isWorking = (held: number): boolean => held > 0 && held % 2 === 0;
