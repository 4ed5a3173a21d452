/** A simulation with everything that watches it. */
import { Judge } from '../checks/judge.ts';
import { Meter } from '../metrics/meter.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario } from '../scenario/document.ts';
import { type Models, Simulation, type SimulationState } from './simulation.ts';

export interface Run {
  readonly simulation: Simulation;
  readonly judge: Judge;
  readonly meter: Meter;
}
export function startRun(document: Scenario, models: Models, catalog: Catalog, state?: SimulationState): Run {
  let judge: Judge | undefined;
  let meter: Meter | undefined;
  const simulation = new Simulation(document, { models, catalog, folds: (context) => [(judge = new Judge(context, document.invariants ?? [])), (meter = new Meter(context))] }, state);
  return { simulation, judge: judge as Judge, meter: meter as Meter };
}
/**
 * A run at its beginning, entered as every other moment is: by a checkpoint. So a JIT compiler sees from the start that the engine's fields
 * are written again; else the first seek throws away what it has compiled (0.2 s until that is as fast again).
 */
export function beginRun(document: Scenario, models: Models, catalog: Catalog): Run {
  return startRun(document, models, catalog, startRun(document, models, catalog).simulation.save());
}
