import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import { type Assignment, ceilingIndex, type HashRange, type KeySharedConsumer, RANGE_SIZE, type StickyKeyConsumerSelector } from './key-shared.ts';

/** Serves up to `end`, from where the one before ends. */
interface Part {
  readonly end: number;
  readonly consumer: number;
}

/** AUTO_SPLIT without consistent hashing: a consumer that joins takes the lower half of the largest range. */
export class AutoSplitSelector implements StickyKeyConsumerSelector {
  readonly keyHashRange: HashRange;
  readonly #size: number;
  #parts: Part[] = [];

  /** @param size a power of two */
  constructor(size = RANGE_SIZE) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new Error(`no power of two: ${size}`);
    this.#size = size;
    this.keyHashRange = { start: 0, end: size - 1 };
  }
  add({ id }: KeySharedConsumer): Refusal | null {
    if (this.#parts.length === 0) {
      this.#parts = [{ end: this.#size, consumer: id }];
      return null;
    }
    const widthOf = (at: number) => (this.#parts[at]?.end ?? 0) - (this.#parts[at - 1]?.end ?? 0);
    let largest = 0;
    for (let at = 1; at < this.#parts.length; at++) if (widthOf(at) > widthOf(largest)) largest = at;
    const width = widthOf(largest);
    if (width <= 1) return errors.consumerAssign(`No more range can assigned to new consumer, assigned consumers ${this.#parts.length}`);
    this.#parts.splice(largest, 0, { end: (this.#parts[largest] as Part).end - (width >> 1), consumer: id });
    return null;
  }
  /** The range goes to the one above, of the highest to the one below. */
  remove(id: number): void {
    const at = this.#parts.findIndex((part) => part.consumer === id);
    if (at < 0) return;
    const below = at === this.#parts.length - 1 ? this.#parts[at - 1] : undefined;
    if (below === undefined) this.#parts.splice(at, 1);
    else this.#parts.splice(at - 1, 2, { ...below, end: this.#size });
  }
  select(hash: number): number | null {
    const at = ceilingIndex(this.#parts.length, (index) => (this.#parts[index] as Part).end < hash);
    return this.#parts[at]?.consumer ?? null;
  }
  assignments(): readonly Assignment[] {
    return this.#parts.map(({ end, consumer }, at) => ({ start: at === 0 ? 0 : (this.#parts[at - 1] as Part).end + 1, end, consumer }));
  }
  save(): unknown {
    return this.#parts;
  }
  load(state: unknown): void {
    this.#parts = [...(state as Part[])];
  }
}
