/** Documents of earlier versions, step by step to the present one. Files of every released version open for ever. */
import { type Bag, shown } from './complaints.ts';

export const VERSION = 1;
/** From version n to n + 1. None yet: 1 is the first. */
const STEPS: Readonly<Record<number, (doc: Bag) => Bag>> = {};

/** @returns the document in the present version, or the sentence that says why it cannot be read */
export function migrate(doc: Bag): Bag | string {
  let current = doc;
  for (;;) {
    const version = current['version'];
    if (version === VERSION) return current;
    const step = typeof version === 'number' && Object.hasOwn(STEPS, version) ? STEPS[version] : undefined;
    if (!step) return `must be ${VERSION}, got ${shown(version)}${typeof version === 'number' && version > VERSION ? '; it may come from a newer Tailrace' : ''}`;
    current = step(current);
  }
}
