import type { Copy, Cover } from './model.ts';

/** Copies of a block. */
const ROWS = 256;
/** Numbers of a copy: two doubles and six integers; an integer holds `acquired` twice over, and 1 more when redelivered. */
const [WIDE, NARROW] = [2, 6];

interface Block {
  readonly times: Float64Array;
  readonly numbers: Int32Array;
  readonly covers: Cover[];
}
export interface LineState {
  readonly head: number;
  readonly size: number;
  readonly blocks: readonly Block[];
}

/**
 * Copies of one level in a line, in columns: a third of the memory of objects, no work for the garbage collector, and
 * checkpoints share the blocks that are full. A copy is an object again when it stands at the head.
 */
export class Line {
  size = 0;
  /** Of the first block. */
  #head = 0;
  #blocks: Block[] = [];
  /** The copy at the head, once somebody looked at it. */
  #first: Copy | undefined;
  readonly #level: number;

  constructor(level: number) {
    this.#level = level;
  }
  push({ id, envelope, seq, enqueuedAt, expiresAt, redelivered, acquired, failed }: Copy): void {
    const row = (this.#head + this.size++) % ROWS;
    if (row === 0 || this.#blocks.length === 0) this.#blocks.push({ times: new Float64Array(ROWS * WIDE), numbers: new Int32Array(ROWS * NARROW), covers: [] });
    const { times, numbers, covers } = this.#blocks[this.#blocks.length - 1] as Block;
    times[row * WIDE] = enqueuedAt;
    times[row * WIDE + 1] = expiresAt;
    const at = row * NARROW;
    numbers[at] = id;
    numbers[at + 1] = envelope.message;
    numbers[at + 2] = envelope.size;
    numbers[at + 3] = seq;
    numbers[at + 4] = acquired * 2 + (redelivered ? 1 : 0);
    numbers[at + 5] = failed;
    covers[row] = envelope.cover;
  }
  first(): Copy | undefined {
    if (this.size > 0) this.#first ??= this.#read(0);
    return this.#first;
  }
  shift(): Copy | undefined {
    const head = this.first();
    if (head === undefined) return undefined;
    this.#first = undefined;
    this.size--;
    if (++this.#head === ROWS || this.size === 0) {
      this.#blocks.shift();
      this.#head = 0;
    }
    return head;
  }
  *[Symbol.iterator](): Generator<Copy> {
    for (let n = 0; n < this.size; n++) yield this.#read(n);
  }
  save(): LineState {
    return { head: this.#head, size: this.size, blocks: this.#shared(this.#blocks) };
  }
  load({ head, size, blocks }: LineState): void {
    this.#head = head;
    this.size = size;
    this.#blocks = this.#shared(blocks);
    this.#first = undefined;
  }
  /** Full blocks never change: only the last is copied. */
  #shared(blocks: readonly Block[]): Block[] {
    return blocks.map((block, i) => (i < blocks.length - 1 ? block : { times: block.times.slice(), numbers: block.numbers.slice(), covers: block.covers.slice() }));
  }
  #read(n: number): Copy {
    const { times, numbers, covers } = this.#blocks[Math.floor((this.#head + n) / ROWS)] as Block;
    const row = (this.#head + n) % ROWS;
    const at = row * NARROW;
    const of = (column: number) => numbers[at + column] as number;
    return {
      id: of(0),
      envelope: { message: of(1), size: of(2), cover: covers[row] as Cover },
      seq: of(3),
      enqueuedAt: times[row * WIDE] as number,
      expiresAt: times[row * WIDE + 1] as number,
      level: this.#level,
      redelivered: of(4) % 2 === 1,
      acquired: of(4) >> 1,
      failed: of(5),
    };
  }
}
