/** Draws what lies in places and what flies between them on one canvas. Knows no framework and no page: the same object can paint in a worker. */
import type { Flight, PlaceView } from '../../worker/protocol.ts';
import { Brush, type Camera, type Context, type Palette } from './brush.ts';
import { Cells } from './cells.ts';
import { Flights } from './flights.ts';
import type { NodeBox, Wire } from './geometry.ts';
import { Lag } from './lag.ts';

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
  /** Whether so many fly that nobody follows one by eye. */
  readonly crowded: boolean;
}
/** While paused, what has begun is still seen to its end: so much longer than the lag, ms, and so many times faster. */
const COAST = 700;
const HASTE = 2;
/** A thread that was asleep goes on as if this had passed at most, ms. */
const LONGEST_FRAME = 100;

export function createPainter(context: Context): Painter {
  const brush = new Brush(context);
  const cells = new Cells();
  const flights = new Flights();
  let boxes: ReadonlyMap<string, NodeBox> = new Map();
  let wires: ReadonlyMap<string, Wire> = new Map();
  const lag = new Lag();
  let places: readonly PlaceView[] = [];
  let arranged = false;
  let era = -1;
  let moving = false;
  let still = false;
  let time = 0;
  let lastWall = 0;
  let coastUntil = 0;
  /** The next picture is of another moment. */
  let jumped = false;

  return {
    camera: (next) => {
      brush.view = next;
      const { canvas } = context;
      const [width, height] = [Math.round(next.width * next.ratio), Math.round(next.height * next.ratio)];
      // To set a size clears the canvas, even where it is the same.
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    },
    geometry: (b, w) => {
      boxes = b;
      wires = w;
      lag.wires(w);
      arranged = false;
    },
    palette: (next) => void (brush.colours = next),
    follow: (message) => void (brush.followed = message),
    flights: (batch, epoch, rates, speed) => {
      if (epoch !== era) {
        era = epoch;
        flights.clear();
        jumped = true;
      }
      flights.measure(rates, speed);
      if (still || batch.length === 0) return;
      if (!moving) {
        // A step of somebody who waits for it: seen at once, and then to its end.
        if (time >= coastUntil) lag.startAt(batch.flatMap(({ link, back }) => wires.get(link)?.[back ? 'to' : 'from'] ?? []));
        coastUntil = time + lag.depth + COAST;
      }
      flights.launch(batch, wires, time, speed, (place) => lag.of(place));
    },
    picture: (next) => {
      lag.add(time, next);
      if (jumped || still || (!moving && time >= coastUntil)) lag.catchUp();
      jumped = false;
    },
    clock: (playing, reduced) => {
      if (moving && !playing) coastUntil = time + lag.depth + COAST;
      if (playing) lag.startAt([]);
      moving = playing;
      still = reduced;
      if (reduced) flights.clear();
    },
    paint: (wall) => {
      const dt = Math.min(LONGEST_FRAME, lastWall === 0 ? 0 : wall - lastWall);
      lastWall = wall;
      const runs = moving || time < coastUntil;
      if (runs) time += moving ? dt : dt * HASTE;
      const shown = lag.at(time);
      places = shown ?? places;
      if (shown || !arranged) cells.arrange(places, boxes, !arranged);
      arranged = true;
      const { ratio, zoom, x, y, width, height } = brush.view;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width * ratio, height * ratio);
      context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
      flights.drawStreams(brush, wires, still ? 0 : -(time / 12) % 15);
      cells.draw(brush, (message, place) => flights.coming(message, place));
      flights.land(time);
      flights.draw(brush, wires, time);
      return runs && (flights.some || lag.behind);
    },
    get crowded() {
      return flights.crowded;
    },
  };
}
