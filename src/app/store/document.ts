/** The document: changed by named edits only, undoable. Who changes it does not talk to the engine; `session` watches. */
import { temporal } from 'zundo';
import { create } from 'zustand';
import { durationText, micros } from '../../base/time.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { applyEdit, type Edit, isEdit } from '../../scenario/edits.ts';

export interface Notice {
  readonly says: string;
  /** An undo takes back what it tells of. */
  readonly undoes: boolean;
}
export interface DocumentState {
  readonly doc: Scenario;
  /** What the last change was, in words: "Move payments", "prefetch of l3". */
  readonly lastEdit: string;
  /** Said for a while: that an edit in the past took later actions away, or what could not be done. */
  readonly notice: Notice | null;
  /** Changes nodes and links: at playhead 0 in the base, later as live timeline entries. One undo step. */
  edit(label: string, edits: readonly Edit[], playhead: number, layout?: Scenario['layout']): void;
  /** Something done to the running system at the playhead. */
  act(label: string, what: { readonly do: string; readonly on: string; readonly with?: Readonly<Record<string, unknown>> }, playhead: number): void;
  /** Words, places on the screen, seed, duration, invariants: not on the timeline. */
  change(label: string, change: Partial<Pick<Scenario, 'title' | 'description' | 'seed' | 'duration' | 'drain' | 'invariants' | 'layout' | 'timeline'>>): void;
  /** Folds every edit up to the playhead into the base and drops the timeline up to there. */
  makeThisTheStart(playhead: number): void;
  /** @param notice what the reader should know about it */
  replace(label: string, doc: Scenario, notice?: string): void;
  /** What the person should know, and cannot undo. */
  say(words: string): void;
  clearNotice(): void;
}

export const EMPTY: Scenario = { version: 1, title: 'Untitled', seed: 1, nodes: [], links: [] };

/** Live entries after the playhead go when the past is edited; the author's stay. */
function forked(doc: Scenario, playhead: number, add: readonly TimelineEntry[]): { doc: Scenario; removed: number } {
  const entries = doc.timeline ?? [];
  const kept = entries.filter((e) => e.by === 'author' || micros(e.at) <= playhead);
  const timeline = [...kept, ...add].sort((a, b) => micros(a.at) - micros(b.at));
  return { doc: { ...doc, timeline }, removed: entries.length - kept.length };
}
const says = (removed: number): Notice | null => (removed === 0 ? null : { says: `${removed} later action${removed === 1 ? '' : 's'} removed, because you changed the past.`, undoes: true });

export const useDocument = create<DocumentState>()(
  temporal(
    (set) => ({
      doc: EMPTY,
      lastEdit: '',
      notice: null,
      edit: (label, edits, playhead, layout) =>
        set(({ doc: before }) => {
          const doc = layout ? { ...before, layout: { ...before.layout, ...layout } } : before;
          if (playhead === 0) return { doc: edits.reduce(applyEdit, doc), lastEdit: label, notice: null };
          const at = durationText(playhead + 1);
          const { doc: next, removed } = forked(
            doc,
            playhead,
            edits.map((e) => ({ at, by: 'live', ...e })),
          );
          return { doc: next, lastEdit: label, notice: says(removed) };
        }),
      act: (label, what, playhead) =>
        set(({ doc }) => {
          const { doc: next, removed } = forked(doc, playhead, [{ at: durationText(playhead + 1), by: 'live', ...what }]);
          return { doc: next, lastEdit: label, notice: says(removed) };
        }),
      change: (label, change) => set(({ doc }) => ({ doc: { ...doc, ...change }, lastEdit: label })),
      makeThisTheStart: (playhead) =>
        set(({ doc }) => {
          const past = (doc.timeline ?? []).filter((e) => micros(e.at) <= playhead);
          const later = (doc.timeline ?? []).filter((e) => micros(e.at) > playhead).map((e) => ({ ...e, at: durationText(micros(e.at) - playhead) }));
          return { doc: { ...past.filter(isEdit).reduce(applyEdit, doc), timeline: later }, lastEdit: 'Make this the start', notice: null };
        }),
      replace: (label, doc, notice) => set({ doc, lastEdit: label, notice: notice === undefined ? null : { says: notice, undoes: false } }),
      say: (says) => set({ notice: { says, undoes: false } }),
      clearNotice: () => set({ notice: null }),
    }),
    { partialize: ({ doc, lastEdit }) => ({ doc, lastEdit }), equality: (a, b) => a.doc === b.doc, limit: 200 },
  ),
);
