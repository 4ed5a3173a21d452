import { expect, it } from 'vitest';
import type { PlaceView } from '../../worker/protocol.ts';
import { facesOf, Turns } from './faces.ts';

const place = (id: string, ready: string, message: number): PlaceView => ({ id, lanes: [{ label: 'orders', more: 0, cells: [{ message, key: 0, seq: 1, state: 'ready' }] }], gauges: [{ name: 'ready', value: ready }] });

it('a place that reads the same stays the same object, though other messages lie in it', () => {
  const before = facesOf([place('a', '1', 1), place('b', '1', 2)], new Map());
  const after = facesOf([place('a', '1', 3), place('b', '2', 2)], before);
  expect(after.get('a')).toBe(before.get('a'));
  expect(after.get('b')).not.toBe(before.get('b'));
});
it.each<[string, Partial<PlaceView>]>([
  ['its health', { health: '1 duplicate' }],
  ['its tone', { tone: 'bad' }],
  [
    'a gauge more',
    {
      gauges: [
        { name: 'ready', value: '1' },
        { name: 'unacked', value: '0' },
      ],
    },
  ],
  ['the tone of a gauge', { gauges: [{ name: 'ready', value: '1', tone: 'warn' }] }],
  ['a note of a lane', { lanes: [{ label: 'orders', note: 'rebalance', more: 0, cells: [] }] }],
  ['no lane', { lanes: [] }],
])('%s is read anew', (_, change) => {
  const before = facesOf([place('a', '1', 1)], new Map());
  const after = facesOf([{ ...place('a', '1', 1), ...change }], before);
  expect(after.get('a')).not.toBe(before.get('a'));
});
it('a place that is gone is gone', () => {
  expect([...facesOf([], facesOf([place('a', '1', 1)], new Map())).keys()]).toEqual([]);
});

const many = (ready: string) =>
  facesOf(
    Array.from({ length: 100 }, (_, i) => place(`n${i}`, ready, i)),
    new Map(),
  );
it('of many cards a part is written anew at a time, and those that waited longest first', () => {
  const turns = new Turns();
  let shown = many('1');
  turns.add(many('2'), shown);
  shown = turns.take(shown);
  const written = () => [...shown.values()].map((face) => face.gauges[0]?.value);
  expect(written().filter((value) => value === '2')).toHaveLength(20);
  turns.add(many('3'), shown);
  shown = turns.take(shown);
  expect(written()).toEqual([...Array<string>(20).fill('2'), ...Array<string>(20).fill('3'), ...Array<string>(60).fill('1')]);
  while (turns.some) shown = turns.take(shown);
  expect(new Set(written())).toEqual(new Set(['3']));
});
it('a few cards are written anew at once', () => {
  const turns = new Turns();
  const shown = facesOf([place('a', '1', 1), place('b', '1', 2)], new Map());
  const next = facesOf([place('a', '2', 1), place('b', '1', 2)], shown);
  turns.add(next, shown);
  expect(turns.take(shown)).toEqual(next);
  expect(turns.some).toBe(false);
});
it('a card that is gone waits no longer', () => {
  const turns = new Turns();
  const shown = many('1');
  turns.add(many('2'), shown);
  turns.add(facesOf([place('n0', '2', 0)], new Map()), shown);
  expect([...turns.take(shown)].filter(([, face]) => face.gauges[0]?.value === '2').map(([id]) => id)).toEqual(['n0']);
  expect(turns.some).toBe(false);
});
