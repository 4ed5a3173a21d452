/** Putting nodes in order: in line, at equal gaps, or by their wires. Loaded when somebody can ask for it. */
import { catalog } from '../../catalog.ts';
import { effectiveNow } from '../store/effective.ts';
import { useView } from '../store/view.ts';
import { fitView, moveTo, place } from './actions.ts';
import { boxesOf } from './geometry.ts';

export const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom', 'spread across', 'spread down'] as const;

/** Puts the selected nodes in line, or at equal gaps between the first and the last. */
export function alignSelected(how: (typeof ALIGNMENTS)[number]): void {
  const all = boxesOf(effectiveNow(), catalog);
  const boxes = useView.getState().selected.flatMap((id) => all.get(id) ?? []);
  if (boxes.length < 2) return;
  const across = how === 'left' || how === 'centre' || how === 'right' || how === 'spread across';
  const spans = boxes.map((b) => ({ id: b.id, from: across ? b.x : b.y, size: across ? b.w : b.h, other: across ? b.y : b.x })).sort((a, b) => a.from - b.from);
  const [low, high] = [Math.min(...spans.map((s) => s.from)), Math.max(...spans.map((s) => s.from + s.size))];
  const gap = (high - low - spans.reduce((sum, s) => sum + s.size, 0)) / (spans.length - 1);
  let next = low;
  const to = new Map<string, number>();
  for (const { id, size } of spans) {
    const along = how.startsWith('spread') ? next : how === 'left' || how === 'top' ? low : how === 'right' || how === 'bottom' ? high - size : (low + high - size) / 2;
    to.set(id, along);
    next += size + gap;
  }
  moveTo(`Align ${how}`, Object.fromEntries(spans.map(({ id, other }) => [id, across ? [to.get(id) ?? 0, other] : [other, to.get(id) ?? 0]])));
}
/** From left to right along the wires; clusters keep their own together. */
export async function autoLayout(): Promise<void> {
  // Only who asks for it pays for it.
  const { tidied } = await import('./tidy.ts');
  const doc = effectiveNow();
  place('Tidy the layout', tidied(doc, boxesOf(doc, catalog)));
  requestAnimationFrame(() => fitView());
}
