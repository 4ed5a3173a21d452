import { utf8Length } from './utf8.ts';

/** Comparisons of text that ignore case, and wildcards. */

/** Both cases of each character of `text`: what may stand in its place. */
function forms(text: string): readonly (readonly string[])[] {
  return [...text].map((character) => {
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
    return lower === upper ? [lower] : [lower, upper];
  });
}
/** Where the pattern can end when it starts at the beginning: a case may be longer than its other (ß, SS). */
function endsOf(pattern: string, text: string): ReadonlySet<number> {
  let reached = new Set([0]);
  for (const either of forms(pattern)) {
    const next = new Set<number>();
    for (const at of reached) for (const form of either) if (text.startsWith(form, at)) next.add(at + form.length);
    reached = next;
  }
  return reached;
}
export function equalsIgnoringCase(pattern: string, text: string): boolean {
  return endsOf(pattern, text).has(text.length);
}
export function startsIgnoringCase(pattern: string, text: string): boolean {
  return endsOf(pattern, text).size > 0;
}
export function endsIgnoringCase(pattern: string, text: string): boolean {
  let reached = new Set([text.length]);
  for (const either of [...forms(pattern)].reverse()) {
    const next = new Set<number>();
    for (const at of reached) for (const form of either) if (text.endsWith(form, at)) next.add(at - form.length);
    reached = next;
  }
  return reached.size > 0;
}

/** The literal pieces of a wildcard pattern: what stands before, between and after its asterisks. */
export type Wildcard = readonly string[];

/** `\*` and `\\` stand for themselves. Positions are in UTF-8 bytes from the start of the pattern. */
export function parseWildcard(pattern: string): Wildcard | { readonly wrong: 'consecutive' | 'escape'; readonly at: number } {
  const pieces = [''];
  const characters = [...pattern];
  let position = 0;
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    const next = characters[i + 1];
    if (character === '*') {
      if (next === '*') return { wrong: 'consecutive', at: position };
      pieces.push('');
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') return { wrong: 'escape', at: position };
      pieces[pieces.length - 1] += next;
      i++;
      position++;
    } else pieces[pieces.length - 1] += character;
    position += utf8Length(character);
  }
  return pieces;
}
export function matchesWildcard([first = '', ...rest]: Wildcard, text: string): boolean {
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
