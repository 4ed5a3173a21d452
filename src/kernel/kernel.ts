/** The virtual clock and the agenda: what is to happen when. Same instant: in the order of scheduling. */

/** A behaviour, registered once; `actor` and `arg` are integers, never objects. */
export type Handler = (actor: number, arg: number) => void;

export interface KernelState {
  readonly now: number;
  readonly sequence: number;
  readonly calls: readonly (readonly [time: number, sequence: number, handler: number, actor: number, arg: number])[];
}
const FIRST_ROOM = 1024;

/**
 * Binary heap of (time, sequence) in typed arrays; time is a whole number of µs. What is to be called lies still in a slot, the
 * heap moves only the slot's number. A call that is taken out leaves a hole that sinks along the earlier children to the bottom,
 * and the last call rises from there: it nearly always belongs near the bottom, so this compares half as often.
 */
export class Kernel {
  now = 0;
  private sequence = 0;
  private size = 0;
  private time = new Float64Array(FIRST_ROOM);
  private order = new Float64Array(FIRST_ROOM);
  private slot = new Int32Array(FIRST_ROOM);
  /** By slot: handler, actor, argument. */
  private what = new Int32Array(FIRST_ROOM * 3);
  /** Slots that are not in use: the first `slot.length - size` of these. */
  private free = Int32Array.from({ length: FIRST_ROOM }, (_, i) => FIRST_ROOM - 1 - i);
  private readonly handlers: Handler[] = [];

  register(handler: Handler): number {
    return this.handlers.push(handler) - 1;
  }
  get pending(): number {
    return this.size;
  }
  /** @param delay whole µs, ≥ 0 */
  schedule(delay: number, handler: number, actor: number, arg: number): void {
    this.insert(this.now + delay, this.sequence++, handler, actor, arg);
  }
  /** Instant of the next call, or Infinity. */
  nextAt(): number {
    return this.size === 0 ? Infinity : (this.time[0] as number);
  }
  /** Moves the clock on, to no later than the next call. */
  advanceTo(time: number): void {
    if (time > this.now) this.now = Math.min(time, this.nextAt());
  }
  /** Runs the next call; the caller has looked at `nextAt`. */
  step(): void {
    const { what } = this;
    const slot = this.slot[0] as number;
    const handler = what[slot * 3] as number;
    const actor = what[slot * 3 + 1] as number;
    const arg = what[slot * 3 + 2] as number;
    this.now = this.time[0] as number;
    this.removeFirst(slot);
    (this.handlers[handler] as Handler)(actor, arg);
  }
  save(): KernelState {
    const calls = [];
    for (let i = 0; i < this.size; i++) {
      const at = (this.slot[i] as number) * 3;
      calls.push([this.time[i], this.order[i], this.what[at], this.what[at + 1], this.what[at + 2]] as [number, number, number, number, number]);
    }
    return { now: this.now, sequence: this.sequence, calls };
  }
  load(state: KernelState): void {
    while (this.size > 0) this.removeFirst(this.slot[0] as number);
    this.now = state.now;
    this.sequence = state.sequence;
    for (const [time, sequence, handler, actor, arg] of state.calls) this.insert(time, sequence, handler, actor, arg);
  }

  private insert(time: number, order: number, handler: number, actor: number, arg: number): void {
    if (this.size === this.time.length) this.grow();
    const i = this.size++;
    const slot = this.free[this.time.length - this.size] as number;
    const { what } = this;
    what[slot * 3] = handler;
    what[slot * 3 + 1] = actor;
    what[slot * 3 + 2] = arg;
    this.rise(i, time, order, slot);
  }
  /** Puts a call where it belongs, from the hole at `i` upwards. */
  private rise(i: number, time: number, order: number, slot: number): void {
    const times = this.time;
    const orders = this.order;
    const slots = this.slot;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const pt = times[parent] as number;
      if (pt < time || (pt === time && (orders[parent] as number) < order)) break;
      times[i] = pt;
      orders[i] = orders[parent] as number;
      slots[i] = slots[parent] as number;
      i = parent;
    }
    times[i] = time;
    orders[i] = order;
    slots[i] = slot;
  }
  private removeFirst(slot: number): void {
    const times = this.time;
    const orders = this.order;
    const slots = this.slot;
    const last = --this.size;
    this.free[times.length - last - 1] = slot;
    if (last === 0) return;
    let i = 0;
    for (let child = 1; child < last; child = 2 * i + 1) {
      let ct = times[child] as number;
      if (child + 1 < last) {
        const other = times[child + 1] as number;
        if (other < ct || (other === ct && (orders[child + 1] as number) < (orders[child] as number))) {
          child++;
          ct = other;
        }
      }
      times[i] = ct;
      orders[i] = orders[child] as number;
      slots[i] = slots[child] as number;
      i = child;
    }
    this.rise(i, times[last] as number, orders[last] as number, slots[last] as number);
  }
  private grow(): void {
    const room = this.time.length;
    const wider = <A extends Float64Array | Int32Array>(a: A, b: A): A => (b.set(a as never), b);
    this.time = wider(this.time, new Float64Array(room * 2));
    this.order = wider(this.order, new Float64Array(room * 2));
    this.slot = wider(this.slot, new Int32Array(room * 2));
    this.what = wider(this.what, new Int32Array(room * 6));
    // All slots so far are in use: the free ones are the new.
    this.free = new Int32Array(room * 2);
    for (let i = 0; i < room; i++) this.free[i] = room * 2 - 1 - i;
  }
}
