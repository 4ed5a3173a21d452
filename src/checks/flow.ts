/** Where pressure builds and where capacity lies idle. */
import { micros } from '../base/time.ts';
import type { Entry, Kind } from '../history/entries.ts';
import { Check } from './check.ts';
import type { Reader } from './hands.ts';

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
}
/** What waits has grown for a while, and is more than a while's work. */
export class GrowingDepth extends Timed<{ places: Record<string, Growth> }> {
  readonly name = 'growing-depth';
  readonly sees: readonly Kind[] = ['settled', 'census'];
  protected state: { places: Record<string, Growth> } = { places: {} };
  see(entry: Entry): void {
    const place = this.text(entry.place);
    this.state.places[place] ??= { samples: [], out: 0, told: false };
    const growth = this.state.places[place] as Growth;
    const window = this.span('for', 10e6);
    if (entry.kind === 'settled') {
      growth.out++;
      return;
    }
    const { pending } = this.context.hands;
    growth.samples.push([entry.time, pending, growth.out]);
    growth.out = 0;
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
/** What it last told of, by reader and place: an instant each. */
type Told = Record<string, number>;
const nameOf = (reader: Reader): string => `${reader.place} ${reader.actor}`;

/** A reader does nothing although work is pending. */
export class IdleConsumer extends Timed<{ told: Told }> {
  readonly name = 'idle-consumer';
  readonly sees: readonly Kind[] = ['census'];
  protected state: { told: Told } = { told: {} };
  see(entry: Entry): void {
    const { hands } = this.context;
    const here = hands.at(entry.place);
    const limit = this.span('for', 10e6);
    const parked = here.reduce((sum, r) => sum + Math.max(0, r.held - r.working), 0);
    const { pending } = hands;
    if (pending + parked === 0) return;
    const { told } = this.state;
    for (const r of here) {
      const since = hands.idleSince(r);
      if (hands.isBusy(r) || r.held > 0 || told[nameOf(r)] === since || entry.time - since < limit) continue;
      told[nameOf(r)] = since;
      this.find(entry, 'warn', { reader: this.text(r.actor), idle: entry.time - since, pending, parked }, { reason: pending > 0 ? 'clients.idle' : 'clients.prefetched_by_others' });
    }
  }
}
/** One reader holds a pile while another of the same queue has nothing. */
export class PrefetchHogging extends Timed<{ told: Told }> {
  readonly name = 'prefetch-hogging';
  readonly sees: readonly Kind[] = ['census'];
  protected state: { told: Told } = { told: {} };
  see(entry: Entry): void {
    const { hands } = this.context;
    if (hands.pending > 0) return;
    const here = hands.at(entry.place);
    const most = here.reduce<Reader | undefined>((a, b) => (a === undefined || b.held - b.working > a.held - a.working ? b : a), undefined);
    if (!most || most.held - most.working < this.number('held', 10)) return;
    const { told } = this.state;
    const last = told[nameOf(most)];
    if (last !== undefined && entry.time - last < 30e6) return;
    const idle = here.filter((r) => r.held === 0 && !hands.isBusy(r) && entry.time - hands.idleSince(r) >= this.span('idle', 2e6));
    if (idle.length === 0) return;
    told[nameOf(most)] = entry.time;
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
