/** A document run in one go, and again from its saved form with a checkpoint restored at a random moment. */
import { RandomStream } from '../kernel/random.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario } from '../scenario/document.ts';
import { type Run, startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';

interface Replay {
  readonly first: Run;
  readonly second: Run;
  /** Of the checkpoint, µs. */
  readonly moment: number;
}
/** @param until µs; @returns both runs, at their end */
export function replay(document: Scenario, models: Models, catalog: Catalog, until: number): Replay {
  const first = startRun(document, models, catalog);
  first.simulation.run(until);
  const saved = JSON.parse(JSON.stringify(document)) as Scenario;
  const moment = Math.floor(new RandomStream(first.simulation.history.length, 'checkpoint').next() * first.simulation.now);
  const before = startRun(saved, models, catalog);
  before.simulation.run(moment);
  const second = startRun(saved, models, catalog, structuredClone(before.simulation.save()));
  second.simulation.run(until);
  return { first, second, moment };
}
