import { expect, it } from 'vitest';
import type { PlaceView } from '../../worker/protocol.ts';
import { hopsOf, Lag } from './lag.ts';
import type { Wire } from './geometry.ts';
import { HOP } from './presentation.ts';

const wire = (from: string, to: string): Wire => ({ id: `${from}-${to}`, from, to, derived: false, ports: [0, 0], points: [0, 0, 0, 0, 0, 0, 0, 0] });
const CHAIN = [wire('shop', 'orders'), wire('orders', 'queue'), wire('queue', 'worker')];
const places = (mark: number): PlaceView[] => ['shop', 'orders', 'queue', 'worker'].map((id) => ({ id, lanes: [], gauges: [{ name: 'mark', value: String(mark) }] }));
const shown = (views: readonly PlaceView[] | null) => views?.map((v) => v.gauges[0]?.value);
function lagOf(wires: readonly Wire[]): Lag {
  const lag = new Lag();
  lag.wires(new Map(wires.map((w) => [w.id, w])));
  return lag;
}

it('a place is as many hops away as the shortest way from where messages come from', () => {
  expect(Object.fromEntries(hopsOf([...CHAIN, wire('shop', 'queue')]))).toEqual({ shop: 0, orders: 1, queue: 1, worker: 2 });
});
it('what goes round and round is not ever later, nor is what lies beyond the fourth hop', () => {
  expect(hopsOf([wire('shop', 'a'), wire('a', 'b'), wire('b', 'a')]).get('b')).toBe(2);
  expect(hopsOf([wire('a', 'b'), wire('b', 'a')]).size).toBe(0);
  const long = hopsOf(Array.from({ length: 9 }, (_, i) => wire(String(i), String(i + 1))));
  expect(long.get('9')).toBeUndefined();
});
it('a place is shown as it was when what lands now began to fly', () => {
  const lag = lagOf(CHAIN);
  lag.add(0, places(0));
  expect(shown(lag.at(0))).toEqual(['0', '0', '0', '0']);
  lag.add(100, places(1));
  expect(shown(lag.at(100))).toEqual(['1', '0', '0', '0']);
  expect(lag.behind).toBe(true);
  expect(lag.at(101)).toBeNull();
  expect(shown(lag.at(100 + HOP))).toEqual(['1', '1', '0', '0']);
  expect(shown(lag.at(100 + 3 * HOP))).toEqual(['1', '1', '1', '1']);
  lag.at(100 + 4 * HOP);
  expect(lag.behind).toBe(false);
});
it('after a jump only the newest picture counts', () => {
  const lag = lagOf(CHAIN);
  lag.add(0, places(0));
  lag.at(0);
  lag.add(100, places(1));
  lag.catchUp();
  expect(shown(lag.at(100))).toEqual(['1', '1', '1', '1']);
});
it('a single step is seen at once where it happens, and then behind it', () => {
  const lag = lagOf(CHAIN);
  lag.startAt(['queue']);
  expect([lag.of('queue'), lag.of('worker')]).toEqual([0, HOP]);
  lag.startAt([]);
  expect([lag.of('queue'), lag.of('worker')]).toEqual([2 * HOP, 3 * HOP]);
});
it('who takes pictures and shows none keeps few of them', () => {
  const lag = lagOf(CHAIN);
  for (let i = 0; i < 1000; i++) lag.add(0, places(i));
  expect(shown(lag.at(0))).toEqual(['999', '960', '960', '960']);
});
