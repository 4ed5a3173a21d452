/** Who holds what, per reader and place, from deliveries to the ends of custody, and what waits. Counted once for all checks that ask. */
import { copyOf } from '../base/copy.ts';
import type { Entry, Kind } from '../history/entries.ts';

export interface Reader {
  /** Copies handed to it and not yet settled, of which in work. */
  held: number;
  working: number;
  idleSince: number;
  readonly actor: number;
  readonly place: number;
  up: boolean;
}
export interface HandsState {
  readonly readers: readonly Reader[];
  readonly copies: readonly (readonly [copy: number, reader: number, working: boolean])[];
  readonly busy: readonly (readonly [actor: number, works: number])[];
  readonly ended: readonly (readonly [actor: number, time: number])[];
  readonly delayed: number;
}

export class Hands {
  readonly sees: readonly Kind[] = ['joined', 'left', 'delivered', 'started', 'finished', 'failed', 'crashed', 'settled', 'requeued', 'dropped', 'lost', 'dead-lettered', 'delayed', 'census'];
  /** By place, then by actor. */
  private readers = new Map<number, Map<number, Reader>>();
  private copies = new Map<number, { readonly reader: Reader; working: boolean }>();
  /** Works under way by actor, those on copies that it no longer holds among them. */
  private busy = new Map<number, number>();
  /** When an actor's latest work ended. */
  private ended = new Map<number, number>();
  /** Of what the census that follows counts. */
  private delayed = 0;
  /** Of what the latest census counted, what waits for a reader: not what is delayed on purpose, or on its way through the broker. */
  pending = 0;
  see(entry: Entry): void {
    switch (entry.kind) {
      case 'joined':
        if (entry.detail === 1) this.join({ held: 0, working: 0, idleSince: entry.time, actor: entry.actor, place: entry.place, up: true });
        break;
      case 'left': {
        const reader = this.reader(entry);
        if (reader) reader.up = false;
        break;
      }
      case 'delivered': {
        const reader = this.reader(entry);
        if (!reader) break;
        this.copies.set(entry.copy, { reader, working: false });
        reader.held++;
        break;
      }
      case 'started': {
        this.busy.set(entry.actor, (this.busy.get(entry.actor) ?? 0) + 1);
        const copy = this.copies.get(entry.copy);
        // Whoever lost the copy may still begin to work on it: that is not the work of who has it now.
        if (!copy || copy.working || copy.reader.actor !== entry.actor) return;
        copy.working = true;
        copy.reader.working++;
        break;
      }
      case 'finished':
      case 'failed':
        this.busy.set(entry.actor, Math.max(0, (this.busy.get(entry.actor) ?? 0) - 1));
        this.ended.set(entry.actor, entry.time);
        break;
      case 'crashed':
        this.busy.delete(entry.actor);
        break;
      case 'settled':
      case 'requeued':
      case 'dropped':
      case 'lost':
      case 'dead-lettered': {
        const copy = this.copies.get(entry.copy);
        if (!copy) return;
        this.copies.delete(entry.copy);
        const { reader } = copy;
        reader.held--;
        if (copy.working) reader.working--;
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
    return reader.working > 0 || (this.busy.get(reader.actor) ?? 0) > 0;
  }
  /** Since when it has had nothing to do, if it has nothing, µs. */
  idleSince(reader: Reader): number {
    return Math.max(reader.idleSince, this.ended.get(reader.actor) ?? 0);
  }
  save(): HandsState {
    const readers = [...this.readers.values()].flatMap((here) => [...here.values()]);
    const numbers = new Map(readers.map((reader, i) => [reader, i]));
    return { readers: copyOf(readers), copies: [...this.copies].map(([copy, { reader, working }]) => [copy, numbers.get(reader) ?? -1, working]), busy: [...this.busy], ended: [...this.ended], delayed: this.delayed };
  }
  load(saved: HandsState): void {
    this.busy = new Map(saved.busy);
    this.ended = new Map(saved.ended);
    this.delayed = saved.delayed;
    const readers = copyOf(saved.readers);
    this.readers.clear();
    for (const reader of readers) this.join(reader);
    this.copies = new Map(saved.copies.flatMap(([copy, n, working]) => (readers[n] ? [[copy, { reader: readers[n], working }] as const] : [])));
  }
  private reader(entry: Entry): Reader | undefined {
    return this.readers.get(entry.place)?.get(entry.actor);
  }
  private join(reader: Reader): void {
    const here = this.readers.get(reader.place) ?? new Map<number, Reader>();
    here.set(reader.actor, reader);
    this.readers.set(reader.place, here);
  }
}
