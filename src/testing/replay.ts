/** A document run in one go, and again from its saved form with a checkpoint restored at a random moment, after which nobody may speak of a message that the checkpoint does not mention. */
import { RandomStream } from '../kernel/random.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario } from '../scenario/document.ts';
import { type Run, startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';
import { farAlong, forgetAllBut } from './forgetful.ts';

interface Replay {
  readonly first: Run;
  readonly second: Run;
  /** Of the checkpoint, µs. */
  readonly moment: number;
}
/** @param until µs; @param far with large message numbers, so that none of them is another number too; @returns both runs, at their end */
export function replay(document: Scenario, models: Models, catalog: Catalog, until: number, far = false): Replay {
  const begin = (doc: Scenario) => {
    const run = startRun(doc, models, catalog);
    return far ? startRun(doc, models, catalog, farAlong(run.simulation.save())) : run;
  };
  const first = begin(document);
  first.simulation.run(until);
  const saved = JSON.parse(JSON.stringify(document)) as Scenario;
  const moment = Math.floor(new RandomStream(first.simulation.history.length, 'checkpoint').next() * first.simulation.now);
  const before = begin(saved);
  before.simulation.run(moment);
  const state = structuredClone(before.simulation.save());
  const second = startRun(saved, models, catalog, state);
  forgetAllBut(second.simulation, state);
  second.simulation.run(until);
  return { first, second, moment };
}
