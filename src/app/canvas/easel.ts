/** Where the painter stands: in a worker on an OffscreenCanvas; on the page where a browser has none, where somebody asks for it (`?painter=main`), or when the worker died. */
import type { Camera } from './brush.ts';
import type { Message, Studio, Telling } from './studio.ts';

/** A canvas in `host` and a painter that paints it. `end` takes both away. */
export function setUpEasel(host: HTMLElement): Studio {
  /** The last of each thing that was told, for a painter who takes over. Flights are gone by then. */
  const told = new Map<Telling, Message>();
  let ended = false;
  let studio: Studio | null = null;
  const onPage = () => {
    const canvas = hang(host);
    void import('./studio.ts').then(({ openStudio }) => {
      const context = canvas.getContext('2d');
      if (ended || !context) return;
      studio = openStudio(context);
      for (const message of told.values()) studio.tell(message);
    });
  };
  const away = new URLSearchParams(location.search).get('painter') !== 'main' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
  if (away) {
    studio = inWorker(host, () => {
      studio = null;
      if (!ended) onPage();
    });
  } else onPage();
  return {
    tell: (message) => {
      if (message[0] !== 'flights') told.set(message[0], message);
      studio?.tell(message);
    },
    end: () => {
      ended = true;
      studio?.end();
      host.replaceChildren();
    },
  };
}
/** A fresh canvas: one that was handed to a worker cannot be had back. */
function hang(host: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  host.replaceChildren(canvas);
  return canvas;
}
function inWorker(host: HTMLElement, onDead: () => void): Studio {
  const canvas = hang(host);
  const worker = new Worker(new URL('./painter.worker.ts', import.meta.url), { type: 'module', name: 'painter' });
  const offscreen = canvas.transferControlToOffscreen();
  let wanted: Camera | null = null;
  let shown: Camera | null = null;
  /** The worker's picture is a frame behind a camera that moves: until it comes, the old one is shifted and scaled. */
  const bridge = () => {
    if (!wanted || !shown) return;
    const grow = wanted.zoom / shown.zoom;
    const [x, y] = [wanted.x - grow * shown.x, wanted.y - grow * shown.y];
    canvas.style.transform = grow === 1 && x === 0 && y === 0 ? '' : `translate(${x}px, ${y}px) scale(${grow})`;
  };
  worker.onmessage = ({ data }: MessageEvent<Camera>) => {
    shown = data;
    bridge();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    onDead();
  };
  worker.postMessage(offscreen, [offscreen]);
  return {
    tell: (message) => {
      if (message[0] === 'camera') {
        wanted = message[1];
        bridge();
      }
      worker.postMessage(message);
    },
    end: () => worker.terminate(),
  };
}
