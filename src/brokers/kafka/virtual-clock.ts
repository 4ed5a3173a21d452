import type { BrokerHost } from '../contract.ts';

/** A host with nothing but virtual time: for conformance runs and tests. */
export class VirtualClock implements BrokerHost {
  #now = 0;
  #order = 0;
  #agenda: { at: number; order: number; name: string; ref: number }[] = [];
  #call: (name: string, ref: number) => void = () => undefined;

  attach(call: (name: string, ref: number) => void): void {
    this.#call = call;
  }
  now(): number {
    return this.#now;
  }
  after(delayUs: number, name: string, ref: number): void {
    this.#agenda.push({ at: this.#now + delayUs, order: this.#order++, name, ref });
  }
  advance(us: number): void {
    const until = this.#now + us;
    for (;;) {
      let next = -1;
      for (const [i, one] of this.#agenda.entries()) {
        const best = this.#agenda[next];
        if (one.at <= until && (best === undefined || one.at < best.at || (one.at === best.at && one.order < best.order))) next = i;
      }
      const due = this.#agenda[next];
      if (due === undefined) break;
      this.#agenda.splice(next, 1);
      this.#now = due.at;
      this.#call(due.name, due.ref);
    }
    this.#now = until;
  }
}
