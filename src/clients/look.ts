/** What the pictures of clients have in common. */
import type { Look, LookCell } from '../brokers/contract.ts';
import type { Past, Workshop } from './workshop.ts';

export const number = (n: number) => (n >= 100 ? String(Math.round(n)) : String(Math.round(n * 10) / 10));

/** What went through lately, in the order in which it was done, whichever instance did it. */
export function pastLane(past: readonly Past[]): Look['lanes'][number] {
  const latest = [...past].sort((a, b) => a.entry - b.entry).slice(-10);
  return { label: 'just processed', past: true, more: 0, cells: latest.map((p): LookCell => ({ message: p.message, copy: -1, state: 'ready', redelivered: p.redelivered, duplicate: p.duplicate })) };
}
/** The word in the header: the worst that can be said. */
export function conditionOf({ counts, outage, slowed }: Workshop, down: string | undefined, pressed: string | undefined, rate: number): Pick<Look, 'health' | 'tone'> {
  if (counts.duplicates > 0) return { health: `${counts.duplicates} duplicate${counts.duplicates === 1 ? '' : 's'}`, tone: 'bad' };
  if (down !== undefined) return { health: down, tone: 'bad' };
  if (outage) return { health: 'dependency down', tone: 'bad' };
  if (slowed !== 1) return { health: `slowed ×${slowed}`, tone: 'warn' };
  return pressed === undefined ? { health: `${number(rate)}/s` } : { health: pressed, tone: 'warn' };
}
