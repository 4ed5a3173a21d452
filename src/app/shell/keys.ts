/** Keys that work everywhere but in a text field, paste and dropped files. Loaded with the first screen, after it is painted. */
import { useDocument } from '../store/document.ts';
import { effectiveNow } from '../store/effective.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { SPEEDS } from './speeds.ts';
import { acceptDrops, openFile } from '../share/files.ts';
import type { Direction } from '../canvas/neighbours.ts';
import { copySelected, moveSelected, removeSelected, selectAll } from '../canvas/selection.ts';

const goLater = (from: string, way: Direction) => void import('../canvas/neighbours.ts').then(({ focusNeighbour }) => focusNeighbour(from, way));
const pasteLater = (text: string) => void import('../canvas/paste.ts').then(async ({ paste }) => say(await paste(text)));
/** What could not be done, and why. */
const say = (why: string | null) => why !== null && useDocument.getState().say(why);

export function listen(): void {
  window.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    // A dialog that was asked for may still be loading: what is typed meanwhile is meant for it.
    if (useView.getState().dialog !== null || target.closest('input, textarea, select, [role="dialog"], [role="menu"]')) {
      if (event.key === 'Escape' && target.closest('.inspector')) return backToCanvas(target);
      if (!(event.key === 'k' && (event.ctrlKey || event.metaKey))) return;
    }
    if (act(event, target)) event.preventDefault();
  });
  window.addEventListener('paste', (event) => {
    if ((event.target as HTMLElement).closest('input, textarea')) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text !== '') pasteLater(text);
  });
  acceptDrops();
}
/** From a setting back to the node or wire that it belongs to. */
function backToCanvas(field: HTMLElement): void {
  field.blur();
  document.querySelector<HTMLElement>(`.canvas [data-id="${CSS.escape(useView.getState().selected[0] ?? '')}"]`)?.focus();
}
function changeSpeed(by: 1 | -1): boolean {
  const { speed, setSpeed } = useSession.getState();
  const next = SPEEDS[SPEEDS.findIndex(([s]) => s >= speed) + by];
  if (next) setSpeed(next[0]);
  return true;
}
function act(event: KeyboardEvent, target: HTMLElement): boolean {
  const { select, selected, show, message, stage, setStage } = useView.getState();
  const { toggle, step, seek } = useSession.getState();
  const command = event.ctrlKey || event.metaKey;
  const { undo, redo } = useDocument.temporal.getState();
  const focused = target.closest('.react-flow__node, .react-flow__edge')?.getAttribute('data-id');
  if (command) {
    switch (event.key.toLowerCase()) {
      case 'k':
        show('commands');
        return true;
      case 'z':
        if (event.shiftKey) redo();
        else undo();
        return true;
      case 'y':
        redo();
        return true;
      case 's':
        void import('../share/save.ts').then(({ saveFile }) => saveFile());
        return true;
      case 'o':
        openFile();
        return true;
      case 'a':
        selectAll();
        return true;
      case 'c':
      case 'x':
        if (selected.length === 0 || !getSelection()?.isCollapsed) return false;
        void navigator.clipboard?.writeText(copySelected());
        if (event.key.toLowerCase() === 'x') removeSelected();
        return true;
      case 'd':
        if (selected.length > 0) pasteLater(copySelected());
        return true;
      default:
        return false;
    }
  }
  if (event.altKey) {
    const by = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[event.key];
    if (!by || selected.length === 0) return false;
    moveSelected(by[0] as number, by[1] as number);
    return true;
  }
  switch (event.key) {
    case ' ':
      if (target.closest('button, [role="tab"], [role="slider"], a')) return false;
      toggle();
      return true;
    case '.':
      step('entry');
      return true;
    case 'f':
      step('finding');
      return true;
    case 'm':
      if (message !== null) step({ message });
      return message !== null;
    case '0':
      seek(0);
      return true;
    case '-':
      return changeSpeed(-1);
    case '+':
    case '=':
      return changeSpeed(1);
    case 'l':
      setStage(!stage);
      return true;
    case 'i': {
      if (focused !== undefined && focused !== null) select([focused]);
      // The settings of what was just selected are there with the next frame.
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.inspector :is(input, select, textarea, button)')?.focus());
      return true;
    }
    case '?':
      show('help');
      return true;
    case 'w':
      if (focused !== undefined && focused !== null) select([focused]);
      if (!effectiveNow().nodes.some((n) => n.id === useView.getState().selected[0])) return false;
      show('wire');
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
    case 'ArrowUp':
    case 'ArrowDown':
      if (!focused) return false;
      goLater(focused, event.key);
      return true;
    case 'Enter':
      if (!focused) return false;
      select([focused]);
      return true;
    case 'Delete':
    case 'Backspace':
      if (selected.length === 0) return false;
      removeSelected();
      return true;
    case 'Escape':
      if (target.closest('.inspector')) backToCanvas(target);
      else if (selected.length > 0) select([]);
      else setStage(false);
      return true;
    default:
      return false;
  }
}
