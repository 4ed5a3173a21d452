/** Requests that wait for something to happen in partitions: by number, and by partition in the order in which they came. */
import { Things } from '../../base/things.ts';

export interface WaitingState<T> {
  readonly next: number;
  readonly requests: readonly (readonly [number, T])[];
}
const NONE: readonly number[] = [];

export class Waiting<T> {
  private readonly requests = new Things<T>();
  /** Numbers, the oldest first. */
  private readonly byPartition = new Map<string, number[]>();
  private next = 0;
  private readonly keysOf: (request: T) => readonly string[];
  constructor(keysOf: (request: T) => readonly string[]) {
    this.keysOf = keysOf;
  }
  add(request: T): number {
    const id = this.next++;
    this.enter(id, request);
    return id;
  }
  get(id: number): T | undefined {
    return this.requests.at(id);
  }
  /** Numbers of those that wait for a partition, or of all. */
  numbers(key?: string): readonly number[] {
    return key === undefined ? this.requests.save().map(([id]) => id) : (this.byPartition.get(key)?.slice() ?? NONE);
  }
  remove(id: number): void {
    const request = this.requests.at(id);
    if (request === undefined) return;
    this.requests.delete(id);
    for (const key of this.keysOf(request)) {
      const numbers = this.byPartition.get(key);
      const at = numbers?.indexOf(id) ?? -1;
      if (at >= 0) numbers?.splice(at, 1);
    }
  }
  save(copied: (request: T) => T): WaitingState<T> {
    return { next: this.next, requests: this.requests.save().map(([id, request]) => [id, copied(request)]) };
  }
  load({ next, requests }: WaitingState<T>, copied: (request: T) => T): void {
    this.next = next;
    this.requests.clear();
    this.byPartition.clear();
    for (const [id, request] of requests) this.enter(id, copied(request));
  }
  private enter(id: number, request: T): void {
    this.requests.set(id, request);
    for (const key of this.keysOf(request)) {
      const known = this.byPartition.get(key);
      if (known) known.push(id);
      else this.byPartition.set(key, [id]);
    }
  }
}
