/** Scenario files: open and drop. */
import { EMPTY } from '../store/document.ts';
import { open } from '../shell/boot.ts';
import { readFile } from './open.ts';

export function newDocument(): void {
  void open({ ...EMPTY, title: 'New scenario' });
}
export function openFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.onchange = () => void (input.files?.[0] && openIt(input.files[0]));
  input.click();
}
async function openIt(file: File): Promise<void> {
  const opened = await readFile(file);
  if (opened) await open(opened.doc);
}
/** Files dropped anywhere on the window are opened. */
export function acceptDrops(): () => void {
  const over = (e: DragEvent) => e.dataTransfer?.types.includes('Files') && e.preventDefault();
  const drop = (e: DragEvent) => {
    const file = e.dataTransfer?.files[0];
    if (!file) return;
    e.preventDefault();
    void openIt(file);
  };
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('drop', drop);
  };
}
