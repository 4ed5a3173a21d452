/** A scenario becomes a file. Loaded when it is first asked for. */
import { useDocument } from '../store/document.ts';

export function saveFile(): void {
  const { doc } = useDocument.getState();
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(doc, null, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${doc.title.toLowerCase().replace(/[^a-z0-9]+/g, '-') || 'scenario'}.tailrace.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
