/** From an address or a file to a document, or to problems that can be read. */
import { create } from 'zustand';
import { catalog, loadRooms } from '../../catalog.ts';
import type { Problem } from '../../worker/protocol.ts';
import type { Draft } from './drafts.ts';

interface ProblemState {
  readonly problems: { readonly what: string; readonly list: readonly Problem[] } | null;
}
export const useProblems = create<ProblemState>()(() => ({ problems: null }));
function complain(what: string, list: readonly Problem[]): null {
  useProblems.setState({ problems: { what, list } });
  return null;
}
/** The schemas, and every broker's settings, come with the first foreign document: the first screen does not wait for them. */
const parser = async () => (await Promise.all([import('../../scenario/parse.ts'), loadRooms()]))[0];
/** What opens links and files is at hand before the first one comes. */
export function foreseeDocuments(): void {
  void import('../../scenario/parse.ts');
  void import('../../interchange/share-url.ts');
}
/** @returns null when the address carries no scenario, or a broken one */
export async function openAddress(fragment: string): Promise<Draft | null> {
  if (!fragment.startsWith('#s=')) return null;
  const [{ decodeShare }, { sinceThen }] = await Promise.all([import('../../interchange/share-url.ts'), import('../../interchange/changes.ts')]);
  const decoded = await decodeShare(fragment.slice(3));
  if (!decoded.ok) return complain('This link cannot be opened', [{ path: 'link', says: decoded.says }]);
  const { parseScenario } = await parser();
  const parsed = parseScenario(decoded.value.doc, catalog);
  if (!parsed.ok) return complain('This link holds a scenario with mistakes', parsed.problems);
  return { doc: parsed.value, at: decoded.value.at, ...decoded.value.view, ...noticeOf(sinceThen(decoded.value.app), parsed.warnings) };
}
/** What its reader should know: rules that changed since it was made, and what the broker accepts although it is probably wrong. */
function noticeOf(since: string | null, warnings: readonly Problem[]): { readonly notice?: string } {
  const words = [...(since === null ? [] : [since]), ...warnings.slice(0, WARNINGS).map((w) => `${w.path}: ${w.says}.`), ...(warnings.length > WARNINGS ? [`${warnings.length - WARNINGS} more doubts.`] : [])];
  return words.length === 0 ? {} : { notice: words.join(' ') };
}
/** Doubts that are said at once. */
const WARNINGS = 2;
/** Bytes that a file may have. */
const FILE_LIMIT = 1_000_000;
export async function readFile(file: File): Promise<Draft | null> {
  if (file.size > FILE_LIMIT) return complain(`${file.name} cannot be opened`, [{ path: file.name, says: `It has ${file.size} bytes; a scenario has at most ${FILE_LIMIT}.` }]);
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch (error) {
    return complain(`${file.name} cannot be opened`, [{ path: file.name, says: `It is not JSON: ${(error as Error).message}` }]);
  }
  const { parseScenario } = await parser();
  const parsed = parseScenario(value, catalog);
  return parsed.ok ? { doc: parsed.value, at: 0, ...noticeOf(null, parsed.warnings) } : complain(`${file.name} has mistakes`, parsed.problems);
}
