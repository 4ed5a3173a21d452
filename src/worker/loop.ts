/** The engine's life in a worker: plays, pauses, seeks and edits one simulation. Knows no browser: clock, timer and post are given. */
import { Checkpoints } from '../simulation/checkpoints.ts';
import { loadClients } from '../simulation/clients.ts';
import { findingsOf, marksOf, placesOf, seriesOf, verdictsOf } from '../simulation/picture.ts';
import { beginRun, type Run, startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import { familyOf, type Scenario } from '../scenario/document.ts';
import { micros } from '../base/time.ts';
import type { EngineCommands, Flight, Frame, Picture, Report, StoryLine, MessageHit } from './protocol.ts';

export interface LoopHost {
  /** ms of wall time */
  clock(): number;
  /** Calls back soon, after other work of the thread had its turn. */
  soon(call: () => void): void;
  /** @returns false when the page has not yet taken the last frame */
  post(frame: Frame): boolean;
  models(families: readonly string[]): Promise<Models>;
}
/**
 * Calls between looks at the clock, and ms of work between looks at the inbox: a turn takes so many calls longer than that at most.
 * A checkpoint is taken first thing in a turn: the turn before ends when one is due.
 */
const PORTION = 16;
const BUDGET = 8;
/** ms of wall time between pictures; of many nodes nobody reads ten a second. */
const pictureEvery = (nodes: number): number => (nodes > 200 ? 250 : 100);
const FLIGHTS = 400;

/** What is shown beyond the playhead, while it is behind the head. */
interface Beyond {
  readonly at: number;
  readonly hash: string;
  readonly picture: Pick<Picture, 'findings' | 'findingTotals' | 'series'>;
}
/** Run flat out until this holds. */
type Goal = { readonly until: number } | { readonly entries: number } | { readonly findings: number } | { readonly message: number; readonly entries: number };

export class EngineLoop {
  private readonly host: LoopHost;
  private readonly catalog: Catalog;
  private doc: Scenario = { version: 1, title: '', seed: 1, nodes: [], links: [] };
  private models: Models = {};
  private run: Run;
  private readonly checkpoints = new Checkpoints();
  private beyond: Beyond | null = null;
  private goal: Goal | null = null;
  private playing = false;
  private speed = 1;
  private anchor = { wall: 0, virtual: 0 };
  private epoch = 0;
  private scheduled = false;
  private lastPicture = -Infinity;
  private dirty = true;
  /**
   * The run has gone on from its own checkpoint once, with messages under way. What comes out of a checkpoint is made in another way than what
   * comes about while running: a JIT compiler that has seen only the one throws its code away when it meets the other, in the first seek.
   */
  private seasoned = false;
  private diverged = false;
  private flights: Flight[] = [];
  private passages = 0;
  private rates = new Map<string, { since: number; count: number; before: number }>();

  constructor(host: LoopHost, catalog: Catalog) {
    this.host = host;
    this.catalog = catalog;
    this.run = startRun(this.doc, this.models, catalog);
  }
  /** @param at µs: the moment shown first */
  async open(doc: Scenario, at: number): Promise<void> {
    await this.load(doc);
    this.doc = doc;
    this.playing = false;
    this.beyond = null;
    this.diverged = false;
    this.checkpoints.clear();
    this.restore(0);
    this.aim({ until: at });
  }
  async setDocument(doc: Scenario, from: number | 'nothing'): Promise<void> {
    await this.load(doc);
    const { now } = this.run.simulation;
    this.doc = doc;
    if (from !== 'nothing') {
      this.checkpoints.dropFrom(from);
      this.beyond = null;
    }
    if (from === 'nothing' || (from > now && !this.run.simulation.ended)) {
      this.run.simulation.continueWith(doc);
      this.show();
      return;
    }
    this.restore(Math.min(from, now + 1));
    this.aim({ until: now });
  }
  play(speed: number): void {
    this.speed = speed;
    this.playing = true;
    this.reanchor();
    this.show();
  }
  pause(): void {
    this.playing = false;
    this.endInstant();
    this.show();
  }
  seek(at: number): void {
    const { simulation } = this.run;
    if (at < simulation.now) {
      this.keepBeyond();
      this.restore(at);
    }
    this.aim({ until: at });
  }
  step(what: Parameters<EngineCommands['step']>[0]): void {
    this.playing = false;
    const entries = this.run.simulation.history.length;
    if (what === 'entry') this.aim({ entries: entries + 1 });
    else if (what === 'finding') this.aim({ findings: this.run.judge.last + 1 });
    else this.aim({ message: what.message, entries });
  }
  // What is asked for now and then is loaded when it is: the first screen does not wait for it.
  async story(message: number): Promise<readonly StoryLine[]> {
    const { storyOf } = await import('../simulation/story.ts');
    return storyOf(this.run, this.catalog, message);
  }
  async search(words: string): Promise<readonly MessageHit[]> {
    const { searchMessages } = await import('../simulation/story.ts');
    return searchMessages(this.run, words);
  }
  async report(): Promise<Report> {
    const { reportOf } = await import('../simulation/report.ts');
    return reportOf(this.run, this.catalog);
  }
  hash(): string {
    return this.run.simulation.hash();
  }

  private async load(doc: Scenario): Promise<void> {
    const added = (doc.timeline ?? []).flatMap((e) => (e.do === 'add-node' && typeof e.with?.['kind'] === 'string' ? [e.with['kind']] : []));
    const kinds = [...doc.nodes.map((n) => n.kind), ...added];
    await loadClients(kinds);
    this.models = await this.host.models(kinds.map(familyOf));
  }
  /** The simulation as it was before `at`, from a checkpoint or from the start. */
  private restore(at: number): void {
    const state = this.checkpoints.before(at);
    this.run = state ? startRun(this.doc, this.models, this.catalog, state) : beginRun(this.doc, this.models, this.catalog);
    this.epoch++;
    this.flights = [];
    this.rates.clear();
  }
  /** A slice may end within an instant; what is shown, compared or shared is a moment, and that is told to its end. */
  private endInstant(): void {
    this.run.simulation.run(this.run.simulation.now);
  }
  private keepBeyond(): void {
    const { simulation, judge } = this.run;
    if (this.beyond && this.beyond.at >= simulation.now) return;
    this.endInstant();
    this.beyond = { at: simulation.now, hash: simulation.hash(), picture: { findings: findingsOf(this.run, this.catalog), findingTotals: { ...judge.totals }, series: structuredClone(seriesOf(this.run)) } };
  }
  private aim(goal: Goal): void {
    this.goal = goal;
    this.wake();
  }
  private show(): void {
    this.dirty = true;
    this.lastPicture = -Infinity;
    this.wake();
  }
  private reanchor(): void {
    this.anchor = { wall: this.host.clock(), virtual: this.run.simulation.now };
  }
  private wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.host.soon(() => {
      this.scheduled = false;
      this.turn();
    });
  }
  private turn(): void {
    const started = this.host.clock();
    if ((this.goal || this.playing) && this.checkpointDue) this.checkpoint();
    if (this.goal) {
      while (this.goal && this.mayGoOn(started)) this.pursue(this.goal);
      if (this.goal) return this.wake();
      this.reanchor();
      this.dirty = true;
      this.lastPicture = -Infinity;
    } else if (this.playing) {
      this.advance(started);
      this.dirty = true;
    }
    if (this.dirty) this.post(started);
    if (this.playing || this.dirty) this.wake();
  }
  private checkpoint(): void {
    const { now } = this.run.simulation;
    const state = this.run.simulation.save();
    this.checkpoints.add(now, state);
    if (this.seasoned || now === 0) return;
    this.seasoned = true;
    this.run = startRun(this.doc, this.models, this.catalog, state);
  }
  private get checkpointDue(): boolean {
    const { simulation } = this.run;
    return !simulation.ended && this.checkpoints.due(simulation.now);
  }
  private mayGoOn(started: number): boolean {
    return !this.checkpointDue && this.host.clock() - started < BUDGET;
  }
  /** A few calls towards the goal; ends it when it is reached or cannot be. */
  private pursue(goal: Goal): void {
    const { simulation } = this.run;
    simulation.network.seen = null;
    if ('until' in goal) {
      if (this.go(goal.until)) this.goal = null;
      return;
    }
    for (let i = 0; i < PORTION; i++) {
      if (simulation.nextAt() === Infinity || simulation.now > DAY) {
        this.goal = null;
        return;
      }
      const before = simulation.history.length;
      simulation.step();
      if (this.reached(goal, before)) {
        this.goal = null;
        if (!('entries' in goal) || 'message' in goal) this.endInstant();
        return;
      }
    }
  }
  private reached(goal: Exclude<Goal, { until: number }>, before: number): boolean {
    const { simulation, judge } = this.run;
    const { history } = simulation;
    if ('findings' in goal) return judge.last >= goal.findings;
    if (!('message' in goal)) return history.length >= goal.entries;
    for (let id = before; id < history.length; id++) if (history.entry(id).message === goal.message) return true;
    return false;
  }
  /** Up to `until`, a few calls at most. @returns whether it got there */
  private go(until: number): boolean {
    const { simulation } = this.run;
    if (this.beyond && simulation.now < this.beyond.at && until >= this.beyond.at) {
      if (!simulation.run(this.beyond.at, PORTION)) return false;
      if (simulation.hash() !== this.beyond.hash) this.diverged = true;
      this.beyond = null;
    }
    return simulation.run(until, PORTION) || simulation.ended;
  }
  private advance(started: number): void {
    const { simulation } = this.run;
    simulation.network.seen ??= [];
    const wall = (started - this.anchor.wall) / 1000;
    const target = this.speed === Infinity ? Infinity : this.anchor.virtual + Math.floor(wall * this.speed * 1e6);
    let there = false;
    while (!there && this.mayGoOn(started)) {
      there = this.go(target === Infinity ? simulation.now + 1e6 : target) && target !== Infinity;
      if (simulation.ended) break;
      this.collect();
    }
    this.collect();
    if (simulation.ended) {
      this.playing = false;
      this.lastPicture = -Infinity;
    } else if (!there && !this.checkpointDue) this.reanchor();
  }
  private collect(): void {
    const { simulation } = this.run;
    const { seen } = simulation.network;
    if (!seen || seen.length === 0) return;
    const { messages, now } = simulation;
    for (const p of seen) {
      const rate = this.rates.get(p.link) ?? { since: now, count: 0, before: 0 };
      rate.count++;
      this.rates.set(p.link, rate);
    }
    for (const p of seen.slice(-FLIGHTS)) this.flights.push({ id: this.passages++, link: p.link, message: p.message, key: messages.key(p.message), seq: messages.seq(p.message), departs: p.departs, arrives: p.arrives, ...(p.redelivered ? { redelivered: true } : {}), ...(p.back ? { back: true } : {}) });
    if (this.flights.length > FLIGHTS) this.flights.splice(0, this.flights.length - FLIGHTS);
    seen.length = 0;
  }
  private linkRates(now: number): Record<string, number> {
    const out: Record<string, number> = {};
    if (this.run.simulation.ended) return out;
    for (const [link, rate] of this.rates) {
      const span = now - rate.since;
      if (span >= 1e6) {
        rate.before = (rate.count * 1e6) / span;
        rate.count = 0;
        rate.since = now;
      }
      const value = rate.before || (span > 2e5 ? (rate.count * 1e6) / span : 0);
      if (value > 0) out[link] = Math.round(value * 10) / 10;
    }
    return out;
  }
  private post(wall: number): void {
    const { simulation } = this.run;
    const full = wall - this.lastPicture >= pictureEvery(this.doc.nodes.length);
    const frame: Frame = {
      epoch: this.epoch,
      speed: this.speed,
      now: simulation.now,
      head: Math.max(simulation.now, this.beyond?.at ?? 0),
      playing: this.playing,
      ended: simulation.ended,
      entries: simulation.history.length,
      flights: this.flights,
      linkRates: this.linkRates(simulation.now),
      ...(this.doc.duration === undefined ? {} : { duration: micros(this.doc.duration) }),
      ...(this.diverged ? { diverged: true } : {}),
      ...(full ? { picture: this.picture() } : {}),
    };
    if (!this.host.post(frame)) return;
    this.flights = [];
    if (full) this.lastPicture = wall;
    this.dirty = this.playing;
  }
  private picture(): Picture {
    const { judge } = this.run;
    const beyond = this.beyond && this.beyond.at > this.run.simulation.now ? this.beyond.picture : null;
    return {
      places: placesOf(this.run),
      cut: this.doc.links.filter((l) => this.run.simulation.network.isCut(l.id)).map((l) => l.id),
      findings: beyond?.findings ?? findingsOf(this.run, this.catalog),
      findingTotals: beyond?.findingTotals ?? judge.totals,
      series: beyond?.series ?? seriesOf(this.run),
      marks: marksOf(this.doc, this.catalog),
      verdicts: verdictsOf(this.run, this.catalog),
    };
  }
}
/** Nobody steps further than this, µs. */
const DAY = 86_400e6;
