import type { BrokerHost } from '../../contract.ts';

interface Deadline {
  /** µs of virtual time. */
  at: number;
  /** Of two that are reached at once, the one that was set first comes first. */
  order: number;
  /** The host's call that is under way for it, and when that comes. */
  ref: number;
  wakes: number;
}
export interface DeadlinesState {
  readonly deadlines: readonly (readonly [string, Deadline])[];
  readonly next: number;
}

/**
 * Named deadlines over a host that can only call later: setting one again moves it, and costs a new call only when it moves forward.
 * (A session deadline moves with every heartbeat; the call under way then only looks again.)
 */
export class Deadlines {
  readonly #host: Pick<BrokerHost, 'now' | 'after'>;
  readonly #name: string;
  readonly #deadlines = new Map<string, Deadline>();
  #next = 1;

  /** @param name what the host is asked to call back with */
  constructor(host: Pick<BrokerHost, 'now' | 'after'>, name: string) {
    this.#host = host;
    this.#name = name;
  }

  set(key: string, delayMs: number): void {
    const at = this.#host.now() + delayMs * 1000;
    const known = this.#deadlines.get(key);
    const order = this.#next++;
    if (known !== undefined && known.wakes <= at) Object.assign(known, { at, order });
    else this.#arm(key, { at, order, ref: 0, wakes: at });
  }
  has(key: string): boolean {
    return this.#deadlines.has(key);
  }
  clear(key: string): void {
    this.#deadlines.delete(key);
  }
  clearWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.#deadlines.keys()]) if (matches(key)) this.#deadlines.delete(key);
  }
  /**
   * The host's call. One that was moved, or before which another of this instant goes, is called for once more.
   * @returns the name of the deadline that is reached, if any is
   */
  due(ref: number): string | null {
    let called: string | null = null;
    let first: readonly [string, Deadline] | null = null;
    for (const entry of this.#deadlines) {
      const [key, deadline] = entry;
      if (deadline.ref === ref) called = key;
      if (deadline.at <= this.#host.now() && (first === null || deadline.order < first[1].order)) first = entry;
    }
    const mine = called === null ? undefined : this.#deadlines.get(called);
    if (called === null || mine === undefined) return null;
    if (first?.[0] !== called) this.#arm(called, mine);
    if (first === null) return null;
    this.#deadlines.delete(first[0]);
    return first[0];
  }

  #arm(key: string, deadline: Deadline): void {
    const ref = this.#next++;
    this.#deadlines.set(key, { ...deadline, ref, wakes: deadline.at });
    this.#host.after(deadline.at - this.#host.now(), this.#name, ref);
  }
  save(): DeadlinesState {
    return { deadlines: [...this.#deadlines].map(([key, deadline]) => [key, { ...deadline }]), next: this.#next };
  }
  load(state: DeadlinesState): void {
    this.#deadlines.clear();
    for (const [key, deadline] of state.deadlines) this.#deadlines.set(key, { ...deadline });
    this.#next = state.next;
  }
}
