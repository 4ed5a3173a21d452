/** Calls of targets that have no answer yet, by handle and by the session that got them. */
import type { Delivery } from '../contract.ts';

const NONE: ReadonlyMap<number, Delivery> = new Map();
/** Attempts that one handle can tell apart. */
const ATTEMPTS = 4096;
export const handleOf = (invocation: number, attempt: number): number => invocation * ATTEMPTS + attempt;
export const invocationOf = (handle: number): readonly [invocation: number, attempt: number] => [Math.floor(handle / ATTEMPTS), handle % ATTEMPTS];

export class Requests {
  private sessions = new Map<number, string>();
  private open = new Map<string, Map<number, Delivery>>();
  at(session: string): ReadonlyMap<number, Delivery> {
    return this.open.get(session) ?? NONE;
  }
  add(session: string, delivery: Delivery): void {
    this.sessions.set(delivery.handle, session);
    let here = this.open.get(session);
    if (here === undefined) this.open.set(session, (here = new Map()));
    here.set(delivery.handle, delivery);
  }
  /** @returns the session that had it, and what it was */
  remove(handle: number): { readonly session: string; readonly delivery: Delivery } | undefined {
    const session = this.sessions.get(handle);
    if (session === undefined) return undefined;
    this.sessions.delete(handle);
    const here = this.open.get(session);
    const delivery = here?.get(handle);
    here?.delete(handle);
    return delivery && { session, delivery };
  }
  save(): readonly (readonly [string, readonly Delivery[]])[] {
    return [...this.open].map(([session, here]) => [session, [...here.values()]]);
  }
  load(state: ReturnType<Requests['save']>): void {
    this.sessions = new Map();
    this.open = new Map();
    for (const [session, deliveries] of state) for (const delivery of deliveries) this.add(session, delivery);
  }
}
