/** The picture of a function: a lane for each of its first environments, what went through lately, and how it fares. */
import { spanText } from '../base/time.ts';
import type { Look, LookCell } from '../brokers/contract.ts';
import type { ServerlessFunction } from './function.ts';
import { conditionOf, pastLane } from './look.ts';
import { LANES } from './settings.ts';

/** A throttle shows in the header for so long, µs. */
const PRESSED = 1_000_000;

export function functionLook(client: ServerlessFunction, now: number, cells: number, rate: number): Look {
  const { environments, counts, workshop } = client;
  const { limit, busy } = environments;
  const lanes = Array.from({ length: Math.max(1, Math.min(LANES, limit)) }, (_, i) => laneOf(client, i, now, cells));
  const gauges: Look['gauges'][number][] = [
    { name: 'invocations', value: String(counts.invocations) },
    { name: 'running', value: `${busy} of ${limit}`, ...(busy >= limit ? { tone: 'warn' as const } : {}) },
  ];
  if (counts.throttled > 0) gauges.push({ name: 'throttled', value: String(counts.throttled), tone: 'warn' });
  if (counts.timeouts > 0) gauges.push({ name: 'timeouts', value: String(counts.timeouts), tone: 'bad' });
  if (counts.errors > 0) gauges.push({ name: 'errors', value: String(counts.errors), tone: 'warn' });
  gauges.push({ name: 'cold starts', value: String(environments.coldStarts) }, { name: 'duration', value: spanText(Math.round(client.meanDuration)) }, { name: 'environments', value: String(environments.count) });
  if (workshop.counts.redelivered > 0) gauges.push({ name: 'redelivered', value: String(workshop.counts.redelivered), tone: 'warn' });
  const throttled = limit === 0 || (client.throttledAt >= 0 && now - client.throttledAt < PRESSED);
  return { lanes: [...lanes, pastLane(client.past)], gauges, ...conditionOf(workshop, undefined, throttled ? 'throttled' : undefined, rate) };
}
function laneOf(client: ServerlessFunction, i: number, now: number, cells: number): Look['lanes'][number] {
  const { environments } = client;
  const label = environments.name(i);
  const environment = environments.at(i);
  const armed = client.armed(i);
  if (environments.limit === 0) return { label, cells: [], more: 0, end: 'no room', tone: 'bad' };
  if (!environment) return { label, cells: [], more: 0 };
  const invocation = client.invocation(i);
  const work = invocation?.work;
  const cellOf = (d: { readonly message: number; readonly copy: number; readonly redelivered: boolean }, state: LookCell['state'], duplicate = false): LookCell => ({ message: d.message, copy: d.copy, state, redelivered: d.redelivered, ...(duplicate ? { duplicate } : {}) });
  const later = invocation?.deliveries.slice(invocation.outcomes.length + (work ? 1 : 0)) ?? [];
  const shown = [...(work ? [cellOf(work.delivery, 'ready', work.twice)] : []), ...later.map((d) => cellOf(d, 'held'))].slice(0, cells);
  const end = environment.readyAt > now ? `cold start ${spanText(environment.coldStart)}` : armed ? armed.replaceAll('-', ' ') : invocation ? undefined : 'warm';
  return { label, cells: shown, more: later.length + (work ? 1 : 0) - shown.length, ...(end === undefined ? {} : { end }), ...(environment.readyAt > now || armed ? { tone: 'warn' as const } : {}) };
}
