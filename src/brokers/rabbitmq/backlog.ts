import { Heap } from '../../base/heap.ts';
import { Deque } from '../../base/deque.ts';
import { Line, type LineState } from './line.ts';
import type { Copy } from './model.ts';

/** The ready messages of a queue, in the order in which they leave. */
export interface Backlog {
  readonly size: number;
  /** A new arrival, or a return to the tail. */
  push(copy: Copy): void;
  /** A return to where the queue type puts returns. */
  giveBack(copy: Copy): void;
  first(): Copy | undefined;
  shift(): Copy | undefined;
  /** Drops the head that `gone` says is over; undefined when no head is. */
  shiftIf(gone: (copy: Copy) => boolean): Copy | undefined;
  /** The earliest expiry that a head has, -1 for none. */
  nextExpiry(): number;
  peek(max: number): Copy[];
  clear(): Copy[];
  save(write: (copy: Copy) => unknown): unknown;
  load(state: unknown, read: (state: unknown) => Copy): void;
}

const bySeq = (a: Copy, b: Copy) => a.seq - b.seq;

/** Classic: by priority, then by arrival; what comes back takes its old place. */
export class ClassicBacklog implements Backlog {
  size = 0;
  /** Highest level last. What was out before is always older than what never was. */
  #levels: { returned: Heap<Copy>; fresh: Line }[] = [];

  #level(n: number) {
    for (let level = this.#levels.length; level <= n; level++) this.#levels.push({ returned: new Heap(bySeq), fresh: new Line(level) });
    return this.#levels[n] as { returned: Heap<Copy>; fresh: Line };
  }
  push(copy: Copy): void {
    this.#level(copy.level).fresh.push(copy);
    this.size++;
  }
  giveBack(copy: Copy): void {
    this.#level(copy.level).returned.push(copy);
    this.size++;
  }
  first(): Copy | undefined {
    for (let n = this.#levels.length - 1; n >= 0; n--) {
      const head = this.#levels[n]?.returned.first() ?? this.#levels[n]?.fresh.first();
      if (head !== undefined) return head;
    }
    return undefined;
  }
  shift(): Copy | undefined {
    for (let n = this.#levels.length - 1; n >= 0; n--) {
      const head = this.#levels[n]?.returned.shift() ?? this.#levels[n]?.fresh.shift();
      if (head !== undefined) {
        this.size--;
        return head;
      }
    }
    return undefined;
  }
  shiftIf(gone: (copy: Copy) => boolean): Copy | undefined {
    const head = this.first();
    return head !== undefined && gone(head) ? this.shift() : undefined;
  }
  nextExpiry(): number {
    return this.first()?.expiresAt ?? -1;
  }
  peek(max: number): Copy[] {
    const found: Copy[] = [];
    for (let n = this.#levels.length - 1; n >= 0 && found.length < max; n--) {
      found.push(...(this.#levels[n]?.returned.smallest(max - found.length) ?? []));
      for (const copy of this.#levels[n]?.fresh ?? []) {
        if (found.length >= max) break;
        found.push(copy);
      }
    }
    return found;
  }
  clear(): Copy[] {
    const all = this.peek(this.size);
    this.#levels = [];
    this.size = 0;
    return all;
  }
  save(write: (copy: Copy) => unknown): unknown {
    return this.#levels.map(({ returned, fresh }) => [returned.sorted().map(write), fresh.save()]);
  }
  load(state: unknown, read: (state: unknown) => Copy): void {
    for (const [level, [returned, fresh]] of (state as [unknown[], LineState][]).entries()) {
      this.#level(level).fresh.load(fresh);
      this.size += fresh.size;
      for (const copy of returned.map(read)) this.giveBack(copy);
    }
  }
}

export type QuorumOrder = 'fifo' | 'weighted' | 'levels';

function upTo(max: number, copies: Iterable<Copy> = []): Copy[] {
  const found: Copy[] = [];
  for (const copy of copies) {
    if (found.length >= max) break;
    found.push(copy);
  }
  return found;
}

/** Two high messages go before each normal one (4.0 to 4.2). */
const WEIGHT = 2;

/**
 * Quorum: returns first, in the order in which they came back, then the messages.
 * One line until 3.x, high and normal served two to one in 4.0, strict levels from 4.3.
 */
export class QuorumBacklog implements Backlog {
  readonly #mode: QuorumOrder;
  #returns = new Deque<Copy>();
  #levels: Line[] = [];
  #taken = 0;
  #waiting = 0;

  constructor(mode: QuorumOrder) {
    this.#mode = mode;
  }
  get size(): number {
    return this.#returns.size + this.#waiting;
  }
  push(copy: Copy): void {
    for (let level = this.#levels.length; level <= copy.level; level++) this.#levels.push(new Line(level));
    this.#levels[copy.level]?.push(copy);
    this.#waiting++;
  }
  giveBack(copy: Copy): void {
    this.#returns.push(copy);
  }
  #next(): Line | undefined {
    if (this.#mode === 'weighted') {
      const [normal, high] = this.#levels;
      const low = normal?.first();
      const up = high?.first();
      if (up === undefined) return low === undefined ? undefined : normal;
      if (low === undefined || this.#taken < WEIGHT || up.seq < low.seq) return high;
      return normal;
    }
    for (let n = this.#levels.length - 1; n >= 0; n--) if ((this.#levels[n]?.size ?? 0) > 0) return this.#levels[n];
    return undefined;
  }
  first(): Copy | undefined {
    return this.#returns.first() ?? this.#next()?.first();
  }
  shift(): Copy | undefined {
    const back = this.#returns.shift();
    if (back !== undefined) return back;
    const copy = this.#next()?.shift();
    if (copy === undefined) return undefined;
    this.#taken = this.#taken === WEIGHT ? 0 : this.#taken + 1;
    this.#waiting--;
    return copy;
  }
  #heads(): (Deque<Copy> | Line)[] {
    if (this.#mode === 'levels') return [this.#returns, ...this.#levels];
    if (this.#returns.size > 0) return [this.#returns];
    const next = this.#next();
    return next === undefined ? [] : [next];
  }
  shiftIf(gone: (copy: Copy) => boolean): Copy | undefined {
    for (const line of this.#heads()) {
      const head = line.first();
      if (head === undefined || !gone(head)) continue;
      if (head === this.first()) return this.shift();
      line.shift();
      if (line !== this.#returns) this.#waiting--;
      return head;
    }
    return undefined;
  }
  nextExpiry(): number {
    let soonest = -1;
    for (const line of this.#heads()) {
      const at = line.first()?.expiresAt ?? -1;
      if (at >= 0 && (soonest < 0 || at < soonest)) soonest = at;
    }
    return soonest;
  }
  peek(max: number): Copy[] {
    const found: Copy[] = [];
    const fill = (copies: Iterable<Copy>) => {
      for (const copy of copies) {
        if (found.length >= max) return;
        found.push(copy);
      }
    };
    fill(this.#returns);
    if (this.#mode !== 'weighted') {
      for (let n = this.#levels.length - 1; n >= 0; n--) fill(this.#levels[n] ?? []);
      return found;
    }
    const normal = upTo(max, this.#levels[0]);
    const high = upTo(max, this.#levels[1]);
    for (let [n, h, taken] = [0, 0, this.#taken]; found.length < max && (n < normal.length || h < high.length); taken = taken === WEIGHT ? 0 : taken + 1) {
      const [low, up] = [normal[n], high[h]];
      if (up !== undefined && (low === undefined || taken < WEIGHT || up.seq < low.seq)) {
        found.push(up);
        h++;
      } else if (low !== undefined) {
        found.push(low);
        n++;
      }
    }
    return found;
  }
  clear(): Copy[] {
    const all = this.peek(this.size);
    this.#returns = new Deque();
    this.#levels = [];
    this.#waiting = 0;
    return all;
  }
  save(write: (copy: Copy) => unknown): unknown {
    return { returns: [...this.#returns].map(write), levels: this.#levels.map((line) => line.save()), taken: this.#taken };
  }
  load(state: unknown, read: (state: unknown) => Copy): void {
    const saved = state as { returns: unknown[]; levels: LineState[]; taken: number };
    for (const copy of saved.returns.map(read)) this.giveBack(copy);
    this.#levels = saved.levels.map((state, level) => {
      const line = new Line(level);
      line.load(state);
      return line;
    });
    this.#waiting = this.#levels.reduce((sum, line) => sum + line.size, 0);
    this.#taken = saved.taken;
  }
}
