/**
 * Autosave: what a crash may cost is half a second. Stores the document, the moment and the speed, never the run.
 *
 * Every opening (gallery, link, file, New) begins a slot of its own, which is written with the first edit: nothing that
 * is opened takes the place of earlier work.
 */
import { create } from 'zustand';
import { catalog, loadRooms } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';

const SLOT = 'tailrace.draft.';
/** Drafts kept; the oldest gives way. */
const SLOTS_MAX = 12;
/** ms after an edit; those that follow within it are written with it. */
const AFTER = 300;

export interface Draft {
  readonly doc: Scenario;
  /** µs */
  readonly at: number;
  /** Virtual seconds per wall second, where it was chosen; null = as fast as it goes. */
  readonly speed?: number | null;
  /** Ids of nodes and links that a link selects. */
  readonly selected?: readonly string[];
  /** What its reader should know: rules that changed since it was made. */
  readonly notice?: string;
}
export interface DraftName {
  readonly id: string;
  readonly title: string;
  /** Wall clock, ms since 1970. */
  readonly saved: number;
}
interface Saved {
  readonly doc?: unknown;
  readonly at?: unknown;
  readonly speed?: unknown;
  readonly saved?: unknown;
}
interface Drafts {
  /** Newest first. */
  readonly list: readonly DraftName[];
  /** The one that is being edited. */
  readonly current: string | null;
  /** Why the last one that was asked for could not be opened. */
  readonly refused: string | null;
}
export const useDrafts = create<Drafts>()(() => ({ list: names(), current: null, refused: null }));

function read(id: string): Saved | null {
  try {
    return JSON.parse(localStorage.getItem(SLOT + id) ?? 'null') as Saved | null;
  } catch {
    return null;
  }
}
function names(): DraftName[] {
  const out: DraftName[] = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(SLOT)) continue;
      const id = key.slice(SLOT.length);
      const found = read(id);
      const title = (found?.doc as { title?: unknown } | undefined)?.title;
      if (found) out.push({ id, title: typeof title === 'string' ? title : 'Untitled', saved: typeof found.saved === 'number' ? found.saved : 0 });
    }
  } catch {
    // Storage is forbidden: there are no drafts.
  }
  return out.sort((a, b) => b.saved - a.saved);
}
/** @param id the newest when absent. @returns null when there is none that can be read */
export async function loadDraft(id = names()[0]?.id): Promise<Draft | null> {
  const found = id === undefined ? null : read(id);
  if (!found) return null;
  const [{ parseScenario }] = await Promise.all([import('../../scenario/parse.ts'), loadRooms()]);
  const parsed = parseScenario(found.doc, catalog);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    useDrafts.setState({ refused: `Your draft “${String((found.doc as { title?: unknown } | undefined)?.title ?? 'Untitled')}” cannot be opened: ${first?.path} ${first?.says}.` });
    return null;
  }
  useDrafts.setState({ current: id ?? null });
  const speed = found.speed === null || (typeof found.speed === 'number' && found.speed > 0) ? { speed: found.speed } : {};
  return { doc: parsed.value, at: typeof found.at === 'number' && found.at >= 0 ? found.at : 0, ...speed };
}
export function deleteDraft(id: string): void {
  localStorage.removeItem(SLOT + id);
  // What was thrown away does not come back when the page is left.
  if (useDrafts.getState().current === id) edited = false;
  useDrafts.setState((s) => ({ list: names(), current: s.current === id ? null : s.current }));
}

let timer: ReturnType<typeof setTimeout> | undefined;
let edited = false;
let warned = false;
let opening = false;

function save(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!edited) return;
  const id = useDrafts.getState().current ?? crypto.randomUUID();
  const { now, speed } = useSession.getState();
  const text = JSON.stringify({ doc: useDocument.getState().doc, at: Math.round(now), speed: Number.isFinite(speed) ? speed : null, saved: Date.now() });
  const older = names().filter((d) => d.id !== id);
  for (const d of older.slice(SLOTS_MAX - 1)) localStorage.removeItem(SLOT + d.id);
  try {
    localStorage.setItem(SLOT + id, text);
  } catch {
    // The document still lives in the page. Said once: who knows it can act on it.
    if (!warned) useDocument.getState().say('This browser keeps no drafts: its storage is full or forbidden. Save the scenario as a file (Ctrl S).');
    warned = true;
    return;
  }
  useDrafts.setState({ current: id, list: names() });
  // From here on the draft is what a reload should bring back, not the link that it began with.
  if (location.hash.startsWith('#s=')) history.replaceState(null, '', location.pathname + location.search);
}
/** Keeps what was edited, then lets `change` put another document in its place, in the slot `slot` or a new one. */
export function asOpening(slot: string | null, change: () => void): void {
  save();
  edited = false;
  opening = true;
  change();
  opening = false;
  useDrafts.setState({ current: slot });
}
/** Only what somebody edited is kept: who opens the page for the first time, or only looks, sees the opening scenario. */
export function autosave(): void {
  useDocument.subscribe((after, before) => {
    if (after.doc === before.doc || opening) return;
    edited = true;
    // Not put off by the next edit: who keeps a key down is safe, too.
    timer ??= setTimeout(save, AFTER);
  });
  window.addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && save());
}
