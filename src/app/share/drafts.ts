/** Autosave: what a crash may cost is half a second. Stores the document and the moment, never the run. */
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';

const SLOT = 'tailrace.draft';
const AFTER = 300;
export interface Draft {
  readonly doc: Scenario;
  /** µs */
  readonly at: number;
}
export async function loadDraft(): Promise<Draft | null> {
  try {
    const saved = JSON.parse(localStorage.getItem(SLOT) ?? 'null') as { doc?: unknown; at?: unknown } | null;
    if (saved === null) return null;
    const { parseScenario } = await import('../../scenario/parse.ts');
    const parsed = parseScenario(saved?.doc, catalog);
    return parsed.ok ? { doc: parsed.value, at: typeof saved?.at === 'number' && saved.at >= 0 ? saved.at : 0 } : null;
  } catch {
    return null;
  }
}
function save(): void {
  try {
    localStorage.setItem(SLOT, JSON.stringify({ doc: useDocument.getState().doc, at: Math.round(useSession.getState().now) }));
  } catch {
    // Storage is full or forbidden: the document still lives in the page, and can be saved as a file.
  }
}
/** Only what somebody edited is kept: who opens the page for the first time, or only looks, sees the opening scenario. */
export function autosave(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let edited = false;
  useDocument.subscribe((after, before) => {
    if (after.doc === before.doc) return;
    edited = true;
    clearTimeout(timer);
    timer = setTimeout(save, AFTER);
  });
  const now = () => edited && save();
  window.addEventListener('pagehide', now);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && now());
}
