/** A painter at work: takes what it is told, and paints when something changed. Runs on the page and in a worker alike. */
import type { Camera } from './brush.ts';
import { createPainter, type Painter } from './painter.ts';

/** What can be told to a painter. */
export type Telling = Exclude<keyof Painter, 'paint' | 'crowded'>;
export type Message = { readonly [K in Telling]: readonly [K, ...Parameters<Painter[K]>] }[Telling];

export interface Studio {
  tell(message: Message): void;
  end(): void;
}
/** Of a crowd every other frame is enough, ms: what it takes to draw one is better left to the page, where a machine has few processors and no GPU. */
const CROWD_EVERY = 30;
/** @param painted told after each paint: where the camera stood. Who listens can shift the picture, and needs not every one */
export function openStudio(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, painted?: (camera: Camera) => void): Studio {
  const painter = createPainter(context);
  let camera: Camera | null = null;
  let request = 0;
  let open = true;
  const wake = () => {
    if (open && request === 0) request = requestAnimationFrame(turn);
  };
  let last = 0;
  const turn = (wall: number) => {
    request = 0;
    if (painted && painter.crowded && wall - last < CROWD_EVERY) return wake();
    last = wall;
    const more = painter.paint(wall);
    if (camera) painted?.(camera);
    if (more) wake();
  };
  return {
    tell: (message) => {
      const [what, ...told] = message;
      if (message[0] === 'camera') camera = message[1];
      (painter[what] as (...told: unknown[]) => void)(...told);
      wake();
    },
    end: () => {
      open = false;
      cancelAnimationFrame(request);
    },
  };
}
