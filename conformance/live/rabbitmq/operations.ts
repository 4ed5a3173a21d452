import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';
import { declaring } from './play/declaring.ts';
import { queues } from './play/queues.ts';
import { routing } from './play/routing.ts';
import { streams } from './play/streams.ts';
import { waiting } from './play/waiting.ts';

/** Kinds of random cases; what takes real time is played only when it is asked for. */
const KINDS: Readonly<Record<string, (d: Dice, version: string) => Player>> = { queues, routing, streams, declaring, waiting };
const QUICK = ['queues', 'queues', 'routing', 'streams', 'declaring'];

export function player(d: Dice, about: string | undefined, version: string): Player {
  const kind = KINDS[about ?? d.pick(QUICK)];
  if (kind === undefined) throw new Error(`nobody plays ${about}: ${Object.keys(KINDS).join(', ')}`);
  return kind(d, version);
}
