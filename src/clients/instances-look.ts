/** The picture of instances: a lane for each, what went through lately, and how they fare. */
import { spanText } from '../base/time.ts';
import type { Look, LookCell, Portion } from '../brokers/contract.ts';
import type { Instances, InstancesPlan } from './instances.ts';
import { conditionOf, number, pastLane } from './look.ts';
import { LANES } from './settings.ts';

/** How far back a lane shows when its instance was given nothing, µs. */
const STRIP = 10e6;
function shared(portion: Portion | undefined, now: number): Pick<Look['lanes'][number], 'parts' | 'stops'> {
  if (!portion) return {};
  const at = (time: number) => Math.max(0, 1 - (now - time) / STRIP);
  return { parts: portion.parts, stops: portion.stops.filter(([, to]) => to > now - STRIP).map(([from, to]) => [at(from), at(to)] as const) };
}
/** @param done what it has done, the first of the gauges, and others that come after; @param pressed what weighs upon it from outside */
export function instancesLook(client: Instances<InstancesPlan>, now: number, cells: number, rate: number, [done, ...more]: readonly Look['gauges'][number][], pressed?: string): Look {
  const { instances, concurrency, workshop } = client;
  const { counts } = workshop;
  const lanes = instances.map((instance, i): Look['lanes'][number] => {
    const label = client.name(i);
    if (!instance.up) return { label, cells: [], more: 0, tone: 'bad', note: instance.backAt > now ? `crashed, restarts in ${spanText(instance.backAt - now)}` : 'crashed' };
    const buffered = client.buffered(i);
    const work = instance.work.map((w): LookCell => ({ message: w.delivery.message, copy: w.delivery.copy, state: 'ready', redelivered: w.delivery.redelivered, duplicate: w.twice }));
    const held = buffered.slice(0, Math.max(0, cells - work.length)).map((d): LookCell => ({ message: d.message, copy: d.copy, state: 'held', redelivered: d.redelivered }));
    const portion = client.portion(i);
    return { label, cells: [...work, ...held], more: buffered.length - held.length, busy: instance.work.length / concurrency, ...shared(portion, now), ...(instance.armed ? { note: `will ${instance.armed.replaceAll('-', ' ')}`, tone: 'warn' as const } : {}) };
  });
  const up = instances.filter((i) => i.up).length;
  const working = instances.reduce((sum, i) => sum + i.work.length, 0);
  const waits = instances.some((_, i) => client.buffered(i).length > 0);
  const utilisation = now > 0 ? client.busyTime() / (now * Math.max(1, client.slots)) : 0;
  const gauges: Look['gauges'][number][] = [...(done ? [done] : []), { name: 'in work', value: String(working) }, { name: 'rate', value: `${number(rate)}/s` }, { name: 'utilisation', value: utilisation.toFixed(2), ...(utilisation > 0.95 ? { tone: 'warn' as const } : {}) }];
  if (counts.failed > 0) gauges.push({ name: 'failed', value: String(counts.failed), tone: 'warn' });
  if (counts.redelivered > 0) gauges.push({ name: 'redelivered', value: String(counts.redelivered), tone: 'warn' });
  gauges.push(...more);
  const saturated = up > 0 && working >= up * concurrency && waits;
  return {
    lanes: [...fewer(lanes, cells), pastLane(instances.flatMap((instance) => instance.past))],
    gauges,
    ...conditionOf(workshop, up < instances.length ? `${up} of ${instances.length} up` : undefined, pressed ?? (saturated ? 'saturated' : undefined), rate),
  };
}
/** As many lanes as the card has room for: those of the last instances become one. */
function fewer(lanes: readonly Look['lanes'][number][], cells: number): readonly Look['lanes'][number][] {
  if (lanes.length <= LANES) return lanes;
  const rest = lanes.slice(LANES - 1);
  const up = rest.filter((lane) => lane.busy !== undefined);
  const work = rest.flatMap((lane) => lane.cells);
  const shown = work.slice(0, cells);
  const busy = up.reduce((sum, lane) => sum + (lane.busy ?? 0), 0) / Math.max(1, up.length);
  const down = rest.length - up.length;
  const label = `+${rest.length}`;
  const more = rest.reduce((sum, lane) => sum + lane.more, 0) + work.length - shown.length;
  return [...lanes.slice(0, LANES - 1), down > 0 ? { label, cells: [], more: 0, tone: 'bad', note: `${down} of these ${rest.length} down` } : { label, cells: shown, more, busy }];
}
