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

/** A binary min-heap: what came back out of order finds its old place in O(log n). */
export class Heap<T> {
  #items: T[] = [];
  readonly #order: (a: T, b: T) => number;

  constructor(order: (a: T, b: T) => number) {
    this.#order = order;
  }
  get size(): number {
    return this.#items.length;
  }
  first(): T | undefined {
    return this.#items[0];
  }
  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = items[up] as T;
      if (this.#order(parent, item) <= 0) break;
      items[at] = parent;
      at = up;
    }
    items[at] = item;
  }
  shift(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      const right = down + 1;
      if (right < items.length && this.#order(items[right] as T, items[down] as T) < 0) down = right;
      const child = items[down] as T;
      if (this.#order(child, last) >= 0) break;
      items[at] = child;
      at = down;
    }
    items[at] = last;
    return top;
  }
  clear(): T[] {
    const all = this.sorted();
    this.#items = [];
    return all;
  }
  sorted(): T[] {
    return [...this.#items].sort(this.#order);
  }
  /** The `max` smallest without touching the rest. */
  smallest(max: number): T[] {
    const found: T[] = [];
    const reach = new Heap<number>((a, b) => this.#order(this.#items[a] as T, this.#items[b] as T));
    if (this.#items.length > 0) reach.push(0);
    while (found.length < max) {
      const at = reach.shift();
      if (at === undefined) break;
      found.push(this.#items[at] as T);
      if (2 * at + 1 < this.#items.length) reach.push(2 * at + 1);
      if (2 * at + 2 < this.#items.length) reach.push(2 * at + 2);
    }
    return found;
  }
}
