/** Where the words of wires stand: beside the way of the messages, clear of cards and of each other. Canvas units. */
import { along, type Box, CELL, type Curve, type Wire } from './geometry.ts';

/** Of a label's letters. */
const LETTER = 6.4;
const HEIGHT = 13;
/** Room between a label and what flies by. */
const CLEAR = 2;
/** Points along a wire at which it is looked whether a label lies in its way. */
const SAMPLES = 14;
/** Parts of the way at which a label may stand, the best first. */
const PARTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/** What each thing that a label lies on costs, and what it costs to stand elsewhere than in the middle. */
const COST = { card: 100, label: 60, rate: 20, way: 8, off: 6, side: 1 };
/** Where a stream has its number: in the middle of its wire. */
const RATE = { w: 46, h: 18 };

/** A label stands at a part of its wire's way, its centre so far from there. */
export interface Spot {
  readonly part: number;
  readonly dx: number;
  readonly dy: number;
  /** What it may be wide. */
  readonly w: number;
}
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const around = (x: number, y: number, w: number, h: number): Box => ({ x: x - w / 2, y: y - h / 2, w, h });

/** @param labels by wire; @param cards what no label should lie on */
export function spotsOf(wires: ReadonlyMap<string, Wire>, labels: ReadonlyMap<string, string>, cards: readonly Box[]): ReadonlyMap<string, Spot> {
  const rates = [...wires.values()].filter((wire) => !wire.derived).map((wire) => around(...along(wire, 0.5), RATE.w, RATE.h));
  const ways = [...wires.values()].map((wire) => ({ reach: reachOf(wire), points: Array.from({ length: SAMPLES + 1 }, (_, i) => along(wire, i / SAMPLES)) }));
  const written: Box[] = [];
  const out = new Map<string, Spot>();
  for (const [id, label] of labels) {
    const wire = wires.get(id);
    if (!wire || label === '') continue;
    const w = label.length * LETTER;
    const room = grow(reachOf(wire), w + CELL.w + 20);
    const near = {
      cards: cards.filter((c) => overlap(room, c)),
      written: written.filter((b) => overlap(room, b)),
      rates: rates.filter((b) => overlap(room, b)),
      points: ways.filter((way) => overlap(room, way.reach)).flatMap((way) => way.points.filter(([x, y]) => x > room.x && x < room.x + room.w && y > room.y && y < room.y + room.h)),
    };
    const { spot, box } = bestOf(wire, w, near);
    written.push(box);
    out.set(id, spot);
  }
  return out;
}
interface Near {
  readonly cards: readonly Box[];
  readonly written: readonly Box[];
  readonly rates: readonly Box[];
  readonly points: readonly (readonly [number, number])[];
}
function bestOf(wire: Wire, w: number, near: Near): { readonly spot: Spot; readonly box: Box } {
  let best: { readonly spot: Spot; readonly box: Box; readonly cost: number } | undefined;
  const up = (CELL.h + HEIGHT) / 2 + CLEAR;
  const aside = (CELL.w + w) / 2 + CLEAR + 2;
  const sides = [
    [0, -up],
    [0, up],
    [aside, 0],
    [-aside, 0],
    [aside, -up],
    [-aside, -up],
    [aside, up],
    [-aside, up],
  ] as const;
  for (const part of PARTS) {
    const [x, y] = along(wire, part);
    sides.forEach(([dx, dy], n) => {
      const stands = COST.off * Math.abs(part - 0.5) + COST.side * Math.min(n, 4);
      // The first places are the best: where one is clear no other is looked at.
      if (best && stands >= best.cost) return;
      const box = around(x + dx, y + dy, w, HEIGHT);
      const cost =
        stands +
        COST.card * near.cards.filter((c) => overlap(box, c)).length +
        COST.label * near.written.filter((b) => overlap(box, b)).length +
        COST.rate * near.rates.filter((b) => overlap(box, b)).length +
        COST.way * near.points.filter(([px, py]) => Math.abs(px - x - dx) < (w + CELL.w) / 2 && Math.abs(py - y - dy) < (HEIGHT + CELL.h) / 2).length;
      if (!best || cost < best.cost) best = { spot: { part, dx, dy, w }, box, cost };
    });
  }
  const found = best as NonNullable<typeof best>;
  if (found.cost < COST.card) return found;
  // Nowhere is room for all of it: it is cut rather than written over cards.
  const [x, y] = along(wire, 0.5);
  const cut = Math.max(40, Math.min(w, Math.abs(wire.points[6] - wire.points[0]) - 4));
  return { spot: { part: 0.5, dx: 0, dy: -up, w: cut }, box: around(x, y - up, cut, HEIGHT) };
}
/** The box in which a curve lies. */
function reachOf({ points: [a, b, c, d, e, f, g, h] }: Curve): Box {
  const [x, y] = [Math.min(a, c, e, g), Math.min(b, d, f, h)];
  return { x, y, w: Math.max(a, c, e, g) - x, h: Math.max(b, d, f, h) - y };
}
const grow = (b: Box, by: number): Box => ({ x: b.x - by, y: b.y - by, w: b.w + 2 * by, h: b.h + 2 * by });
