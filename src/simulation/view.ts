/** What a simulation shows of itself: data only, bounded whatever the run. The page and the command line read it. */

/** One message as a small square: key letter and colour by `key`, `seq` is its number within the key. */
export interface Cell {
  readonly message: number;
  readonly key: number;
  readonly seq: number;
  /** ready = waiting, held = delivered but unacknowledged, dead = dead-lettered or given up, kept = read and still there, unsure = not to be read yet. */
  readonly state: 'ready' | 'held' | 'dead' | 'kept' | 'unsure';
  readonly redelivered?: boolean;
  readonly duplicate?: boolean;
  readonly disordered?: boolean;
}
export interface Lane {
  readonly label?: string;
  readonly cells: readonly Cell[];
  /** How many more there are than `cells` shows. */
  readonly more: number;
  /** Share of the lane that is busy, 0..1, where that means something: drawn as a bar. */
  readonly busy?: number;
  /** A lane of what went through lately, newest last. */
  readonly past?: boolean;
  readonly note?: string;
  /** A few words at the right end; `note` is then what a pointer shows. */
  readonly end?: string;
  /** What an instance is assigned, shown beside its name: "0-3 7". */
  readonly parts?: string;
  /** Parts of the last seconds, 0..1, in which it was given nothing: drawn as a bar whose right end is now. */
  readonly stops?: readonly (readonly [number, number])[];
  /** Where a group goes on reading: before the cell of that number. */
  readonly pointers?: readonly { readonly before: number; readonly name: string }[];
  readonly tone?: 'ok' | 'warn' | 'bad';
}
export interface Gauge {
  readonly name: string;
  readonly value: string;
  readonly tone?: 'ok' | 'warn' | 'bad';
  /** For the inspector only: there is no room for it on the card. */
  readonly minor?: boolean;
}
export interface PlaceView {
  readonly id: string;
  readonly lanes: readonly Lane[];
  readonly gauges: readonly Gauge[];
  /** A word or two for the node's header ("1 duplicate", "saturated", "3 nodes", "memory 31%"). */
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
  /** An edit that applies the remedy. */
  readonly remedyEdit?: { readonly on: string; readonly field: string; readonly value: unknown };
  /** The documentation's page that states the rule behind it. */
  readonly source?: string;
  readonly message?: number;
  readonly severity: 'bad' | 'warn' | 'note';
}
/** A mark on the timeline that is not a finding: a fault, an intervention, an edit. */
export interface Mark {
  readonly at: number;
  /** Where what it began ends, if it does. */
  readonly until?: number;
  readonly label: string;
  readonly tone: 'bad' | 'ok' | 'note';
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
export interface Picture {
  /** Links that are cut. */
  readonly cut: readonly string[];
  readonly places: readonly PlaceView[];
  /** Totals by check, and the newest 500 findings up to the head, oldest first. */
  readonly findingTotals: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly marks: readonly Mark[];
  readonly verdicts: readonly Verdict[];
  readonly series: Series;
}
/** A message found by its words: "A17", a key, a number. */
export interface MessageHit {
  readonly message: number;
  readonly key: number;
  readonly seq: number;
  readonly producedAt: number;
  readonly where: string;
}
/** What the run report shows. */
export interface Report {
  readonly until: number;
  readonly hash: string;
  readonly publications: Readonly<Record<string, number>>;
  /** Copies by place, then by fate. */
  readonly fates: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly findings: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
  readonly stages: readonly { readonly place: string; readonly stage: string; readonly count: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number; readonly histogram: readonly { readonly upTo: number; readonly count: number }[] }[];
  /** Theory beside measurement, per consumer: M/M/c where it applies, else the reason why not. */
  readonly theory: readonly { readonly place: string; readonly quantity: string; readonly measured: number; readonly predicted: number | null; readonly note: string }[];
}
export interface StoryLine {
  readonly entry: number;
  readonly at: number;
  readonly place: string;
  readonly says: string;
}
