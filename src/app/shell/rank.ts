/** How well a command is what somebody typed. */
import { defaultFilter } from 'cmdk';

/** What is spelt as it was typed comes before what only has its letters in that order. */
const SPELT = 0.5;
/**
 * @param name of the command; `also` what else it is about
 * @returns 0 is not it, 1 is it
 */
export function rank(name: string, typed: string, also: readonly string[] = []): number {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const [plain, all] = [name.toLowerCase(), [name, ...also].join(' ').toLowerCase()];
  const likeness = defaultFilter(name, typed);
  if (!words.every((word) => all.includes(word))) return likeness * SPELT;
  const named = words.filter((word) => plain.includes(word)).length / words.length;
  return SPELT + ((1 - SPELT) * (named + likeness)) / 2;
}
