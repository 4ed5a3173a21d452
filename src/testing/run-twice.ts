/** Every engine test goes through here: what a document says must come out again from a checkpoint, bit for bit. */
import { expect } from 'vitest';
import { RandomStream } from '../kernel/random.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario } from '../scenario/document.ts';
import { type Run, startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';

/**
 * Runs the document, then again from its saved form with a checkpoint restored at a random moment, and compares the histories.
 * Conservation holds in both. @param until µs; @returns the first run, at its end
 */
export function runTwice(document: Scenario, models: Models, catalog: Catalog, until: number): Run {
  const first = startRun(document, models, catalog);
  first.simulation.run(until);
  const saved = JSON.parse(JSON.stringify(document)) as Scenario;
  const moment = Math.floor(new RandomStream(first.simulation.history.length, 'checkpoint').next() * first.simulation.now);
  const before = startRun(saved, models, catalog);
  before.simulation.run(moment);
  const second = startRun(saved, models, catalog, structuredClone(before.simulation.save()));
  second.simulation.run(until);
  expect(second.simulation.hash(), `history after a checkpoint at ${moment} µs`).toBe(first.simulation.hash());
  expect(second.judge.findings).toEqual(first.judge.findings);
  expect(second.judge.verdicts()).toEqual(first.judge.verdicts());
  expect(first.judge.findings.filter((f) => f.check === 'conservation')).toEqual([]);
  return first;
}
