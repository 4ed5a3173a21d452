/** The whole of a run in one value: what the command line prints and golden files keep. */
import type { Catalog } from '../scenario/descriptor.ts';
import { reportOf } from './report.ts';
import type { Run } from './run.ts';
import type { Verdict } from './view.ts';

export interface Summary {
  readonly title: string;
  readonly seed: number;
  /** µs */
  readonly until: number;
  readonly ended: boolean;
  /** Of the history. */
  readonly hash: string;
  readonly entries: number;
  readonly publications: Readonly<Record<string, number>>;
  /** Copies by place, then by fate. */
  readonly copies: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By check, then by place. */
  readonly findings: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly verdicts: readonly Verdict[];
  /** Quantiles in ms. */
  readonly metrics: readonly { readonly place: string; readonly stage: string; readonly count: number; readonly p50: number; readonly p99: number; readonly max: number }[];
}
export function summaryOf(run: Run, catalog: Catalog): Summary {
  const { simulation, judge } = run;
  const report = reportOf(run, catalog);
  const ms = (us: number) => Math.round(us / 10) / 100;
  return {
    title: simulation.effective.title,
    seed: simulation.effective.seed,
    until: simulation.now,
    ended: simulation.ended,
    hash: report.hash,
    entries: simulation.history.length,
    publications: report.publications,
    copies: report.fates,
    findings: judge.byPlace,
    verdicts: report.verdicts,
    metrics: report.stages.map((s) => ({ place: s.place, stage: s.stage, count: s.count, p50: ms(s.p50), p99: ms(s.p99), max: ms(s.max) })),
  };
}
/** 0: every invariant holds (or none was asked for), 1: one is broken, 2: one is unknown. */
export function exitCode({ verdicts }: Summary): 0 | 1 | 2 {
  if (verdicts.some((v) => v.verdict === 'broken')) return 1;
  return verdicts.some((v) => v.verdict === 'unknown') ? 2 : 0;
}
