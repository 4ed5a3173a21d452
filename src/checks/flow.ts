/** Where pressure builds and where capacity lies idle. */
import { copyOf } from '../base/copy.ts';
import { micros } from '../base/time.ts';
import type { Entry, Kind } from '../history/entries.ts';
import { Check } from './check.ts';

abstract class Timed<State extends object> extends Check<State> {
  protected span(name: string, fallback: number): number {
    const value = this.parameters[name];
    return typeof value === 'string' ? micros(value) : fallback;
  }
}
/** A producer is held back: begins and ends. */
export class Backpressure extends Check<{ since: Record<string, number> }> {
  readonly name = 'backpressure';
  readonly sees: readonly Kind[] = ['blocked', 'unblocked'];
  protected state: { since: Record<string, number> } = { since: {} };
  see(entry: Entry): void {
    const place = entry.place < 0 ? '' : this.text(entry.place);
    if (entry.kind === 'blocked' && this.state.since[place] === undefined) {
      this.state.since[place] = entry.time;
      this.find(entry, 'warn', { begins: 1 });
    } else if (entry.kind === 'unblocked' && this.state.since[place] !== undefined) {
      this.find(entry, 'note', { begins: 0, lasted: entry.time - (this.state.since[place] as number) }, { reason: 'clients.goes_on' });
      delete this.state.since[place];
    }
  }
}
interface Growth {
  /** `out`: copies settled since the sample before. */
  samples: [time: number, pending: number, out: number][];
  out: number;
  told: boolean;
  /** Of what the next census counts. */
  delayed: number;
}
/** What waits has grown for a while, and is more than a while's work. */
export class GrowingDepth extends Timed<{ places: Record<string, Growth> }> {
  readonly name = 'growing-depth';
  readonly sees: readonly Kind[] = ['settled', 'delayed', 'census'];
  protected state: { places: Record<string, Growth> } = { places: {} };
  see(entry: Entry): void {
    const place = this.text(entry.place);
    this.state.places[place] ??= { samples: [], out: 0, told: false, delayed: 0 };
    const growth = this.state.places[place] as Growth;
    const window = this.span('for', 10e6);
    if (entry.kind === 'settled') {
      growth.out++;
      return;
    }
    if (entry.kind === 'delayed') {
      growth.delayed = entry.detail;
      return;
    }
    // What is delayed on purpose, or on its way through the broker, waits for nobody.
    const pending = entry.detail - growth.delayed;
    growth.samples.push([entry.time, pending, growth.out]);
    growth.out = growth.delayed = 0;
    while ((growth.samples[0]?.[0] ?? Infinity) < entry.time - window) growth.samples.shift();
    const { samples } = growth;
    const slope = slopeOf(samples);
    if (samples.length < 2 || entry.time - (samples[0]?.[0] ?? 0) < window * 0.95) return;
    // What the oldest sample counted lies before the window.
    const perSecond = samples.reduce((sum, [, , out], i) => (i === 0 ? 0 : sum + out), 0) / (window / 1e6);
    const work = perSecond === 0 ? Infinity : pending / perSecond;
    if (slope <= 0) growth.told = false;
    else if (!growth.told && slope * (window / 1e6) >= 1 && work > this.span('work', 1e6) / 1e6 && perSecond > 0) {
      growth.told = true;
      this.find(entry, 'warn', { pending, slope: Math.round(slope * 10) / 10, out: Math.round(perSecond * 10) / 10, work: Math.round(work * 1e6) }, { reason: 'clients.saturated' });
    }
  }
}
/** Least squares, per second. */
function slopeOf(samples: readonly (readonly [number, number, number])[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const t0 = (samples[0] as readonly [number, number, number])[0];
  let st = 0;
  let sp = 0;
  let stt = 0;
  let stp = 0;
  for (const [time, pending] of samples) {
    const t = (time - t0) / 1e6;
    st += t;
    sp += pending;
    stt += t * t;
    stp += t * pending;
  }
  const d = n * stt - st * st;
  return d === 0 ? 0 : (n * stp - st * sp) / d;
}
interface Hands {
  /** Copies handed to this reader and not yet settled, of which in work. */
  held: number;
  working: number;
  idleSince: number;
  readonly actor: number;
  readonly place: number;
  up: boolean;
  /** When it was last told of: an instant, or -1. */
  told: number;
}
/** Who holds what: from deliveries to the ends of custody, per reader and queue. */
abstract class Holding extends Timed<object> {
  protected state = {};
  readonly sees: readonly Kind[] = ['joined', 'left', 'delivered', 'started', 'finished', 'failed', 'crashed', 'settled', 'requeued', 'dropped', 'lost', 'dead-lettered', 'delayed', 'census'];
  /** By place, then by actor. */
  private readers = new Map<number, Map<number, Hands>>();
  private copies = new Map<number, { readonly reader: Hands; working: boolean }>();
  /** Works under way by actor, those on copies that it no longer holds among them. */
  private busy = new Map<number, number>();
  /** When an actor's latest work ended. */
  private ended = new Map<number, number>();
  /** Of what the census that follows counts. */
  private delayed = 0;
  see(entry: Entry): void {
    switch (entry.kind) {
      case 'joined':
        if (entry.detail === 1) this.join({ held: 0, working: 0, idleSince: entry.time, actor: entry.actor, place: entry.place, up: true, told: -1 });
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
        this.atCensus(
          entry,
          [...(this.readers.get(entry.place)?.values() ?? [])].filter((r) => r.up),
          entry.detail - this.delayed,
        );
        this.delayed = 0;
    }
  }
  /** @param here the readers of the place that was counted, @param pending copies that wait for one of them */
  protected abstract atCensus(entry: Entry, here: readonly Hands[], pending: number): void;
  override save(): unknown {
    const readers = [...this.readers.values()].flatMap((readers) => [...readers.values()]);
    const numbers = new Map(readers.map((reader, i) => [reader, i]));
    return { readers: copyOf(readers), copies: [...this.copies].map(([copy, { reader, working }]) => [copy, numbers.get(reader) ?? -1, working]), busy: [...this.busy], ended: [...this.ended], delayed: this.delayed };
  }
  override load(state: unknown): void {
    const saved = state as { readers: Hands[]; copies: [number, number, boolean][]; busy: [number, number][]; ended: [number, number][]; delayed: number };
    this.delayed = saved.delayed;
    this.busy = new Map(saved.busy);
    this.ended = new Map(saved.ended);
    const readers = copyOf(saved.readers);
    this.readers.clear();
    for (const reader of readers) this.join(reader);
    this.copies = new Map(saved.copies.flatMap(([copy, n, working]) => (readers[n] ? [[copy, { reader: readers[n], working }] as const] : [])));
  }
  /** Whether the reader works on anything, be it on what was taken back from it. */
  protected isBusy(reader: Hands): boolean {
    return reader.working > 0 || (this.busy.get(reader.actor) ?? 0) > 0;
  }
  /** Since when it has had nothing to do, if it has nothing, µs. */
  protected idleSince(reader: Hands): number {
    return Math.max(reader.idleSince, this.ended.get(reader.actor) ?? 0);
  }
  private reader(entry: Entry): Hands | undefined {
    return this.readers.get(entry.place)?.get(entry.actor);
  }
  private join(reader: Hands): void {
    const here = this.readers.get(reader.place) ?? new Map<number, Hands>();
    here.set(reader.actor, reader);
    this.readers.set(reader.place, here);
  }
}
/** A reader does nothing although work is pending. */
export class IdleConsumer extends Holding {
  readonly name = 'idle-consumer';
  protected atCensus(entry: Entry, here: readonly Hands[], pending: number): void {
    const limit = this.span('for', 10e6);
    const parked = here.reduce((sum, r) => sum + Math.max(0, r.held - r.working), 0);
    if (pending + parked === 0) return;
    for (const r of here) {
      const since = this.idleSince(r);
      if (this.isBusy(r) || r.held > 0 || r.told === since || entry.time - since < limit) continue;
      r.told = since;
      this.find(entry, 'warn', { reader: this.text(r.actor), idle: entry.time - since, pending, parked }, { reason: pending > 0 ? 'clients.idle' : 'clients.prefetched_by_others' });
    }
  }
}
/** One reader holds a pile while another of the same queue has nothing. */
export class PrefetchHogging extends Holding {
  readonly name = 'prefetch-hogging';
  protected atCensus(entry: Entry, here: readonly Hands[], pending: number): void {
    if (pending > 0) return;
    const most = here.reduce<Hands | undefined>((a, b) => (a === undefined || b.held - b.working > a.held - a.working ? b : a), undefined);
    if (!most || (most.told >= 0 && entry.time - most.told < 30e6) || most.held - most.working < this.number('held', 10)) return;
    const idle = here.filter((r) => r.held === 0 && !this.isBusy(r) && entry.time - this.idleSince(r) >= this.span('idle', 2e6));
    if (idle.length === 0) return;
    most.told = entry.time;
    this.find(entry, 'warn', { reader: this.text(most.actor), held: most.held, idle: idle.map((r) => this.text(r.actor)).join(', ') }, { reason: 'clients.prefetched_by_others' });
  }
}
/** The same copy goes round and round. */
export class PoisonLoop extends Check {
  readonly name = 'poison-loop';
  readonly sees: readonly Kind[] = ['requeued', 'settled', 'dropped', 'lost', 'dead-lettered', 'expired'];
  protected state = {};
  private rounds = new Map<number, number>();
  see(entry: Entry): void {
    if (entry.kind !== 'requeued') {
      this.rounds.delete(entry.copy);
      return;
    }
    const n = (this.rounds.get(entry.copy) ?? 0) + 1;
    this.rounds.set(entry.copy, n);
    const most = this.number('deliveries', 5);
    if (n === most || (n > most && n % (most * 20) === 0)) this.find(entry, 'bad', { rounds: n });
  }
  override save(): unknown {
    return [...this.rounds];
  }
  override load(state: unknown): void {
    this.rounds = new Map(state as [number, number][]);
  }
}
/** The time from being produced to the effect stays below a bound, at a quantile. */
export class Latency extends Timed<{ late: number; all: number; worst: number; told: boolean }> {
  readonly name = 'latency';
  readonly sees: readonly Kind[] = ['effect'];
  protected state = { late: 0, all: 0, worst: 0, told: false };
  see(entry: Entry): void {
    if (entry.kind !== 'effect' || (this.parameters['on'] !== undefined && this.text(entry.place) !== this.parameters['on'])) return;
    const took = entry.time - this.context.messages.producedAt(entry.message);
    const { state } = this;
    const below = this.span('below', 1e6);
    const quantile = this.number('quantile', 0.99);
    state.all++;
    if (took > below) state.late++;
    state.worst = Math.max(state.worst, took);
    const enough = state.all >= Math.ceil(10 / (1 - Math.min(quantile, 0.999)));
    if (!state.told && enough && state.late > state.all * (1 - quantile)) {
      state.told = true;
      this.find(entry, 'warn', { quantile, below, late: state.late, all: state.all, worst: state.worst }, { reason: 'clients.late' });
    }
  }
  override judge(): void {
    const { state } = this;
    const { history } = this.context;
    const quantile = this.number('quantile', 0.99);
    if (state.told || state.all === 0 || state.late <= state.all * (1 - quantile)) return;
    state.told = true;
    this.find(history.entry(history.length - 1), 'warn', { quantile, below: this.span('below', 1e6), late: state.late, all: state.all, worst: state.worst }, { reason: 'clients.late', place: String(this.parameters['on'] ?? ''), message: -1 });
  }
}
