import { RandomStream } from '../kernel/random.ts';
import type { BrokerHost } from './contract.ts';

interface Call {
  readonly at: number;
  readonly name: string;
  readonly ref: number;
}
/** A host with nothing but virtual time, and always the same luck: for conformance runs and tests. Calls of one instant run in the order they were asked for. */
export class VirtualClock implements BrokerHost {
  #now = 0;
  #agenda: Call[] = [];
  #call: (name: string, ref: number) => void = () => undefined;
  readonly #luck = new Map<string, RandomStream>();

  attach(call: (name: string, ref: number) => void): void {
    this.#call = call;
  }
  now(): number {
    return this.#now;
  }
  after(delayUs: number, name: string, ref: number): void {
    const at = this.#now + delayUs;
    const later = this.#agenda.findIndex((one) => one.at > at);
    this.#agenda.splice(later < 0 ? this.#agenda.length : later, 0, { at, name, ref });
  }
  luck(purpose: string): RandomStream {
    const stream = this.#luck.get(purpose) ?? new RandomStream(1, purpose);
    this.#luck.set(purpose, stream);
    return stream;
  }
  advance(us: number): void {
    const until = this.#now + us;
    while (this.#agenda.length > 0 && (this.#agenda[0]?.at ?? 0) <= until) {
      const due = this.#agenda.shift();
      if (due === undefined) break;
      this.#now = due.at;
      this.#call(due.name, due.ref);
    }
    this.#now = until;
  }
}
