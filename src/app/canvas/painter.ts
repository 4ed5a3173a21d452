/** Draws flights and cells on one canvas. Knows no framework and no page: the same object can paint in a worker. */
import type { Cell, Flight, PlaceView } from '../../worker/protocol.ts';
import { along, CELL, FAR, type NodeBox, type Wire } from './geometry.ts';
import { KEY_COLOURS, keyColour, keyName } from './keys.ts';
import { type Airborne, FASTEST, launch, progress } from './presentation.ts';

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  /** CSS pixels */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}
export interface Palette {
  readonly text: string;
  readonly ink: string;
  readonly line: string;
  readonly accent: string;
  readonly redelivered: string;
  readonly duplicate: string;
  readonly dead: string;
  readonly lost: string;
  readonly panel: string;
}
export interface Painter {
  camera(camera: Camera): void;
  geometry(boxes: ReadonlyMap<string, NodeBox>, wires: ReadonlyMap<string, Wire>): void;
  palette(palette: Palette): void;
  /** A message to be seen wherever it is, or null. */
  follow(message: number | null): void;
  flights(batch: readonly Flight[], epoch: number, rates: Readonly<Record<string, number>>, speed: number): void;
  picture(places: readonly PlaceView[]): void;
  /** @param reduced the person wants no motion */
  clock(playing: boolean, reduced: boolean): void;
  /** @param wall ms. @returns whether another paint is needed */
  paint(wall: number): boolean;
}
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
/** How strongly a cell is filled, by its state; one that is not sure yet has an outline only. */
const FILLS = [
  ['ready', 1],
  ['held', 0.42],
  ['kept', 0.16],
] as const;
/** Size of so many letters, so that they fill a cell and do not leave it. */
const LETTER: readonly number[] = [12, 12, 12, 10.6, 8, 6.5];
/** Letters smaller than this on the screen are not drawn: nobody could read them. CSS pixels. */
const SMALLEST = 4.2;
/** Letters are drawn from this zoom on. */
const LEGIBLE = 0.45;

export function createPainter(context: Context): Painter {
  let view: Camera = { x: 0, y: 0, zoom: 1, width: 1, height: 1, ratio: 1 };
  let boxes: ReadonlyMap<string, NodeBox> = new Map();
  let wires: ReadonlyMap<string, Wire> = new Map();
  let colours: Palette = { text: '#fff', ink: '#10141a', line: '#35404d', accent: '#3cc8e6', redelivered: '#f2b441', duplicate: '#b08cf0', dead: '#8b95a1', lost: '#f0736e', panel: '#161b22' };
  let air: Airborne[] = [];
  let streams: ReadonlyMap<string, number> = new Map();
  let shown: readonly PlaceView[] = [];
  let followed: number | null = null;
  let era = -1;
  let moving = false;
  let still = false;
  let time = 0;
  let lastWall = 0;
  /** While paused, a single step's flights still fly: until then. */
  let coastUntil = 0;

  const path = (colour: string, todo: () => void) => {
    context.fillStyle = colour;
    context.beginPath();
    todo();
    context.fill();
  };
  const square = (x: number, y: number, grow = 0, scale = 1) => {
    const [w, h] = [CELL.w * scale, CELL.h * scale];
    context.roundRect(x - w / 2 - grow, y - h / 2 - grow, w + 2 * grow, h + 2 * grow, 4 * scale + grow);
  };

  function outline(x: number, y: number, colour: string, width: number, grow: number, dash: number[] = [], scale = 1): void {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    square(x, y, grow, scale);
    context.stroke();
    context.setLineDash([]);
  }
  /** Round where all else is square: out of order is seen without its colour. */
  function circle(x: number, y: number, colour: string, scale: number): void {
    context.strokeStyle = colour;
    context.lineWidth = 1.6;
    context.beginPath();
    context.arc(x, y, (CELL.w / 2 + 1) * scale, 0, 2 * Math.PI);
    context.stroke();
  }
  function letters(cells: readonly { readonly x: number; readonly y: number; readonly key: number; readonly seq: number; readonly light?: boolean }[]): void {
    if (view.zoom < LEGIBLE) return;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (const { x, y, key, seq, light } of cells) {
      const text = `${keyName(key)}${seq}`;
      const size = LETTER[text.length] ?? 5.6;
      if (size * view.zoom < SMALLEST) continue;
      context.font = `700 ${size}px ui-monospace, 'DejaVu Sans Mono', monospace`;
      context.fillStyle = light ? colours.text : colours.ink;
      context.fillText(text, x, y + 0.5);
    }
  }
  function drawCells(): void {
    const onTheirWay = new Set(still ? [] : air.map((a) => `${a.target} ${a.flight.message}`));
    const placed: { cell: Cell; x: number; y: number; hollow: boolean; scale: number }[] = [];
    for (const place of shown) {
      const box = boxes.get(place.id);
      if (!box) continue;
      place.lanes.forEach((lane, i) => {
        // The lane of what went through is the last of its node, whatever is shown above it.
        const at = lane.past ? box.lanes.at(-1) : box.lanes[Math.min(i, box.lanes.length - 1)];
        if (!at || (!lane.past && i >= box.lanes.length)) return;
        const { scale } = at;
        const step = CELL.w * scale + CELL.gap;
        const room = at.w - (lane.busy === undefined ? 0 : 44);
        const crowded = !lane.past && (lane.more > 0 || lane.cells.length * step > room + CELL.gap);
        const fit = Math.max(0, Math.floor((room - (crowded ? 30 : 0)) / step));
        const cells = lane.past ? lane.cells.slice(-fit) : lane.cells.slice(0, fit);
        cells.forEach((cell, n) => {
          const hollow = onTheirWay.has(`${place.id} ${cell.message}`);
          // What has not landed yet to the eye was not worked on yet either.
          if (!(hollow && lane.past)) placed.push({ cell, x: box.x + at.x + (CELL.w * scale) / 2 + n * step, y: box.y + at.y, hollow, scale });
        });
        drawLaneEnd(box, at, lane, cells.length);
        drawPointers(box, at, lane, fit);
        drawStops(box, at, lane);
      });
    }
    for (let k = 0; k < KEY_COLOURS.length; k++) {
      const mine = placed.filter(({ cell, hollow }) => cell.key % KEY_COLOURS.length === k && !hollow && cell.state !== 'dead');
      for (const [state, alpha] of FILLS) {
        context.globalAlpha = alpha;
        path(keyColour(k), () => {
          for (const { cell, x, y, scale } of mine) if (cell.state === state) square(x, y, 0, scale);
        });
      }
    }
    context.globalAlpha = 0.6;
    path(colours.dead, () => {
      for (const { cell, x, y, scale } of placed) if (cell.state === 'dead') square(x, y, 0, scale);
    });
    context.globalAlpha = 1;
    for (const { cell, x, y, hollow, scale } of placed) {
      if (hollow || cell.state === 'unsure') outline(x, y, keyColour(cell.key), 1.2, -0.6, [2.5, 2], scale);
      else if (cell.state === 'held') outline(x, y, keyColour(cell.key), 1, -0.5, [], scale);
      if (cell.redelivered) outline(x, y, colours.redelivered, 1.6, 0.6, [], scale);
      if (cell.duplicate) outline(x, y, colours.duplicate, 1.6, 2, [5, 2], scale);
      if (cell.disordered) circle(x, y, colours.lost, scale);
      if (cell.message === followed) outline(x, y, colours.accent, 2.2, 3, [], scale);
    }
    letters(placed.filter((p) => !p.hollow && p.scale === 1).map(({ cell, x, y }) => ({ x, y, key: cell.key, seq: cell.seq, light: cell.state !== 'ready' && cell.state !== 'dead' })));
  }
  /** A group's place in a log: a mark before the record that it gets next. */
  function drawPointers(box: NodeBox, at: NodeBox['lanes'][number], lane: PlaceView['lanes'][number], fit: number): void {
    const seen = new Map<number, number>();
    for (const { before } of lane.pointers ?? []) {
      if (before > fit) continue;
      const nth = seen.get(before) ?? 0;
      seen.set(before, nth + 1);
      const x = box.x + at.x + before * (CELL.w * at.scale + CELL.gap) - CELL.gap / 2;
      const half = (CELL.h * at.scale) / 2 + 2;
      path(nth === 0 ? colours.accent : colours.text, () => context.roundRect(x - 1 + nth * 3, box.y + at.y - half, 2, half * 2, 1));
    }
  }
  /** When it was given nothing lately: a strip under the lane whose right end is now. */
  function drawStops(box: NodeBox, at: NodeBox['lanes'][number], lane: PlaceView['lanes'][number]): void {
    if (lane.stops === undefined || lane.stops.length === 0) return;
    const [x, y, h] = [box.x + at.x, box.y + at.y + (CELL.h * at.scale) / 2 + 1, Math.max(1.5, 2.5 * at.scale)];
    path(colours.line, () => context.rect(x, y, at.w, h));
    path(colours.redelivered, () => {
      for (const [from, to] of lane.stops ?? []) context.rect(x + from * at.w, y, Math.max(2.5, (to - from) * at.w), h);
    });
  }
  function drawLaneEnd(box: NodeBox, at: NodeBox['lanes'][number], lane: PlaceView['lanes'][number], drawn: number): void {
    const hidden = lane.more + (lane.past ? 0 : lane.cells.length - drawn);
    if (hidden > 0 && view.zoom >= LEGIBLE) {
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      context.font = `600 ${view.zoom < FAR && at.scale === 1 ? 12 : 9.5}px system-ui, 'DejaVu Sans', sans-serif`;
      context.fillStyle = colours.dead;
      context.fillText(`+${hidden}`, box.x + at.x + drawn * (CELL.w * at.scale + CELL.gap) + 2, box.y + at.y + 0.5);
    }
    if (lane.busy === undefined) return;
    const [x, y, w] = [box.x + at.x + at.w - 38, box.y + at.y - 1.5, 38];
    path(colours.line, () => context.roundRect(x, y, w, 3, 1.5));
    if (lane.busy > 0) path(lane.busy >= 1 ? colours.redelivered : colours.accent, () => context.roundRect(x, y, Math.max(3, w * Math.min(1, lane.busy as number)), 3, 1.5));
  }
  function drawStreams(): void {
    for (const [id, rate] of streams) {
      const wire = wires.get(id);
      if (!wire) continue;
      const p = wire.points;
      context.strokeStyle = colours.accent;
      context.lineWidth = Math.min(7, 2 + Math.log10(rate));
      context.globalAlpha = 0.75;
      context.setLineDash([8, 7]);
      context.lineDashOffset = still ? 0 : -(time / 12) % 15;
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
      path(colours.panel, () => context.roundRect(x - w / 2, y - 9, w, 18, 9));
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillStyle = colours.accent;
      context.fillText(text, x, y + 0.5);
    }
  }
  function drawFlights(): void {
    air = air.filter((a) => progress(a, time) < 1);
    const here = air.flatMap((a) => {
      const wire = wires.get(a.flight.link);
      const t = progress(a, time);
      if (!wire || t < 0) return [];
      const [x, y] = along(wire, a.flight.back ? 1 - t : t);
      return [{ x, y, key: a.flight.key, seq: a.flight.seq, flight: a.flight }];
    });
    // One after the other, each with its letters: of those that fly close together the last lies on top and can be read.
    for (const { x, y, key, seq, flight } of here) {
      path(keyColour(key), () => square(x, y));
      if (flight.redelivered) outline(x, y, colours.redelivered, 1.8, 1.5);
      if (flight.back) outline(x, y, colours.lost, 1.8, 1.5, [3, 2]);
      if (flight.message === followed) outline(x, y, colours.accent, 2.4, 4);
      letters([{ x, y, key, seq }]);
    }
  }

  return {
    camera: (next) => {
      view = next;
      const { canvas } = context;
      const [width, height] = [Math.round(next.width * next.ratio), Math.round(next.height * next.ratio)];
      // To set a size clears the canvas, even where it is the same.
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    },
    geometry: (b, w) => {
      boxes = b;
      wires = w;
    },
    palette: (next) => void (colours = next),
    follow: (message) => void (followed = message),
    flights: (batch, epoch, rates, speed) => {
      if (epoch !== era) {
        era = epoch;
        air = [];
      }
      const busy = new Map<string, number>();
      for (const [link, rate] of Object.entries(rates)) if (rate * (Number.isFinite(speed) ? speed : 1000) > FASTEST) busy.set(link, rate);
      streams = busy;
      if (still || batch.length === 0) return;
      if (!moving) coastUntil = time + 700;
      for (const flight of batch) {
        const wire = wires.get(flight.link);
        if (!wire || busy.has(flight.link)) continue;
        // The next hop of a message is not seen before the last one has landed.
        const [start, target] = flight.back ? [wire.to, wire.from] : [wire.from, wire.to];
        const before = air.findLast((a) => a.flight.message === flight.message && a.target === start);
        air.push(launch(flight, target, before ? Math.max(time, before.from + before.lasts) : time, speed));
      }
    },
    picture: (places) => void (shown = places),
    clock: (playing, reduced) => {
      moving = playing;
      still = reduced;
      if (reduced) air = [];
    },
    paint: (wall) => {
      const dt = Math.min(100, lastWall === 0 ? 0 : wall - lastWall);
      lastWall = wall;
      const runs = moving || time < coastUntil;
      if (runs) time += dt;
      const { ratio, zoom } = view;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, view.width * ratio, view.height * ratio);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, view.x * ratio, view.y * ratio);
      drawStreams();
      drawCells();
      drawFlights();
      return runs && (air.length > 0 || streams.size > 0);
    },
  };
}
