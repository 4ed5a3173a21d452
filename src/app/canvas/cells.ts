/** What lies in places: the cells of their lanes, and what stands at a lane's end, before and under it. */
import type { Cell, PlaceView } from '../../worker/protocol.ts';
import { type Brush, type Pen, Sheet, type Word } from './brush.ts';
import { AFAR, CELL, FAR, type NodeBox } from './geometry.ts';
import { KEY_COLOURS } from './keys.ts';

type Lane = PlaceView['lanes'][number];
/** A lane and where it is drawn: so many cells fit, so many are drawn. */
interface Row {
  readonly box: NodeBox;
  readonly at: NodeBox['lanes'][number];
  readonly lane: Lane;
  readonly fit: number;
  readonly drawn: number;
}
interface Placed {
  readonly place: string;
  readonly cell: Cell;
  readonly past: boolean;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}
const each = (pen: (key: number) => Pen): readonly Pen[] => KEY_COLOURS.map((_, key) => pen(key));
/** How strongly a cell is filled, by its state; one that is not sure yet, or has not landed, has an outline only. */
const FILLED = { ready: each((colour) => ({ colour })), held: each((colour) => ({ colour, alpha: 0.42 })), kept: each((colour) => ({ colour, alpha: 0.16 })) };
const DEAD: Pen = { colour: 'dead', alpha: 0.6 };
const HOLLOW = each((colour) => ({ colour, line: 1.2, grow: -0.6, dash: [2.5, 2] }));
const RIM = each((colour) => ({ colour, line: 1, grow: -0.5, fine: true }));
const REDELIVERED: Pen = { colour: 'redelivered', line: 1.6, grow: 0.6 };
const DUPLICATE: Pen = { colour: 'duplicate', line: 1.6, grow: 2, dash: [5, 2] };
const DISORDERED: Pen = { colour: 'lost', line: 1.6, round: true };
const FOLLOWED: Pen = { colour: 'accent', line: 2.2, grow: 3 };
const PENS = [...Object.values(FILLED).flat(), DEAD, ...HOLLOW, ...RIM, REDELIVERED, DUPLICATE, DISORDERED, FOLLOWED];
/** Room that the bar of a busy lane takes, and the words "+12". */
const BAR = 44;
const MORE = 30;

/** One of a card's numbers, in its lower right corner: what is left of its words from afar. */
interface Headline {
  readonly box: NodeBox;
  readonly text: string;
}
const HEADLINE = 24;
/** It is not written where it would be smaller than this on the screen, CSS pixels. */
const SMALLEST_HEADLINE = 6;
/** Of the numbers on its card that which is abnormal, else the first that is not 0. */
function headlineOf({ gauges }: PlaceView): string {
  const shown = gauges.filter((g) => !g.minor);
  const gauge = shown.find((g) => g.tone === 'bad' || g.tone === 'warn') ?? shown.find((g) => g.value !== '0');
  return gauge === undefined ? '' : `${gauge.name} ${gauge.value}`;
}

/** A place as it is drawn. */
interface Arranged {
  readonly view: PlaceView;
  readonly rows: readonly Row[];
  readonly placed: readonly Placed[];
  readonly headline: Headline | null;
}

export class Cells {
  private arranged = new Map<string, Arranged>();
  private readonly sheet = new Sheet(PENS);

  /** Where everything lies: when the picture or the geometry is another. @param afresh the geometry is: nothing stays where it was */
  arrange(places: readonly PlaceView[], boxes: ReadonlyMap<string, NodeBox>, afresh: boolean): void {
    const before = afresh ? new Map<string, Arranged>() : this.arranged;
    this.arranged = new Map();
    for (const view of places) {
      const box = boxes.get(view.id);
      if (!box) continue;
      const old = before.get(view.id);
      this.arranged.set(view.id, old?.view === view ? old : arrange(view, box));
    }
  }
  /** @param coming whether a message is still on its way to a place: to the eye it has not landed yet */
  draw(brush: Brush, coming: (message: number, place: string) => boolean): void {
    const words: Word[] = [];
    for (const { rows, placed } of this.arranged.values()) {
      for (const row of rows) {
        if (!brush.sees(row.box.x, row.box.y + row.at.y - CELL.h, row.box.w, 2 * CELL.h)) continue;
        drawEnd(brush, row);
        drawPointers(brush, row);
        drawStops(brush, row);
      }
      this.collect(brush, placed, coming, words);
    }
    this.sheet.draw(brush);
    brush.words(words);
    if (brush.view.zoom < AFAR) this.drawHeadlines(brush);
  }
  private collect(brush: Brush, placed: readonly Placed[], coming: (message: number, place: string) => boolean, words: Word[]): void {
    for (const { place, cell, past, x, y, scale } of placed) {
      if (!brush.sees(x - CELL.w, y - CELL.h, 2 * CELL.w, 2 * CELL.h)) continue;
      // What went through may be on its way to the same place once more.
      const hollow = !past && coming(cell.message, place);
      const key = cell.key % KEY_COLOURS.length;
      if (hollow || cell.state === 'unsure') this.sheet.add(HOLLOW[key] as Pen, x, y, scale);
      else if (cell.state === 'dead') this.sheet.add(DEAD, x, y, scale);
      else this.sheet.add(FILLED[cell.state][key] as Pen, x, y, scale);
      if (!hollow && cell.state === 'held') this.sheet.add(RIM[key] as Pen, x, y, scale);
      if (cell.redelivered) this.sheet.add(REDELIVERED, x, y, scale);
      if (cell.duplicate) this.sheet.add(DUPLICATE, x, y, scale);
      if (cell.disordered) this.sheet.add(DISORDERED, x, y, scale);
      if (cell.message === brush.followed) this.sheet.add(FOLLOWED, x, y, scale);
      if (!hollow && scale === 1) words.push({ x, y, key: cell.key, seq: cell.seq, light: cell.state !== 'ready' && cell.state !== 'dead' });
    }
  }
  private drawHeadlines(brush: Brush): void {
    const { context, colours, view } = brush;
    if (HEADLINE * view.zoom < SMALLEST_HEADLINE) return;
    context.textAlign = 'right';
    context.textBaseline = 'alphabetic';
    context.font = `600 ${HEADLINE}px system-ui, 'DejaVu Sans', sans-serif`;
    context.fillStyle = colours.text;
    for (const { headline } of this.arranged.values()) {
      if (!headline) continue;
      const { box, text } = headline;
      if (brush.sees(box.x, box.y, box.w, box.h)) context.fillText(text, box.x + box.w - 9, box.y + box.h - 10, box.w - 18);
    }
  }
}
function arrange(view: PlaceView, box: NodeBox): Arranged {
  const rows: Row[] = [];
  const placed: Placed[] = [];
  view.lanes.forEach((lane, i) => {
    // The lane of what went through is the last of its node, whatever is shown above it.
    const at = lane.past ? box.lanes.at(-1) : box.lanes[i];
    if (!at) return;
    const { scale } = at;
    const past = lane.past === true;
    const step = CELL.w * scale + CELL.gap;
    const room = at.w - (lane.busy === undefined ? 0 : BAR);
    const crowded = !past && (lane.more > 0 || lane.cells.length * step > room + CELL.gap);
    const fit = Math.max(0, Math.floor((room - (crowded ? MORE : 0)) / step));
    const cells = past ? lane.cells.slice(-fit) : lane.cells.slice(0, fit);
    cells.forEach((cell, n) => placed.push({ place: view.id, cell, past, x: box.x + at.x + (CELL.w * scale) / 2 + n * step, y: box.y + at.y, scale }));
    rows.push({ box, at, lane, fit, drawn: cells.length });
  });
  const text = box.container ? '' : headlineOf(view);
  return { view, rows, placed, headline: text === '' ? null : { box, text } };
}
/** A group's place in a log: a mark before the record that it gets next. */
function drawPointers(brush: Brush, { box, at, lane, fit }: Row): void {
  const seen = new Map<number, number>();
  for (const { before } of lane.pointers ?? []) {
    if (before > fit) continue;
    const nth = seen.get(before) ?? 0;
    seen.set(before, nth + 1);
    const x = box.x + at.x + before * (CELL.w * at.scale + CELL.gap) - CELL.gap / 2;
    const half = (CELL.h * at.scale) / 2 + 2;
    brush.fill(nth === 0 ? brush.colours.accent : brush.colours.text, (c) => c.roundRect(x - 1 + nth * 3, box.y + at.y - half, 2, half * 2, 1));
  }
}
/** When it was given nothing lately: a strip under the lane whose right end is now. */
function drawStops(brush: Brush, { box, at, lane: { stops = [] } }: Row): void {
  if (stops.length === 0) return;
  const [x, y, h] = [box.x + at.x, box.y + at.y + (CELL.h * at.scale) / 2 + 1, Math.max(1.5, 2.5 * at.scale)];
  brush.fill(brush.colours.line, (c) => c.rect(x, y, at.w, h));
  brush.fill(brush.colours.redelivered, (c) => {
    for (const [from, to] of stops) c.rect(x + from * at.w, y, Math.max(2.5, (to - from) * at.w), h);
  });
}
/** How many more there are than could be drawn, and how busy it is. */
function drawEnd(brush: Brush, { box, at, lane, drawn }: Row): void {
  const { context, colours, view } = brush;
  const hidden = lane.more + (lane.past ? 0 : lane.cells.length - drawn);
  if (hidden > 0 && brush.legible) {
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.font = `600 ${view.zoom < FAR && at.scale === 1 ? 12 : 9.5}px system-ui, 'DejaVu Sans', sans-serif`;
    context.fillStyle = colours.dead;
    context.fillText(`+${hidden}`, box.x + at.x + drawn * (CELL.w * at.scale + CELL.gap) + 2, box.y + at.y + 0.5);
  }
  const { busy } = lane;
  if (busy === undefined) return;
  const [x, y, w] = [box.x + at.x + at.w - 38, box.y + at.y - 1.5, 38];
  brush.fill(colours.line, (c) => c.roundRect(x, y, w, 3, 1.5));
  if (busy > 0) brush.fill(busy >= 1 ? colours.redelivered : colours.accent, (c) => c.roundRect(x, y, Math.max(3, w * Math.min(1, busy)), 3, 1.5));
}
