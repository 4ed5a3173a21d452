import type { BrokerHost } from '../../contract.ts';

interface Deadline {
  /** µs of virtual time. */
  at: number;
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
    if (known !== undefined && known.wakes <= at) known.at = at;
    else this.#arm(key, at);
  }
  clear(key: string): void {
    this.#deadlines.delete(key);
  }
  clearWhere(matches: (key: string) => boolean): void {
    for (const key of [...this.#deadlines.keys()]) if (matches(key)) this.#deadlines.delete(key);
  }
  /** @returns the name of the deadline that is reached with this call; null when it was moved, cleared or replaced */
  due(ref: number): string | null {
    for (const [key, deadline] of this.#deadlines) {
      if (deadline.ref !== ref) continue;
      this.#deadlines.delete(key);
      if (deadline.at <= this.#host.now()) return key;
      this.#arm(key, deadline.at);
      return null;
    }
    return null;
  }

  #arm(key: string, at: number): void {
    const ref = this.#next++;
    this.#deadlines.set(key, { at, ref, wakes: at });
    this.#host.after(at - this.#host.now(), this.#name, ref);
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
