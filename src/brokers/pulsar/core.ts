/** What every part of a broker needs of the whole. */
import type { RandomStream } from '../../kernel/random.ts';
import type { Bookies } from './bookies.ts';
import type { PulsarEvent } from './events.ts';
import type { Options } from './options.ts';

export interface Core {
  options: Options;
  readonly bookies: Bookies;
  now(): number;
  /** The server's timer `name` with `ref` after `delay` µs. */
  after(delay: number, name: string, ref: number): void;
  emit(event: PulsarEvent): void;
  luck(): RandomStream;
}
