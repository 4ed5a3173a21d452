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
  if (opened) await open(opened.doc, 0, opened);
}
/** Files dropped anywhere on the window are opened. */
export function acceptDrops(): void {
  window.addEventListener('dragover', (e) => e.dataTransfer?.types.includes('Files') && e.preventDefault());
  window.addEventListener('drop', (e) => {
    const file = e.dataTransfer?.files[0];
    if (!file) return;
    e.preventDefault();
    void openIt(file);
  });
}
