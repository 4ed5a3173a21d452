/** What travels between the page and the engine worker: data only. */
import type { Problem, Scenario } from '../scenario/document.ts';
import type { Flight, MessageHit, Picture, Report, StoryLine } from '../simulation/view.ts';

export type { Problem } from '../scenario/document.ts';
export type { Cell, Finding, Flight, Gauge, Lane, Mark, MessageHit, Picture, PlaceView, Report, Series, StoryLine, Verdict } from '../simulation/view.ts';

export interface Frame {
  /** Bumped by seek, edit, fork and open: older frames and flights are void. */
  readonly epoch: number;
  /** Virtual seconds per wall second while playing; Infinity = flat out. */
  readonly speed: number;
  /** Horizon of the run in µs, if the document has a duration; the drain may go on after it. */
  readonly duration?: number;
  readonly now: number;
  readonly head: number;
  readonly playing: boolean;
  readonly ended: boolean;
  readonly entries: number;
  /** Playing on from the past gave another history than before: a defect of a model. */
  readonly diverged?: boolean;
  /** Flights that began since the last frame of this epoch. */
  readonly flights: readonly Flight[];
  /** Messages per second of virtual time by link, where it is not 0. */
  readonly linkRates: Readonly<Record<string, number>>;
  /** The rest comes at most ten times a second of wall time; absent in the frames between. */
  readonly picture?: Picture;
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
  /** What happened to a message up to the playhead, in words. */
  story(message: number): readonly StoryLine[];
  search(words: string): readonly MessageHit[];
  report(): Report;
  /** Hash of the history up to the playhead. */
  hash(): string;
}
