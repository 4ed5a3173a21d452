/** A queue with O(1) push and shift at both ends' cost amortised; the order is insertion order. */
export class Deque<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  constructor(items: Iterable<T> = []) {
    this.#items = [...items];
  }
  get size(): number {
    return this.#items.length - this.#head;
  }
  push(item: T): void {
    this.#items.push(item);
  }
  first(): T | undefined {
    return this.#items[this.#head];
  }
  shift(): T | undefined {
    if (this.#head >= this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
  /** Rare: cancels and failures only. */
  remove(wanted: (item: T) => boolean): void {
    this.#items = [...this].filter((item) => !wanted(item));
    this.#head = 0;
  }
  clear(): T[] {
    const all = [...this];
    this.#items = [];
    this.#head = 0;
    return all;
  }
  *[Symbol.iterator](): Generator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i] as T;
  }
}
