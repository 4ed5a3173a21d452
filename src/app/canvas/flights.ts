/** What flies between places: messages one by one, and, where they are too many for the eye, streams with a number. */
import type { Flight } from '../../worker/protocol.ts';
import { type Brush, type Pen, Sheet, type Word } from './brush.ts';
import { along, CELL, FAR, type Wire } from './geometry.ts';
import { KEY_COLOURS } from './keys.ts';
import { type Airborne, FASTEST, launch, progress, SHORTEST, strength } from './presentation.ts';

const FILLED = KEY_COLOURS.map((_, colour): Pen => ({ colour }));
const REDELIVERED: Pen = { colour: 'redelivered', line: 1.8, grow: 1.5 };
const BACK: Pen = { colour: 'lost', line: 1.8, grow: 1.5, dash: [3, 2] };
const FOLLOWED: Pen = { colour: 'accent', line: 2.4, grow: 4 };
const PENS = [...FILLED, REDELIVERED, BACK, FOLLOWED];
/** Of so many in view each has its letters; of more nobody reads one. */
const READABLE = 300;
/** From so many on, in view or not, they are a crowd. */
const CROWD = 1000;
/** What starts on a wire at once starts one after the other, so many cells apart; but no later than this, ms. */
const APART = 1.1;
const PATIENCE = 160;

/** How late what happens at a place is seen, ms. */
export type Lateness = (place: string) => number;

export class Flights {
  private air: Airborne[] = [];
  private byMessage = new Map<number, Airborne[]>();
  private streams: ReadonlyMap<string, number> = new Map();
  /** When the last flight of a wire, in one direction, started. */
  private readonly starts = new Map<string, number>();
  private readonly sheet = new Sheet(PENS);

  get some(): boolean {
    return this.air.length > 0 || this.streams.size > 0;
  }
  get crowded(): boolean {
    return this.air.length > CROWD;
  }
  clear(): void {
    this.air = [];
    this.byMessage.clear();
    this.starts.clear();
  }
  /** Whether a message is on its way to a place. */
  coming(message: number, place: string): boolean {
    return this.byMessage.get(message)?.some((a) => a.target === place) ?? false;
  }
  /** @param rates messages per second of virtual time by link; `speed` virtual seconds per wall second */
  measure(rates: Readonly<Record<string, number>>, speed: number): void {
    const pace = Number.isFinite(speed) ? speed : 1000;
    this.streams = new Map(Object.entries(rates).filter(([, rate]) => rate * pace > FASTEST));
  }
  launch(batch: readonly Flight[], wires: ReadonlyMap<string, Wire>, time: number, speed: number, lateness: Lateness): void {
    // Flat out nobody sees one fly: what has not become a stream yet is about to.
    if (!Number.isFinite(speed)) return;
    for (const flight of batch) {
      const wire = wires.get(flight.link);
      if (!wire || this.streams.has(flight.link)) continue;
      const [start, target] = flight.back ? [wire.to, wire.from] : [wire.from, wire.to];
      const others = this.byMessage.get(flight.message) ?? [];
      const late = lateness(start);
      // The next hop of a message is not seen before the last one has landed.
      const before = others.findLast((a) => a.target === start);
      const soonest = Math.max(time + late, before ? before.from + before.lasts : 0);
      const way = flight.back ? `${flight.link} back` : flight.link;
      const from = Math.max(soonest, Math.min(soonest + PATIENCE, (this.starts.get(way) ?? -Infinity) + headway(wire)));
      this.starts.set(way, from);
      const airborne = launch(flight, target, from, speed, time + lateness(target) - from);
      this.air.push(airborne);
      others.push(airborne);
      this.byMessage.set(flight.message, others);
    }
  }
  /** What has landed by then is gone. */
  land(time: number): void {
    const landed = this.air.filter((a) => progress(a, time) >= 1);
    if (landed.length === 0) return;
    this.air = this.air.filter((a) => progress(a, time) < 1);
    for (const { flight } of landed) {
      const left = this.byMessage.get(flight.message)?.filter((a) => progress(a, time) < 1) ?? [];
      if (left.length === 0) this.byMessage.delete(flight.message);
      else this.byMessage.set(flight.message, left);
    }
  }
  draw(brush: Brush, wires: ReadonlyMap<string, Wire>, time: number): void {
    const here: (Word & { readonly flight: Flight; readonly strength: number })[] = [];
    for (const a of this.air) {
      const { flight } = a;
      const wire = wires.get(flight.link);
      const t = progress(a, time);
      if (!wire || t < 0) continue;
      const [x, y] = along(wire, flight.back ? 1 - t : t);
      if (brush.sees(x - CELL.w, y - CELL.h, 2 * CELL.w, 2 * CELL.h)) here.push({ x, y, key: flight.key, seq: flight.seq, light: false, flight, strength: strength(t) });
    }
    // Where they can be read: one after the other, each with its letters, so that of those that fly close together the last lies on top whole.
    const single = brush.legible && here.length <= READABLE;
    for (const word of here) {
      const { x, y, key, flight } = word;
      this.sheet.add(FILLED[key % KEY_COLOURS.length] as Pen, x, y);
      if (flight.redelivered) this.sheet.add(REDELIVERED, x, y);
      if (flight.back) this.sheet.add(BACK, x, y);
      if (flight.message === brush.followed) this.sheet.add(FOLLOWED, x, y);
      if (!single) continue;
      brush.strength = word.strength;
      this.sheet.draw(brush);
      brush.words([word]);
    }
    brush.strength = 1;
    this.sheet.draw(brush);
  }
  drawStreams(brush: Brush, wires: ReadonlyMap<string, Wire>, phase: number): void {
    const { context, colours, view } = brush;
    for (const [id, rate] of this.streams) {
      const wire = wires.get(id);
      if (!wire) continue;
      const p = wire.points;
      context.strokeStyle = colours.accent;
      context.lineWidth = Math.min(7, 2 + Math.log10(rate));
      context.globalAlpha = 0.75;
      context.setLineDash([8, 7]);
      context.lineDashOffset = phase;
      context.beginPath();
      context.moveTo(p[0], p[1]);
      context.bezierCurveTo(p[2], p[3], p[4], p[5], p[6], p[7]);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
      const [x, y] = along(wire, 0.5);
      const text = `${rate >= 100 ? Math.round(rate) : rate.toFixed(1)}/s`;
      context.font = `700 ${view.zoom < FAR ? 12.5 : 10}px system-ui, 'DejaVu Sans', sans-serif`;
      const w = context.measureText(text).width + 12;
      brush.fill(colours.panel, (c) => c.roundRect(x - w / 2, y - 9, w, 18, 9));
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillStyle = colours.accent;
      context.fillText(text, x, y + 0.5);
    }
  }
}
/** ms from one start on a wire to the next that leaves room for the cell before. */
function headway({ points: p }: Wire): number {
  return (APART * CELL.w * SHORTEST) / Math.max(CELL.w, Math.hypot(p[6] - p[0], p[7] - p[1]));
}
