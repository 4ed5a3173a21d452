/** From an address or a file to a document, or to problems that can be read. */
import { create } from 'zustand';
import { catalog, loadRooms } from '../../catalog.ts';
import { sinceThen } from '../../interchange/changes.ts';
import { decodeShare } from '../../interchange/share-url.ts';
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
/** @returns null when the address carries no scenario, or a broken one */
export async function openAddress(fragment: string): Promise<Draft | null> {
  if (!fragment.startsWith('#s=')) return null;
  const decoded = await decodeShare(fragment.slice(3));
  if (!decoded.ok) return complain('This link cannot be opened', [{ path: 'link', says: decoded.says }]);
  const { parseScenario } = await parser();
  const parsed = parseScenario(decoded.value.doc, catalog);
  const notice = sinceThen(decoded.value.app);
  return parsed.ok ? { doc: parsed.value, at: decoded.value.at, ...decoded.value.view, ...(notice === null ? {} : { notice }) } : complain('This link holds a scenario with mistakes', parsed.problems);
}
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
  return parsed.ok ? { doc: parsed.value, at: 0 } : complain(`${file.name} has mistakes`, parsed.problems);
}
