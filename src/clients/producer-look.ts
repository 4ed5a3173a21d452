/** The picture of a producer: what waits for room, or what it made last. */
import type { Look, LookCell } from '../brokers/contract.ts';
import type { Messages } from '../history/messages.ts';
import { number } from './look.ts';
import type { Producer } from './producer.ts';

const NEWEST = 8;
/** How far back the newest of this producer are looked for among those of all. */
const LOOKED_AT = 200;

export function producerLook(producer: Producer, messages: Messages, cells: number, rate: number): Look {
  const { counts, waiting, blocked } = producer.publications;
  const gauges: Look['gauges'][number][] = [
    { name: 'sent', value: String(counts.sent) },
    { name: 'confirmed', value: String(counts.confirmed) },
  ];
  if (counts.refused > 0) gauges.push({ name: 'refused', value: String(counts.refused), tone: 'bad' });
  if (counts.unknown > 0) gauges.push({ name: 'unknown', value: String(counts.unknown), tone: 'warn' });
  if (counts.returned > 0) gauges.push({ name: 'returned', value: String(counts.returned), tone: 'warn' });
  if (counts.shed > 0) gauges.push({ name: 'shed', value: String(counts.shed), tone: 'warn' });
  if (waiting.length > 0) gauges.push({ name: 'waiting', value: String(waiting.length), tone: 'warn' });
  const cell = (message: number, state: LookCell['state']): LookCell => ({ message, copy: -1, state, redelivered: false });
  const shown = waiting.slice(0, cells);
  const lane = shown.length > 0 ? { cells: shown.map((w) => cell(w.message, 'held')), more: waiting.length - shown.length } : { cells: newestOf(producer.number, messages).map((m) => cell(m, 'ready')), more: 0, past: true };
  return { lanes: [lane], gauges, health: blocked ? 'held back' : `${number(rate)}/s`, ...(blocked ? { tone: 'warn' as const } : {}) };
}
function newestOf(producer: number, messages: Messages): number[] {
  const newest: number[] = [];
  for (let m = messages.length - 1; messages.has(m) && m > messages.length - LOOKED_AT && newest.length < NEWEST; m--) if (messages.producer(m) === producer) newest.push(m);
  return newest.reverse();
}
