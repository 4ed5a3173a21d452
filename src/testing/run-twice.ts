/** Every engine test goes through here: what a document says must come out again from a checkpoint, bit for bit. */
import { expect } from 'vitest';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario } from '../scenario/document.ts';
import type { Run } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';
import { replay } from './replay.ts';

/**
 * Runs the document, then again from its saved form with a checkpoint restored at a random moment, and compares the histories.
 * Conservation holds in both, and nobody speaks of a message that the checkpoint did not mention. @param until µs; @param far as in `replay`; @returns the first run, at its end
 */
export function runTwice(document: Scenario, models: Models, catalog: Catalog, until: number, far = false): Run {
  const { first, second, moment } = replay(document, models, catalog, until, far);
  expect(second.simulation.hash(), `history after a checkpoint at ${moment} µs`).toBe(first.simulation.hash());
  expect(second.judge.findings).toEqual(first.judge.findings);
  expect(second.judge.verdicts()).toEqual(first.judge.verdicts());
  expect(first.judge.findings.filter((f) => f.check === 'conservation')).toEqual([]);
  return first;
}
