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
  samples: [time: number, pending: number][];
  out: number[];
  told: boolean;
}
/** What waits has grown for a while, and is more than a while's work. */
export class GrowingDepth extends Timed<{ places: Record<string, Growth> }> {
  readonly name = 'growing-depth';
  readonly sees: readonly Kind[] = ['settled', 'census'];
  protected state: { places: Record<string, Growth> } = { places: {} };
  see(entry: Entry): void {
    if (entry.kind !== 'settled' && entry.kind !== 'census') return;
    const place = this.text(entry.place);
    this.state.places[place] ??= { samples: [], out: [], told: false };
    const growth = this.state.places[place] as Growth;
    const window = this.span('for', 10e6);
    if (entry.kind === 'settled') {
      growth.out.push(entry.time);
      return;
    }
    growth.samples.push([entry.time, entry.detail]);
    while ((growth.samples[0]?.[0] ?? Infinity) < entry.time - window) growth.samples.shift();
    while ((growth.out[0] ?? Infinity) < entry.time - window) growth.out.shift();
    const { samples } = growth;
    const slope = slopeOf(samples);
    if (samples.length < 2 || entry.time - (samples[0]?.[0] ?? 0) < window * 0.95) return;
    const perSecond = growth.out.length / (window / 1e6);
    const work = perSecond === 0 ? Infinity : entry.detail / perSecond;
    if (slope <= 0) growth.told = false;
    else if (!growth.told && slope * (window / 1e6) >= 1 && work > this.span('work', 1e6) / 1e6 && perSecond > 0) {
      growth.told = true;
      this.find(entry, 'warn', { pending: entry.detail, slope: Math.round(slope * 10) / 10, out: Math.round(perSecond * 10) / 10, work: Math.round(work * 1e6) }, { reason: 'clients.saturated' });
    }
  }
}
/** Least squares, per second. */
function slopeOf(samples: readonly (readonly [number, number])[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const t0 = (samples[0] as readonly [number, number])[0];
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
  place: string;
  up: boolean;
  /** When it was last told of: an instant, or -1. */
  told: number;
}
/** Who holds what: from deliveries to the ends of custody, per reader and queue. */
abstract class Holding extends Timed<{ readers: Record<string, Hands>; copies: [number, string, boolean][] }> {
  protected state: { readers: Record<string, Hands>; copies: [number, string, boolean][] } = { readers: {}, copies: [] };
  readonly sees: readonly Kind[] = ['joined', 'left', 'delivered', 'started', 'settled', 'requeued', 'dropped', 'lost', 'dead-lettered', 'census'];
  protected copies = new Map<number, { reader: string; working: boolean }>();
  see(entry: Entry): void {
    const { readers } = this.state;
    switch (entry.kind) {
      case 'joined':
        if (entry.detail === 1) readers[`${this.text(entry.actor)} ${this.text(entry.place)}`] = { held: 0, working: 0, idleSince: entry.time, place: this.text(entry.place), up: true, told: -1 };
        break;
      case 'left': {
        const r = readers[`${this.text(entry.actor)} ${this.text(entry.place)}`];
        if (r) r.up = false;
        break;
      }
      case 'delivered': {
        const reader = `${this.text(entry.actor)} ${this.text(entry.place)}`;
        this.copies.set(entry.copy, { reader, working: false });
        const r = readers[reader];
        if (r) r.held++;
        break;
      }
      case 'started': {
        const copy = this.copies.get(entry.copy);
        const r = copy && readers[copy.reader];
        if (!copy || !r || copy.working) return;
        copy.working = true;
        r.working++;
        break;
      }
      case 'settled':
      case 'requeued':
      case 'dropped':
      case 'lost':
      case 'dead-lettered': {
        const copy = this.copies.get(entry.copy);
        this.copies.delete(entry.copy);
        const r = copy && readers[copy.reader];
        if (!copy || !r) return;
        r.held--;
        if (copy.working) r.working--;
        if (r.working <= 0) r.idleSince = entry.time;
        break;
      }
      case 'census':
        this.atCensus(entry);
    }
  }
  protected abstract atCensus(entry: Entry): void;
  override save(): unknown {
    return copyOf({ readers: this.state.readers, copies: [...this.copies].map(([c, { reader, working }]) => [c, reader, working]) });
  }
  override load(state: unknown): void {
    const saved = copyOf(state as { readers: Record<string, Hands>; copies: [number, string, boolean][] });
    this.state = { readers: saved.readers, copies: [] };
    this.copies = new Map(saved.copies.map(([c, reader, working]) => [c, { reader, working }]));
  }
}
/** A reader does nothing although work is pending. */
export class IdleConsumer extends Holding {
  readonly name = 'idle-consumer';
  protected atCensus(entry: Entry): void {
    const place = this.text(entry.place);
    const limit = this.span('for', 10e6);
    const here = Object.entries(this.state.readers).filter(([, r]) => r.place === place && r.up);
    const parked = here.reduce((sum, [, r]) => sum + Math.max(0, r.held - r.working), 0);
    if (entry.detail + parked === 0) return;
    for (const [name, r] of here) {
      if (r.working > 0 || r.held > 0 || r.told === r.idleSince || entry.time - r.idleSince < limit) continue;
      r.told = r.idleSince;
      this.find(entry, 'warn', { reader: name.split(' ')[0] as string, idle: entry.time - r.idleSince, pending: entry.detail, parked }, { reason: entry.detail > 0 ? 'clients.idle' : 'clients.prefetched_by_others' });
    }
  }
}
/** One reader holds a pile while another of the same queue has nothing. */
export class PrefetchHogging extends Holding {
  readonly name = 'prefetch-hogging';
  protected atCensus(entry: Entry): void {
    const place = this.text(entry.place);
    if (entry.detail > 0) return;
    const here = Object.entries(this.state.readers).filter(([, r]) => r.place === place && r.up);
    const most = here.reduce<[string, Hands] | undefined>((a, b) => (a === undefined || b[1].held - b[1].working > a[1].held - a[1].working ? b : a), undefined);
    if (!most || (most[1].told >= 0 && entry.time - most[1].told < 30e6) || most[1].held - most[1].working < this.number('held', 10)) return;
    const idle = here.filter(([, r]) => r.held === 0 && entry.time - r.idleSince >= this.span('idle', 2e6));
    if (idle.length === 0) return;
    most[1].told = entry.time;
    this.find(entry, 'warn', { reader: most[0].split(' ')[0] as string, held: most[1].held, idle: idle.map(([name]) => name.split(' ')[0]).join(', ') }, { reason: 'clients.prefetched_by_others' });
  }
}
/** The same copy goes round and round. */
export class PoisonLoop extends Check<{ rounds: Record<string, number> }> {
  readonly name = 'poison-loop';
  readonly sees: readonly Kind[] = ['requeued', 'settled', 'dropped', 'lost', 'dead-lettered', 'expired'];
  protected state: { rounds: Record<string, number> } = { rounds: {} };
  see(entry: Entry): void {
    const { rounds } = this.state;
    const copy = String(entry.copy);
    if (entry.kind === 'requeued') {
      const n = (rounds[copy] ?? 0) + 1;
      rounds[copy] = n;
      const most = this.number('deliveries', 5);
      if (n === most || (n > most && n % (most * 20) === 0)) this.find(entry, 'bad', { rounds: n });
    } else if (rounds[copy] !== undefined && ['settled', 'dropped', 'lost', 'dead-lettered', 'expired'].includes(entry.kind)) delete rounds[copy];
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
