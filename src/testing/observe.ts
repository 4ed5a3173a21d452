/** Tests of rooms: what stands in a timeline, and what a run told. */
import type { Entry, Kind } from '../history/entries.ts';
import type { TimelineEntry } from '../scenario/document.ts';
import type { Run } from '../simulation/run.ts';

export type Config = Readonly<Record<string, unknown>>;
export const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** Looks into the history of a run; a place, where one is given, is the only one that counts. */
export function observe(first: Run) {
  const { history, messages } = first.simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => (n < 0 ? '' : history.text(n));
  const of = (kind: Kind, place?: string): Entry[] => entries.filter((e) => e.kind === kind && (place === undefined || text(e.place) === place));
  return {
    first,
    entries,
    messages,
    text,
    of,
    count: (kind: Kind, place?: string) => of(kind, place).length,
    /** Reasons of entries of a kind, with how often. */
    reasons: (kind: Kind, place?: string) => {
      const counts: Record<string, number> = {};
      for (const e of of(kind, place)) counts[text(e.reason)] = (counts[text(e.reason)] ?? 0) + 1;
      return counts;
    },
    /** Messages that took effect more than once at one place. */
    twice: (place?: string) => {
      const seen = new Map<string, number>();
      for (const e of of('effect', place)) seen.set(`${e.place} ${e.message}`, (seen.get(`${e.place} ${e.message}`) ?? 0) + 1);
      return [...new Set([...seen].filter(([, n]) => n > 1).map(([key]) => Number(key.split(' ')[1])))];
    },
    /** Seconds at which entries of a kind happened, for one message. */
    times: (kind: Kind, message: number) => of(kind).flatMap((e) => (e.message === message ? [Math.round(e.time / 1e5) / 10] : [])),
    /** Effects as numbers within their key, per key. */
    inOrder: () => {
      const keys: Record<number, number[]> = {};
      for (const e of of('effect')) (keys[messages.key(e.message)] ??= []).push(messages.seq(e.message));
      return Object.values(keys);
    },
    /** Findings of a check, with their reasons. */
    found: (check: string) => first.judge.findings.filter((f) => f.check === check).map((f) => `${f.place} ${f.reason ?? ''}`),
  };
}
