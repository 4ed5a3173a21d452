import { expect, it } from 'vitest';
import type { Entry } from '../history/entries.ts';
import { KINDS } from '../history/entries.ts';
import { Meter } from './meter.ts';

type Effect = readonly [at: number, took: number];
const meter = (effects: readonly Effect[]) => new Meter({ history: { text: () => 'shop', find: () => 0 }, messages: { producedAt: (message: number) => (effects[message]?.[0] ?? 0) - (effects[message]?.[1] ?? 0) } } as unknown as ConstructorParameters<typeof Meter>[0]);
/** Shows the effects from one on, each of a message of its own. */
function shown(to: Meter, effects: readonly Effect[], from = 0): Meter {
  for (let message = from; message < effects.length; message++) to.see({ kind: 'effect', code: KINDS.indexOf('effect'), time: effects[message]?.[0], place: 0, message, copy: -1, attempt: 1, detail: 0 } as Entry);
  return to;
}
const MS = 1000;

it('quantiles of latency are those of the last second, so that one slow effect is seen for a second and no longer', () => {
  const effects = Array.from({ length: 40 }, (_, i) => [i * 100 * MS + 50 * MS, i === 10 ? 900 * MS : 10 * MS] as const);
  const { p50, p99 } = shown(meter(effects), effects).seriesNow();
  expect(p50.every((us) => Math.abs((us as number) / (10 * MS) - 1) < 0.07)).toBe(true);
  expect(p99.map((us) => (us as number) > 500 * MS)).toEqual(Array.from({ length: p99.length }, (_, i) => i >= 10 && i < 20));
});
it('a pause of less than a second leaves no hole, a longer one does', () => {
  const effects = [50, 650, 2650].map((at) => [at * MS, 10 * MS] as const);
  const { p99 } = shown(meter(effects), effects).seriesNow();
  expect(p99.map((us) => us === null)).toEqual(Array.from({ length: 26 }, (_, i) => i >= 16));
});
it('a meter that is saved and loaded goes on as it was', () => {
  const effects = Array.from({ length: 20 }, (_, i) => [i * 100 * MS + 50 * MS, i === 5 ? 900 * MS : 10 * MS] as const);
  const loaded = meter(effects);
  loaded.load(shown(meter(effects), effects.slice(0, 8)).save());
  expect(shown(loaded, effects, 8).seriesNow()).toEqual(shown(meter(effects), effects).seriesNow());
});
