/** Measures a run by folding its history: series for the charts, totals and latency per place. */
import { copyOf } from '../base/copy.ts';
import { Pages, type PagesState } from '../base/pages.ts';
import { among, type Entry, type Fold, KINDS, type Kind } from '../history/entries.ts';
import type { History } from '../history/history.ts';
import type { Messages } from '../history/messages.ts';
import { Histogram } from './histogram.ts';

interface MeterContext {
  readonly history: History;
  readonly messages: Messages;
}
/** First width of a point, µs; it doubles when there are more than `POINTS`. */
const STEP = 100_000;
const POINTS = 600;
const SECOND = 1_000_000;
/** Seconds over which a rate is taken. */
const RATE_OVER = 3;

export interface SeriesState {
  stepUs: number;
  throughputIn: number[];
  throughputOut: number[];
  ready: number[];
  unacked: number[];
  p50: (number | null)[];
  p99: (number | null)[];
  redeliveries: number[];
}
const STAGES = ['waiting', 'end to end', 'wait', 'service'] as const;
const [WAITING, END_TO_END, WAIT, SERVICE] = [0, 1, 2, 3] as const;
interface PlaceTotals {
  /** Entries by code of their kind. */
  readonly kinds: number[];
  /** Messages that came in (producers: produced, queues: enqueued) and went out (queues: settled, consumers: effects) in the last seconds, by second. */
  recentIn: [second: number, count: number][];
  recentOut: [second: number, count: number][];
  ready: number;
  unacked: number;
  blockedSince: number;
  blocked: number;
}
const IN = among('produced', 'enqueued', 'started');
const OUT = among('sent', 'settled', 'finished');
const PUBLICATION = among('produced', 'sent', 'accepted', 'confirmed', 'refused', 'unknown', 'returned', 'shed', 'unrouted', 'gave-up');
const none = (): number[] => KINDS.map(() => 0);
/** What there was any of. */
function byKind(counts: readonly number[], counted: readonly boolean[] | null = null): Partial<Record<Kind, number>> {
  const out: Partial<Record<Kind, number>> = {};
  for (const [code, kind] of KINDS.entries()) if ((counts[code] as number) > 0 && (counted === null || counted[code])) out[kind] = counts[code] as number;
  return out;
}

export class Meter implements Fold {
  readonly name = 'meter';
  readonly stages = new Map<string, Histogram>();
  /** The same histograms, by stage and by the place's number. */
  private readonly byStage: readonly (Histogram | undefined)[][] = STAGES.map(() => []);
  private readonly context: MeterContext;
  /** By the place's number. */
  private places: (PlaceTotals | undefined)[] = [];
  private publications = none();
  private series: SeriesState = { stepUs: STEP, throughputIn: [], throughputOut: [], ready: [], unacked: [], p50: [], p99: [], redeliveries: [] };
  private point = 0;
  private now = { in: 0, out: 0, redelivered: 0, latency: new Histogram() };
  /** Of the last points, a second together: quantiles of the few effects of one would jump. */
  private lately: Histogram[] = [];
  private ready = 0;
  private unacked = 0;
  /** Live copies: -1 = none, else twice the place, and 1 more while in flight; and since when it waits, µs. */
  private readonly copies = new Pages(-1, Infinity, Int32Array);
  private readonly since = new Pages(-1, Infinity);
  constructor(context: MeterContext) {
    this.context = context;
  }
  see(entry: Entry): void {
    while (entry.time >= (this.point + 1) * this.series.stepUs) this.closePoint();
    if (entry.place >= 0) this.count(entry);
    switch (entry.kind) {
      case 'accepted':
        this.now.in++;
        break;
      case 'enqueued':
        this.copies.set(entry.copy, entry.place * 2);
        this.since.set(entry.copy, entry.time);
        this.shift(entry.place, 1, 0);
        break;
      case 'delivered': {
        const copy = this.copies.at(entry.copy);
        if (copy < 0) break;
        this.stage(WAITING, entry.place, entry.time - this.since.at(entry.copy));
        this.copies.set(entry.copy, copy | 1);
        this.shift(copy >> 1, -1, 1);
        if (entry.attempt > 1) this.now.redelivered++;
        break;
      }
      case 'requeued': {
        const copy = this.copies.at(entry.copy);
        if (copy < 0) break;
        this.copies.set(entry.copy, copy & ~1);
        this.since.set(entry.copy, entry.time);
        this.shift(copy >> 1, 1, -1);
        break;
      }
      case 'settled':
      case 'expired':
      case 'dropped':
      case 'dead-lettered':
      case 'lost': {
        const copy = this.copies.at(entry.copy);
        if (copy < 0) break;
        this.copies.set(entry.copy, -1);
        this.since.set(entry.copy, -1);
        this.shift(copy >> 1, copy % 2 ? 0 : -1, copy % 2 ? -1 : 0);
        break;
      }
      case 'effect': {
        const took = entry.time - this.context.messages.producedAt(entry.message);
        this.now.out++;
        this.now.latency.add(took);
        this.stage(END_TO_END, entry.place, took);
        break;
      }
      case 'started': {
        const since = this.since.at(entry.copy);
        if (since >= 0 && entry.attempt === 1) this.stage(WAIT, entry.place, entry.time - since);
        break;
      }
      case 'finished':
        this.stage(SERVICE, entry.place, entry.detail);
    }
    (this.publications[entry.code] as number)++;
  }
  /** Up to and including the running point. */
  seriesNow(): SeriesState {
    return this.series;
  }
  publicationTotals(): Readonly<Partial<Record<Kind, number>>> {
    return byKind(this.publications, PUBLICATION);
  }
  totals(place: string): Readonly<Partial<Record<Kind, number>>> {
    const at = this.of(place);
    return at ? byKind(at.kinds) : {};
  }
  allPlaces(): string[] {
    return this.places.flatMap((at, place) => (at ? [this.context.history.text(place)] : []));
  }
  waiting(place: string): { readonly ready: number; readonly unacked: number } {
    return this.of(place) ?? { ready: 0, unacked: 0 };
  }
  /** µs that a producer was held back, up to `now`. */
  blockedTime(place: string, now: number): number {
    const at = this.of(place);
    return at ? at.blocked + (at.blockedSince >= 0 ? now - at.blockedSince : 0) : 0;
  }
  /** Per second of virtual time, over the last three full seconds. */
  rate(place: string, way: 'in' | 'out', now: number): number {
    const at = this.of(place);
    if (!at) return 0;
    const second = Math.floor(now / SECOND);
    let sum = 0;
    for (const [s, n] of way === 'in' ? at.recentIn : at.recentOut) if (s >= second - RATE_OVER && s < second) sum += n;
    return sum / Math.max(1, Math.min(RATE_OVER, second));
  }
  save(): unknown {
    return {
      stages: [...this.stages].map(([name, h]) => [name, h.save()]),
      rest: copyOf({ places: this.places.flatMap((at, place) => (at ? [[place, at] as const] : [])), publications: this.publications, series: this.series, point: this.point, ready: this.ready, unacked: this.unacked }),
      copies: this.copies.save(),
      since: this.since.save(),
      now: { ...this.now, latency: this.now.latency.save() },
      lately: this.lately.map((h) => h.save()),
    };
  }
  load(state: unknown): void {
    const saved = state as {
      stages: [string, ReturnType<Histogram['save']>][];
      rest: { places: [number, PlaceTotals][]; publications: number[]; series: SeriesState; point: number; ready: number; unacked: number };
      copies: PagesState;
      since: PagesState;
      now: { in: number; out: number; redelivered: number; latency: ReturnType<Histogram['save']> };
      lately: ReturnType<Histogram['save']>[];
    };
    const rest = copyOf(saved.rest);
    this.stages.clear();
    for (const places of this.byStage) places.length = 0;
    for (const [name, h] of saved.stages) this.histogram(name).load(h);
    this.places = [];
    for (const [place, at] of rest.places) this.places[place] = at;
    this.publications = rest.publications;
    this.series = rest.series;
    this.point = rest.point;
    this.ready = rest.ready;
    this.unacked = rest.unacked;
    this.copies.load(saved.copies);
    this.since.load(saved.since);
    this.now = { ...saved.now, latency: new Histogram() };
    this.now.latency.load(saved.now.latency);
    this.lately = saved.lately.map((one) => {
      const h = new Histogram();
      h.load(one);
      return h;
    });
  }
  private of(place: string): PlaceTotals | undefined {
    return this.places[this.context.history.find(place) ?? -1];
  }
  private histogram(name: string): Histogram {
    let h = this.stages.get(name);
    if (!h) this.stages.set(name, (h = new Histogram()));
    return h;
  }
  private stage(stage: number, place: number, us: number): void {
    const places = this.byStage[stage] as (Histogram | undefined)[];
    const h = (places[place] ??= this.histogram(`${this.context.history.text(place)} ${STAGES[stage]}`));
    h.add(us);
  }
  private at(place: number): PlaceTotals {
    return (this.places[place] ??= { kinds: none(), recentIn: [], recentOut: [], ready: 0, unacked: 0, blockedSince: -1, blocked: 0 });
  }
  private count(entry: Entry): void {
    const at = this.at(entry.place);
    (at.kinds[entry.code] as number)++;
    if (IN[entry.code]) recent(at.recentIn, entry.time);
    // What a bridge sends on goes out when the work on it has finished.
    else if (OUT[entry.code] && !(entry.kind === 'sent' && entry.copy >= 0)) recent(at.recentOut, entry.time);
    else if (entry.kind === 'blocked' && at.blockedSince < 0) at.blockedSince = entry.time;
    else if (entry.kind === 'unblocked' && at.blockedSince >= 0) {
      at.blocked += entry.time - at.blockedSince;
      at.blockedSince = -1;
    }
  }
  private shift(place: number, ready: number, unacked: number): void {
    const at = this.at(place);
    at.ready += ready;
    at.unacked += unacked;
    this.ready += ready;
    this.unacked += unacked;
  }
  private latencyOfLate(): Histogram {
    this.lately.push(this.now.latency);
    while (this.lately.length > Math.max(1, Math.round(SECOND / this.series.stepUs))) this.lately.shift();
    const all = new Histogram();
    for (const one of this.lately) all.include(one);
    return all;
  }
  private closePoint(): void {
    const { series, now } = this;
    const perSecond = SECOND / series.stepUs;
    series.throughputIn.push(now.in * perSecond);
    series.throughputOut.push(now.out * perSecond);
    series.ready.push(this.ready);
    series.unacked.push(this.unacked);
    const latency = this.latencyOfLate();
    series.p50.push(latency.quantile(0.5));
    series.p99.push(latency.quantile(0.99));
    series.redeliveries.push(now.redelivered * perSecond);
    now.in = now.out = now.redelivered = 0;
    now.latency = new Histogram();
    this.point++;
    if (series.ready.length < POINTS || this.point % 2 !== 0) return;
    series.stepUs *= 2;
    this.point /= 2;
    const mean = (a: number, b: number) => (a + b) / 2;
    const last = (_: number, b: number) => b;
    series.throughputIn = halved(series.throughputIn, mean);
    series.throughputOut = halved(series.throughputOut, mean);
    series.redeliveries = halved(series.redeliveries, mean);
    series.ready = halved(series.ready, last);
    series.unacked = halved(series.unacked, last);
    series.p50 = halved(series.p50, (a, b) => (a === null ? b : b === null ? a : mean(a, b)));
    series.p99 = halved(series.p99, (a, b) => (a === null ? b : b === null ? a : Math.max(a, b)));
  }
}
function recent(rows: [number, number][], time: number): void {
  const second = Math.floor(time / SECOND);
  const last = rows[rows.length - 1];
  if (last && last[0] === second) last[1]++;
  else {
    rows.push([second, 1]);
    if (rows.length > RATE_OVER + 2) rows.shift();
  }
}
function halved<T>(values: readonly T[], merge: (a: T, b: T) => T): T[] {
  const out: T[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) out.push(merge(values[i] as T, values[i + 1] as T));
  return out;
}
