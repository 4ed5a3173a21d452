/**
 * What a long run lets go of. A checkpoint holds everything that anybody can speak of again, else the run could not go on from it:
 * the messages whose numbers are nowhere in it are forgotten. A number that only looks like a message's keeps that one's chunk; that does no harm.
 */
import { numbersIn } from '../base/numbers-in.ts';
import { isPages } from '../base/pages.ts';
import { CHUNK } from '../base/table.ts';
import { messagesNamed, newestOf } from '../history/history.ts';
import { onlySpokenOf } from '../history/messages.ts';
import type { SimulationState } from './simulation.ts';

/** Resident entries of a checkpoint that lies outside of the history's window. */
const LEAN = 65_536;

/** Tells every number in what a checkpoint says of those who act and those who judge. Pages say something of each message or copy, and name none: what they know of it is asked for when somebody else speaks of it. */
export function spokenOf({ kernel, network, rooms, clients, folds }: SimulationState, see: (number: number) => void): void {
  numbersIn([kernel, network, rooms, clients, folds], see, isPages);
}
/** By number of the chunk: whether one of its messages can be spoken of again, or is named in the history's window. */
export function chunksSpokenOf(state: SimulationState): (chunk: number) => boolean {
  const { length } = state.messages.rows;
  const chunks = new Uint8Array(Math.ceil(length / CHUNK));
  const see = (number: number) => {
    if (number >= 0 && number < length) chunks[(number / CHUNK) | 0] = 1;
  };
  spokenOf(state, see);
  messagesNamed(state.history, see);
  return (chunk) => chunks[chunk] === 1;
}
/** The same moment with less of what went before it: enough to tell causes, and the rest is a seek away. */
export function lean(state: SimulationState): SimulationState {
  const shorter = { ...state, history: newestOf(state.history, LEAN) };
  return { ...shorter, messages: onlySpokenOf(state.messages, chunksSpokenOf(shorter)) };
}
