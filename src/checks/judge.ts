/** All checks of a run as one fold: the findings, and the verdicts on the document's invariants. */
import { copyOf } from '../base/copy.ts';
import { codeOf, type Entry, type Fold, KINDS } from '../history/entries.ts';
import { type Invariant, nodeOf } from '../scenario/document.ts';
import type { Check, CheckContext, Evidence, Parameters, Report } from './check.ts';
import { Conservation, DeadLettered, Dropped, Expired, Unrouted } from './custody.ts';
import { Backpressure, GrowingDepth, IdleConsumer, Latency, PoisonLoop, PrefetchHogging } from './flow.ts';
import { Hands, type HandsState } from './hands.ts';
import { NoLoss } from './loss.ts';
import { DeliveredOnce, EffectOnce } from './once.ts';
import { Order } from './order.ts';

type Make = new (context: CheckContext, parameters: Parameters, report: Report) => Check;
export const CHECKS: Readonly<Record<string, Make>> = {
  'no-loss': NoLoss,
  'effect-once': EffectOnce,
  'delivered-once': DeliveredOnce,
  order: Order,
  conservation: Conservation,
  unrouted: Unrouted,
  'dead-lettered': DeadLettered,
  expired: Expired,
  dropped: Dropped,
  backpressure: Backpressure,
  'growing-depth': GrowingDepth,
  'idle-consumer': IdleConsumer,
  'poison-loop': PoisonLoop,
  'prefetch-hogging': PrefetchHogging,
  latency: Latency,
};
/** Without an invariant nobody said what is too late. */
const ONLY_AS_INVARIANT = new Set(['latency']);
const KEPT = 500;

export interface FoundEvidence extends Evidence {
  readonly id: number;
}
export interface InvariantVerdict {
  readonly invariant: Invariant;
  readonly verdict: 'holds' | 'broken' | 'unknown';
  /** The first evidence against it. */
  readonly evidence: Evidence | null;
}
type Sees = Pick<Check, 'see'>;
interface Asked {
  readonly invariant: Invariant;
  /** Its own, with its own parameters; else what is checked anyway is what it asks. */
  readonly check: Check | null;
  broken: Evidence | null;
}
/** Whether it has no parameters but where. */
const isPlain = (invariant: Invariant) => Object.keys(invariant).every((key) => key === 'check' || key === 'on') && !ONLY_AS_INVARIANT.has(invariant.check);
const isAbout = ({ check, on }: Invariant, evidence: Evidence) => check === evidence.check && (on === undefined || evidence.place === on || nodeOf(evidence.place) === on || evidence.place === '');

export class Judge implements Fold {
  readonly name = 'checks';
  private readonly checks: Check[];
  private readonly asked: Asked[] = [];
  /** By code of the kind: who looks at it, in the order in which they judge. */
  private readonly audience: readonly Sees[][] = KINDS.map(() => []);
  private found: FoundEvidence[] = [];
  private places: Record<string, Record<string, number>> = {};
  private next = 0;
  private over = false;
  private readonly hands = new Hands();

  constructor(surroundings: Omit<CheckContext, 'hands'>, invariants: readonly Invariant[]) {
    const context = { ...surroundings, hands: this.hands };
    this.checks = Object.entries(CHECKS)
      .filter(([name]) => !ONLY_AS_INVARIANT.has(name))
      .map(([, make]) => new make(context, {}, (evidence) => this.add(evidence)));
    for (const invariant of invariants) {
      const make = CHECKS[invariant.check];
      if (!make) continue;
      const hear = (evidence: Evidence) => {
        if (!isAbout(invariant, evidence)) return;
        asked.broken ??= evidence;
        if (ONLY_AS_INVARIANT.has(invariant.check)) this.tell(evidence);
      };
      const asked: Asked = { invariant, broken: null, check: isPlain(invariant) ? null : new make(context, invariant, hear) };
      this.asked.push(asked);
    }
    for (const check of [this.hands, ...this.checks, ...this.own]) {
      for (const kind of check.sees) this.audience[codeOf(kind)]?.push(check);
    }
  }
  get findings(): readonly FoundEvidence[] {
    return this.found;
  }
  /** How many findings there have been: the id of the next. */
  get last(): number {
    return this.next;
  }
  get totals(): Readonly<Record<string, number>> {
    const sum = (row: Readonly<Record<string, number>>) => Object.values(row).reduce((a, b) => a + b, 0);
    return Object.fromEntries(Object.entries(this.byPlace).map(([check, row]) => [check, sum(row)]));
  }
  /** Totals by check, then by place. */
  get byPlace(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const out: Record<string, Record<string, number>> = copyOf(this.places);
    for (const check of this.checks) {
      for (const [place, n] of Object.entries(check.untold())) {
        out[check.name] ??= {};
        const row = out[check.name] as Record<string, number>;
        row[place] = (row[place] ?? 0) + n;
      }
    }
    return out;
  }
  verdicts(): readonly InvariantVerdict[] {
    return this.asked.map(({ invariant, broken }) => ({ invariant, evidence: broken, verdict: broken ? 'broken' : this.over ? 'holds' : 'unknown' }));
  }
  see(entry: Entry): void {
    const audience = this.audience[entry.code] as Sees[];
    for (let i = 0; i < audience.length; i++) (audience[i] as Sees).see(entry);
    if (entry.kind !== 'judged') return;
    for (const check of this.checks) check.judge();
    for (const check of this.own) check.judge();
    this.over = true;
  }
  save(): unknown {
    return { hands: this.hands.save(), checks: this.checks.map((c) => c.save()), asked: this.asked.map((a) => [a.check?.save(), a.broken]), found: [...this.found], places: copyOf(this.places), next: this.next, over: this.over };
  }
  load(state: unknown): void {
    const saved = state as { hands: HandsState; checks: unknown[]; asked: [unknown, Evidence | null][]; found: FoundEvidence[]; places: Record<string, Record<string, number>>; next: number; over: boolean };
    this.hands.load(saved.hands);
    this.checks.forEach((c, i) => c.load(saved.checks[i]));
    this.asked.forEach((a, i) => {
      a.check?.load(saved.asked[i]?.[0]);
      a.broken = saved.asked[i]?.[1] ?? null;
    });
    this.found = [...saved.found];
    this.places = copyOf(saved.places);
    this.next = saved.next;
    this.over = saved.over;
  }
  /** The checks of invariants that have parameters. */
  private get own(): Check[] {
    return this.asked.flatMap(({ check }) => check ?? []);
  }
  private add(evidence: Evidence): void {
    for (const asked of this.asked) if (!asked.check && isAbout(asked.invariant, evidence)) asked.broken ??= evidence;
    this.tell(evidence);
  }
  private tell(evidence: Evidence): void {
    this.found.push({ ...evidence, id: this.next++ });
    this.places[evidence.check] ??= {};
    const places = this.places[evidence.check] as Record<string, number>;
    places[evidence.place] = (places[evidence.place] ?? 0) + evidence.count;
    if (this.found.length > KEPT) this.found.splice(0, this.found.length - KEPT);
  }
}
