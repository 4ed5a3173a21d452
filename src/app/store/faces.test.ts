import { expect, it } from 'vitest';
import type { PlaceView } from '../../worker/protocol.ts';
import { facesOf } from './faces.ts';

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
