/** Inside the worker: commands by Comlink, frames over their own port. */
import * as Comlink from 'comlink';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import { EngineLoop } from './loop.ts';

let frames: MessagePort | undefined;
/** The page answers each frame; until then none follows. */
let taken = true;
const turns = new MessageChannel();
let next: (() => void) | undefined;
turns.port1.onmessage = () => next?.();

const loop = new EngineLoop(
  {
    clock: () => performance.now(),
    soon: (call) => {
      next = call;
      // While the page has not taken the last frame there is nothing to hurry for.
      if (taken) turns.port2.postMessage(0);
      else setTimeout(call, 4);
    },
    post: (frame) => {
      if (!taken || !frames) return false;
      taken = false;
      frames.postMessage(frame);
      return true;
    },
    models: async (families) => {
      await loadRooms(families);
      return loadModels(families);
    },
  },
  catalog,
);
self.addEventListener('message', (event: MessageEvent) => {
  if (event.data?.frames !== true) return;
  frames = event.ports[0];
  if (frames) frames.onmessage = () => void (taken = true);
});
Comlink.expose(loop);
