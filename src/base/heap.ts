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
