import { Deque } from '../../base/deque.ts';
import type { Consumer } from './model.ts';

/** Consumers in their turn: higher priority first, in turn among equals. */
export class ConsumerRing {
  #levels = new Map<number, Deque<Consumer>>();
  #priorities: number[] = [];

  put(consumer: Consumer): void {
    let level = this.#levels.get(consumer.priority);
    if (level === undefined) {
      level = new Deque();
      this.#levels.set(consumer.priority, level);
      this.#priorities = [...this.#levels.keys()].sort((a, b) => b - a);
    }
    level.push(consumer);
    consumer.queued = true;
  }
  take(): Consumer | undefined {
    for (const priority of this.#priorities) {
      const consumer = this.#levels.get(priority)?.shift();
      if (consumer !== undefined) {
        consumer.queued = false;
        return consumer;
      }
    }
    return undefined;
  }
  remove(consumer: Consumer): void {
    if (!consumer.queued) return;
    this.#levels.get(consumer.priority)?.remove((one) => one === consumer);
    consumer.queued = false;
  }
  *[Symbol.iterator](): Generator<Consumer> {
    for (const priority of this.#priorities) yield* this.#levels.get(priority) ?? [];
  }
}

/** Has the consumer room by its own prefetch and by its channel's? */
export function hasRoom(consumer: Consumer): boolean {
  if (consumer.cancelled) return false;
  if (consumer.noAck) return true;
  if (consumer.prefetch > 0 && consumer.unacked >= consumer.prefetch + consumer.bonus) return false;
  const { globalPrefetch, globalUsed } = consumer.channel;
  return globalPrefetch === 0 || globalUsed < globalPrefetch;
}

/** The one that a single active consumer queue turns to: highest priority, then first registered. */
export function firstInLine(consumers: Iterable<Consumer>): Consumer | null {
  let best: Consumer | null = null;
  for (const one of consumers) {
    if (best === null || one.priority > best.priority || (one.priority === best.priority && one.order < best.order)) best = one;
  }
  return best;
}
