import { expect, it } from 'vitest';
import type { Cell, Flight, PlaceView } from '../../worker/protocol.ts';
import type { Context } from './brush.ts';
import type { NodeBox, Wire } from './geometry.ts';
import { KEY_COLOURS } from './keys.ts';
import { createPainter, type Painter } from './painter.ts';

/** A canvas that counts what is done to it. */
function countingContext(): { readonly context: Context; count(what: string): number; reset(): void } {
  const done = new Map<string, number>();
  const told: Record<string, unknown> = { canvas: { width: 0, height: 0 }, measureText: () => ({ width: 30 }) };
  const context = new Proxy(told, {
    get: (target, what: string) => {
      if (what in target) return target[what];
      return () => void done.set(what, (done.get(what) ?? 0) + 1);
    },
    set: (target, what: string, value) => {
      done.set(`${what}=`, (done.get(`${what}=`) ?? 0) + 1);
      target[what] = value;
      return true;
    },
  });
  return { context: context as unknown as Context, count: (what) => done.get(what) ?? 0, reset: () => done.clear() };
}
const box = (id: string, x: number): NodeBox => ({ id, x, y: 0, w: 236, h: 90, lanes: [{ x: 10, y: 50, w: 216, scale: 1 }], container: false });
const wire: Wire = { id: 'w', from: 'a', to: 'b', derived: false, ports: [0, 0], points: [236, 45, 300, 45, 336, 45, 400, 45] };
const flight = (message: number): Flight => ({ id: message, link: 'w', message, key: message, seq: 1, departs: 0, arrives: 5e6 });
const cell = (message: number, more: Partial<Cell> = {}): Cell => ({ message, key: 1, seq: message, state: 'ready', ...more });
const place = (cells: readonly Cell[], more: Partial<PlaceView['lanes'][number]> = {}): PlaceView => ({ id: 'b', lanes: [{ cells, more: 0, ...more }], gauges: [] });

function painterAt(zoom: number): ReturnType<typeof countingContext> & { readonly painter: Painter } {
  const canvas = countingContext();
  const painter = createPainter(canvas.context);
  painter.camera({ x: 0, y: 0, zoom, width: 1000, height: 600, ratio: 1 });
  painter.geometry(new Map([box('a', 0), box('b', 400)].map((b) => [b.id, b])), new Map([[wire.id, wire]]));
  painter.clock(true, false);
  painter.paint(1000);
  return { ...canvas, painter };
}

it('five thousand flights are filled in one path per key colour, without letters', () => {
  const { painter, count, reset } = painterAt(1);
  painter.flights(
    Array.from({ length: 5000 }, (_, i) => flight(i)),
    0,
    {},
    1,
  );
  for (let wall = 1100; wall <= 1400; wall += 100) painter.paint(wall);
  reset();
  expect(painter.paint(1450)).toBe(true);
  expect(count('roundRect')).toBe(5000);
  expect(count('fill')).toBe(KEY_COLOURS.length);
  expect(count('fillText')).toBe(0);
});
it('of a few flights each has its letters', () => {
  const { painter, count, reset } = painterAt(1);
  painter.flights([flight(1), flight(2)], 0, {}, 1);
  reset();
  painter.paint(1050);
  expect(count('fillText')).toBe(2);
});
it('from afar cells are plain spots', () => {
  const { painter, count, reset } = painterAt(0.2);
  painter.picture([place([cell(1), cell(2, { state: 'held' })])]);
  reset();
  painter.paint(1050);
  expect([count('rect'), count('roundRect'), count('fillText')]).toEqual([2, 0, 0]);
});
it.each<[string, PlaceView['gauges'], number, readonly string[]]>([
  [
    'the first number that is not 0',
    [
      { name: 'ready', value: '0' },
      { name: 'unacked', value: '151' },
    ],
    0.4,
    ['unacked 151'],
  ],
  [
    'the one that is abnormal',
    [
      { name: 'sent', value: '9' },
      { name: 'ready', value: '63 ↑ 8/s', tone: 'warn' },
    ],
    0.4,
    ['ready 63 ↑ 8/s'],
  ],
  ['none that is not on the card', [{ name: 'oldest', value: '3 s', tone: 'bad', minor: true }], 0.4, []],
  ['nothing where nobody could read it', [{ name: 'ready', value: '7' }], 0.2, []],
  ['nothing where the card writes it itself', [{ name: 'ready', value: '7' }], 1, []],
])('from afar the painter writes %s', (_, gauges, zoom, words) => {
  const { painter, context } = painterAt(zoom);
  const written: string[] = [];
  Reflect.set(context, 'fillText', (text: string) => written.push(text));
  painter.picture([{ ...place([]), gauges }]);
  painter.paint(1050);
  expect(written).toEqual(words);
});
it('what is outside of the view is not drawn', () => {
  const { painter, count, reset } = painterAt(1);
  painter.picture([place([cell(1), cell(2)], { busy: 0.5 })]);
  painter.camera({ x: -2000, y: 0, zoom: 1, width: 1000, height: 600, ratio: 1 });
  reset();
  painter.paint(1050);
  expect([count('fill'), count('fillText')]).toEqual([0, 0]);
});
it('a message on its way to a place is an outline there until it lands', () => {
  const { painter, count, reset } = painterAt(1);
  painter.picture([place([cell(7)])]);
  painter.flights([{ ...flight(7), arrives: 1000 }], 0, {}, 1);
  reset();
  painter.paint(1050);
  expect([count('fill'), count('stroke')]).toEqual([1, 1]);
  for (let wall = 1100; wall <= 1600; wall += 50) painter.paint(wall);
  reset();
  expect(painter.paint(1650)).toBe(false);
  expect([count('fill'), count('stroke')]).toEqual([1, 0]);
});
it('the font is set once for letters of one size, however many cells there are', () => {
  const { painter, count, reset } = painterAt(1);
  painter.picture([place(Array.from({ length: 8 }, (_, i) => cell(i)))]);
  reset();
  painter.paint(1050);
  expect([count('fillText'), count('font=')]).toEqual([8, 1]);
});
it('the next hop is not seen before the last one has landed', () => {
  const { painter, count, reset } = painterAt(1);
  painter.geometry(new Map([box('a', 0), box('b', 400)].map((b) => [b.id, b])), new Map([wire, { ...wire, id: 'back', from: 'b', to: 'a' }].map((w) => [w.id, w])));
  painter.flights(
    [
      { ...flight(1), arrives: 1000 },
      { ...flight(1), id: 2, link: 'back', departs: 1000, arrives: 2000 },
    ],
    0,
    {},
    1,
  );
  reset();
  painter.paint(1050);
  expect(count('roundRect')).toBe(1);
});
it('more than a thousand flights are a crowd, until they have landed', () => {
  const { painter } = painterAt(1);
  const some = (count: number) => Array.from({ length: count }, (_, i) => flight(i));
  painter.flights(some(1000), 0, {}, 1);
  expect(painter.crowded).toBe(false);
  painter.flights(some(1), 0, {}, 1);
  expect(painter.crowded).toBe(true);
  for (let wall = 1000; wall < 8000; wall += 100) painter.paint(wall);
  expect(painter.crowded).toBe(false);
});
it('another epoch takes away what flew', () => {
  const { painter } = painterAt(1);
  painter.flights([flight(1)], 0, {}, 1);
  expect(painter.paint(1050)).toBe(true);
  painter.flights([], 1, {}, 1);
  expect(painter.paint(1100)).toBe(false);
});
