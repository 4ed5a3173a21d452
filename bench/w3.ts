/**
 * Workload W3: one producer, one queue, eight competing consumers, 10 % failures with exponential backoff, dead letters
 * after five tries. The same on this kernel, on a C++ heap (heap.cpp) and on simjs.
 */
import { exponential } from '../src/kernel/distributions.ts';
import { Kernel } from '../src/kernel/kernel.ts';
import { RandomStream } from '../src/kernel/random.ts';

const CONSUMERS = 8;
/** µs: arrivals, mean service, first backoff; the eight are busy to 0.8. */
const EVERY = 100;
const SERVICE = 570;
const BACKOFF = 1000;
const TRIES = 5;

export function onOurKernel(messages: number): void {
  const kernel = new Kernel();
  const luck = new RandomStream(1, 'w3');
  const tries = new Uint8Array(messages);
  const waiting = new Int32Array(1 << 20);
  let [head, tail, free, made, done] = [0, 0, CONSUMERS, 0, 0];
  const serve = () => {
    while (free > 0 && head !== tail) {
      free--;
      const message = waiting[head++ & (waiting.length - 1)] as number;
      kernel.schedule(Math.floor(exponential(luck) * SERVICE), finish, 0, message);
    }
  };
  const put = (message: number) => {
    waiting[tail++ & (waiting.length - 1)] = message;
    serve();
  };
  const arrive = kernel.register(() => {
    put(made++);
    if (made < messages) kernel.schedule(EVERY, arrive, 0, 0);
  });
  const again = kernel.register((_, message) => put(message));
  const finish = kernel.register((_, message) => {
    free++;
    if (luck.next() >= 0.1) done++;
    else {
      const tried = (tries[message] as number) + 1;
      tries[message] = tried;
      if (tried === TRIES) done++;
      else kernel.schedule(BACKOFF << (tried - 1), again, 0, message);
    }
    serve();
  });
  kernel.schedule(EVERY, arrive, 0, 0);
  while (kernel.nextAt() !== Infinity) kernel.step();
  if (done !== messages) throw new Error(`${done} of ${messages}`);
}

interface SimJs {
  readonly Sim: new () => { addEntity(entity: unknown): void; simulate(until: number): void };
  readonly Entity: new (...given: unknown[]) => { setTimer(delay: number): { done(callback: () => void): void } };
}
/** simjs as it comes: entities with timers and callbacks. */
export async function onSimJs(messages: number): Promise<void> {
  (globalThis as { window?: unknown }).window = globalThis;
  await import('simjs');
  const { Sim, Entity } = (globalThis as unknown as { Sim: SimJs }).Sim;
  const luck = new RandomStream(1, 'w3');
  const waiting: { tries: number }[] = [];
  let [free, made, done] = [CONSUMERS, 0, 0];
  class Shop extends Entity {
    start(): void {
      this.setTimer(EVERY).done(() => this.arrive());
    }
    arrive(): void {
      made++;
      this.put({ tries: 0 });
      if (made < messages) this.setTimer(EVERY).done(() => this.arrive());
    }
    put(message: { tries: number }): void {
      waiting.push(message);
      this.serve();
    }
    serve(): void {
      while (free > 0 && waiting.length > 0) {
        free--;
        const message = waiting.shift() as { tries: number };
        this.setTimer(Math.floor(-Math.log(1 - luck.next()) * SERVICE)).done(() => this.finish(message));
      }
    }
    finish(message: { tries: number }): void {
      free++;
      message.tries++;
      if (luck.next() >= 0.1 || message.tries === TRIES) done++;
      else this.setTimer(BACKOFF * 2 ** (message.tries - 1)).done(() => this.put(message));
      this.serve();
    }
  }
  const sim = new Sim();
  sim.addEntity(Shop);
  sim.simulate(messages * EVERY * 2 + 1e6);
  if (done !== messages) throw new Error(`${done} of ${messages}`);
}
