/** The document as it stands at the playhead: changes only when an edit comes into force, never with every tick. */
import { useMemo } from 'react';
import type { Scenario } from '../../scenario/document.ts';
import { effectiveAt, isEdit } from '../../scenario/edits.ts';
import { micros } from '../../base/time.ts';
import { useDocument } from './document.ts';
import { useSession } from './session.ts';

function editsBefore(doc: Scenario, now: number): number {
  return (doc.timeline ?? []).filter((e) => isEdit(e) && micros(e.at) <= now).length;
}
export function useEffective(): Scenario {
  const doc = useDocument((s) => s.doc);
  // One µs ahead: an edit made here and now comes into force at the playhead + 1 µs.
  const edits = useSession((s) => editsBefore(doc, s.now + 1));
  return useMemo(() => effectiveAt(doc, nthEdit(doc, edits)), [doc, edits]);
}
function nthEdit(doc: Scenario, n: number): number {
  const times = (doc.timeline ?? [])
    .filter(isEdit)
    .map((e) => micros(e.at))
    .sort((a, b) => a - b);
  return n === 0 ? -1 : (times[n - 1] ?? -1);
}
export function effectiveNow(): Scenario {
  return effectiveAt(useDocument.getState().doc, useSession.getState().now + 1);
}
