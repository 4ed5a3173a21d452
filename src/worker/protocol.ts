/** What travels between the page and the engine worker: data only. */
import type { Scenario } from '../scenario/document.ts';

/** One message as a small square: key letter and colour by `key`, `seq` is its number within the key. */
export interface Cell {
  readonly message: number;
  readonly key: number;
  readonly seq: number;
  /** ready = waiting, held = delivered but unacknowledged, dead = dead-lettered or given up. */
  readonly state: 'ready' | 'held' | 'dead';
  readonly redelivered?: boolean;
  readonly duplicate?: boolean;
  readonly disordered?: boolean;
}
export interface Lane {
  readonly label?: string;
  readonly cells: readonly Cell[];
  /** How many more there are than `cells` shows. */
  readonly more: number;
  /** Share of the lane that is busy, 0..1, where that means something. */
  readonly busy?: number;
  readonly note?: string;
  readonly tone?: 'ok' | 'warn' | 'bad';
}
export interface Gauge {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'ok' | 'warn' | 'bad';
}
export interface PlaceView {
  readonly id: string;
  readonly lanes: readonly Lane[];
  readonly gauges: readonly Gauge[];
  readonly health?: string;
  readonly tone?: 'ok' | 'warn' | 'bad';
}
/** One hop: a message under way on a link between two instants of virtual time, µs. */
export interface Flight {
  readonly id: number;
  readonly link: string;
  readonly message: number;
  readonly key: number;
  readonly seq: number;
  readonly departs: number;
  readonly arrives: number;
  readonly redelivered?: boolean;
  /** Against the direction of the link (an acknowledgement is not drawn; a return is). */
  readonly back?: boolean;
}
export interface Finding {
  readonly id: number;
  readonly check: string;
  readonly at: number;
  readonly place: string;
  readonly title: string;
  readonly because: string;
  readonly remedy?: string;
  readonly remedyEdit?: { readonly node: string; readonly field: string; readonly value: unknown };
  readonly message?: number;
  readonly severity: 'bad' | 'warn' | 'note';
}
export interface Verdict {
  readonly check: string;
  readonly on?: string;
  readonly verdict: 'holds' | 'broken' | 'unknown';
  readonly says: string;
}
/** Series sampled every `stepUs` of virtual time; column i is the instant i * stepUs. */
export interface Series {
  readonly stepUs: number;
  readonly throughputIn: readonly number[];
  readonly throughputOut: readonly number[];
  readonly ready: readonly number[];
  readonly unacked: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly redeliveries: readonly number[];
}
export interface Frame {
  /** Bumped by seek, edit, fork and open: older frames and flights are void. */
  readonly epoch: number;
  readonly now: number;
  readonly head: number;
  readonly playing: boolean;
  readonly ended: boolean;
  readonly entries: number;
  readonly places: readonly PlaceView[];
  readonly flights: readonly Flight[];
  readonly findings: readonly Finding[];
  readonly verdicts: readonly Verdict[];
  readonly series: Series;
}
export interface StoryLine {
  readonly entry: number;
  readonly at: number;
  readonly place: string;
  readonly says: string;
}
export interface Problem {
  readonly path: string;
  readonly says: string;
}
/** Commands, over Comlink. Times are virtual µs. */
export interface EngineCommands {
  open(doc: Scenario, at: number): { readonly problems: readonly Problem[] };
  /** Applies a changed document; history from `from` on is recomputed, or kept where 'nothing' changed. */
  setDocument(doc: Scenario, from: number | 'nothing'): void;
  /** `speed` is virtual seconds per wall second; Infinity runs flat out. */
  play(speed: number): void;
  pause(): void;
  seek(at: number): void;
  step(what: 'entry' | 'finding' | { readonly message: number }): void;
  story(message: number): readonly StoryLine[];
  hash(): string;
}
