/** How far a model is proved: what a real broker was recorded doing, what its documentation says, and what the model makes simpler. */
import type { RoomDescriptor, Rule, Rules } from './descriptor.ts';

export interface Proof {
  readonly rules: number;
  readonly recorded: number;
  readonly documented: number;
  readonly simplified: number;
}
export const isRecorded = (rule: Rule): boolean => (rule.recorded?.length ?? 0) > 0;

export function proofOf(rules: Rules, room: Pick<RoomDescriptor, 'simplifications'>): Proof {
  const all = Object.values(rules);
  const recorded = all.filter(isRecorded).length;
  return { rules: all.length, recorded, documented: all.length - recorded, simplified: room.simplifications.length };
}
/** "70 rules: 38 recorded on a real broker, 32 documented; 9 simplifications" */
export function proofText({ rules, recorded, documented, simplified }: Proof): string {
  const parts = [...(recorded > 0 ? [`${recorded} recorded on a real broker`] : []), `${documented} documented`];
  return `${rules} rules: ${parts.join(', ')}; ${simplified} simplification${simplified === 1 ? '' : 's'}`;
}
/** The versions between which a rule holds, in words; '' for all. */
export function versionsText({ since, until }: Rule): string {
  if (since !== undefined) return until === undefined ? `since ${since}` : `${since} to ${until}`;
  return until === undefined ? '' : `up to ${until}`;
}
