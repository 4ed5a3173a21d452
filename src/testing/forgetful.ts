/** Runs in which whoever speaks of a message that no checkpoint mentioned is caught. */
import { CHUNK } from '../base/table.ts';
import { spokenOf } from '../simulation/forgetting.ts';
import type { Simulation, SimulationState } from '../simulation/simulation.ts';

/** The first message of a run that has forgotten all before: no other number of a small run is as large, and as small as this. */
const FAR = 250 * CHUNK;

/** A run's beginning, as if many messages had been there and were forgotten. */
export function farAlong(beginning: SimulationState): SimulationState {
  return { ...beginning, messages: { ...beginning.messages, rows: { length: FAR, first: FAR, full: [], last: [] } } };
}
/** From now on only what the checkpoint mentions, and what comes to be later, may be spoken of. @throws where another is */
export function forgetAllBut({ messages }: Simulation, state: SimulationState): void {
  const known = new Set<number>();
  spokenOf(state, (number) => known.add(number));
  const newest = messages.length;
  for (const fact of ['producedAt', 'key', 'seq', 'producer', 'size', 'priority', 'poison'] as const) {
    const ask = messages[fact] as (message: number) => never;
    messages[fact] = (message: number): never => {
      if (message < newest && !known.has(message)) throw new RangeError(`message ${message} is spoken of, and the checkpoint did not mention it`);
      return ask(message);
    };
  }
}
