import { expect, it } from 'vitest';
import { along, type Box, CELL, curve, type Ports, type Wire } from './geometry.ts';
import { type Spot, spotsOf } from './labels.ts';

const card = (x: number, y: number): Box => ({ x, y, w: 180, h: 90 });
function wire(id: string, from: Box, to: Box, ports: Ports = [0, 0]): Wire {
  return { id, from: '', to: '', derived: false, ports, ...curve(from, to, false, ports) };
}
const boxOf = (w: Wire, { part, dx, dy, w: width }: Spot): Box => {
  const [x, y] = along(w, part);
  return { x: x + dx - width / 2, y: y + dy - 6.5, w: width, h: 13 };
};
const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
function laid(wires: readonly Wire[], words: readonly string[], cards: readonly Box[]): Box[] {
  const spots = spotsOf(new Map(wires.map((w) => [w.id, w])), new Map(wires.map((w, i) => [w.id, words[i] ?? ''])), cards);
  return wires.flatMap((w) => (spots.has(w.id) ? [boxOf(w, spots.get(w.id) as Spot)] : []));
}
const from = card(0, 200);
const fan = [card(300, 40), card(300, 200), card(300, 360)];
const wires = fan.map((to, i) => wire(`w${i}`, from, to, [(i - 1) * 16, 0]));

it('words stand clear of cards, of each other and of what flies', () => {
  const boxes = laid(wires, ['order.*', 'order.*', '#'], [from, ...fan]);
  expect(boxes).toHaveLength(3);
  for (const [i, box] of boxes.entries()) {
    expect([from, ...fan].filter((c) => overlap(box, c))).toEqual([]);
    expect(boxes.filter((other, j) => j !== i && overlap(box, other))).toEqual([]);
    for (let t = 0; t <= 1; t += 0.05) {
      const [x, y] = along(wires[i] as Wire, t);
      expect(overlap(box, { x: x - CELL.w / 2, y: y - CELL.h / 2, w: CELL.w, h: CELL.h }), `${t}`).toBe(false);
    }
  }
});
it('what has no room is cut rather than written over a card', () => {
  const to = card(240, 200);
  const [box] = laid([wire('w', from, to)], ['orders.placed.in.europe.and.elsewhere'], [from, to]);
  expect(box && [from, to].filter((c) => overlap(box, c))).toEqual([]);
});
it('a wire without words has no place for them', () => {
  expect(laid(wires, ['', '', ''], [])).toEqual([]);
});
