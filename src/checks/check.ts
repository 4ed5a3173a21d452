/** A check judges a run by folding its history: findings when something is wrong, a verdict when somebody asked for an invariant. */
import { copyOf } from '../base/copy.ts';
import type { Entry, Kind } from '../history/entries.ts';
import type { History } from '../history/history.ts';
import type { Messages } from '../history/messages.ts';
import type { Scenario } from '../scenario/document.ts';
import type { Hands } from './hands.ts';

/** What a finding knows; its sentence is made from this alone, so nothing evicted is ever needed. */
export interface Evidence {
  readonly check: string;
  /** µs */
  readonly at: number;
  readonly place: string;
  readonly severity: 'bad' | 'warn' | 'note';
  readonly message?: number;
  readonly reason?: string;
  /** At most 12 entries, the first cause first. */
  readonly causes: readonly number[];
  /** Facts for the sentence: names, counts, instants in µs. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** How many of the same kind this one stands for. */
  readonly count: number;
}
/** What checks may look at besides the entries. */
export interface CheckContext {
  readonly history: History;
  readonly messages: Messages;
  readonly hands: Hands;
  effective(): Scenario;
  now(): number;
}
export type Report = (evidence: Evidence) => void;
export type Parameters = Readonly<Record<string, unknown>>;

/** State is one plain object: `state` is all that a checkpoint keeps. */
export abstract class Check<State extends object = object> {
  abstract readonly name: string;
  /** The kinds of entry that it looks at; it is shown no others. */
  abstract readonly sees: readonly Kind[];
  protected abstract state: State;
  protected readonly context: CheckContext;
  protected readonly parameters: Parameters;
  private readonly report: Report;
  constructor(context: CheckContext, parameters: Parameters, report: Report) {
    this.context = context;
    this.parameters = parameters;
    this.report = report;
  }
  abstract see(entry: Entry): void;
  /** What was found and not yet told, by place: floods are gathered. */
  untold(): Readonly<Record<string, number>> {
    return {};
  }
  /** At the end, when everything has drained. */
  judge(): void {}
  save(): unknown {
    return copyOf(this.state);
  }
  load(state: unknown): void {
    this.state = copyOf(state as State);
  }
  protected find(entry: Entry, severity: Evidence['severity'], facts: Evidence['facts'], more: { readonly place?: string; readonly causes?: readonly number[]; readonly reason?: string; readonly message?: number; readonly count?: number } = {}): void {
    const { history } = this.context;
    const reason = more.reason ?? (entry.reason >= 0 ? history.text(entry.reason) : undefined);
    const message = more.message ?? entry.message;
    this.report({
      check: this.name,
      at: entry.time,
      place: more.place ?? history.text(entry.place),
      severity,
      ...(message >= 0 ? { message } : {}),
      ...(reason === undefined ? {} : { reason }),
      causes: [...(more.causes ?? []), entry.id].slice(-12),
      facts,
      count: more.count ?? 1,
    });
  }
  protected number(name: string, fallback: number): number {
    const value = this.parameters[name];
    return typeof value === 'number' ? value : fallback;
  }
  protected text(index: number): string {
    return this.context.history.text(index);
  }
  /** The chain of causes of an entry, newest first, as far as it is resident. */
  protected *causesOf(entry: Entry): Generator<Entry> {
    const { history } = this.context;
    for (let id = entry.cause, n = 0; id >= history.first && id >= 0 && n < 32; n++) {
      const cause = history.entry(id);
      yield cause;
      id = cause.cause;
    }
  }
}
/** Of floods, the first is told at once, the rest at most this often, µs. */
const TELL_EVERY = 5_000_000;
export interface Flood {
  told: number;
  since: number;
}
/** @returns how many the next finding stands for, or 0 when it is not yet time to tell */
export function tellFlood(floods: Record<string, Flood>, name: string, now: number): number {
  floods[name] ??= { told: -TELL_EVERY, since: 0 };
  const flood = floods[name] as Flood;
  flood.since++;
  if (now - flood.told < TELL_EVERY) return 0;
  const count = flood.since;
  flood.told = now;
  flood.since = 0;
  return count;
}
/** What is gathered and not yet told; the names of floods begin with the place. */
export function untoldOf(floods: Readonly<Record<string, Flood>>): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [name, { since }] of Object.entries(floods)) {
    const place = name.split(' ')[0] as string;
    if (since > 0) out[place] = (out[place] ?? 0) + since;
  }
  return out;
}
