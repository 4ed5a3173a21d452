/** Outside the worker: starts it, supervises it, hands its frames on. */
import * as Comlink from 'comlink';
import type { EngineLoop } from './loop.ts';
import type { Frame } from './protocol.ts';

export interface Engine {
  readonly commands: Comlink.Remote<Pick<EngineLoop, 'open' | 'setDocument' | 'play' | 'pause' | 'seek' | 'step' | 'story' | 'search' | 'report' | 'hash'>>;
  stop(): void;
}
/** A worker that says nothing for this long while it should is taken for dead, ms. */
const SILENCE = 10_000;

export function startEngine(options: { onFrame(frame: Frame): void; onDead(why: string): void }): Engine {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  const { port1, port2 } = new MessageChannel();
  let heard = performance.now();
  let dead = false;
  let waiting: Frame | null = null;
  const die = (why: string) => {
    if (dead) return;
    dead = true;
    clearInterval(watch);
    worker.terminate();
    port1.close();
    options.onDead(why);
  };
  // At most one frame per animation frame; a hidden page takes them too, slower.
  const deliver = () => {
    if (!waiting || dead) return;
    const frame = waiting;
    waiting = null;
    port1.postMessage(0);
    options.onFrame(frame);
  };
  port1.onmessage = (event: MessageEvent<Frame>) => {
    heard = performance.now();
    waiting = event.data;
    if (document.visibilityState === 'visible') requestAnimationFrame(deliver);
    else setTimeout(deliver, 100);
  };
  worker.onerror = (event) => die(event.message || 'The engine stopped.');
  worker.onmessageerror = () => die('A message of the engine could not be read.');
  worker.postMessage({ frames: true }, [port2]);
  const commands = Comlink.wrap<EngineLoop>(worker);
  // Comlink never rejects when a worker dies: a call that nobody answers is the only sign of a silent death.
  const watch = setInterval(() => {
    if (document.visibilityState !== 'visible' || performance.now() - heard < SILENCE) return;
    const asked = performance.now();
    void commands.hash().then(() => (heard = performance.now()));
    setTimeout(() => heard < asked && die('The engine does not answer any more.'), SILENCE / 2);
  }, SILENCE);
  return {
    commands,
    stop: () => {
      dead = true;
      clearInterval(watch);
      worker.terminate();
      port1.close();
    },
  };
}
