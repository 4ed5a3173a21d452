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
 * Binary heap of (time, sequence) in typed arrays; time is a whole number of µs. What is to be called, and its sequence, lie still
 * in a slot, the heap moves only its time and the slot's number. A call that is taken out leaves a hole at the top. The first call
 * that it schedules fills it and goes down as far as it must, for most are due soon. Else the last one does: then the hole sinks
 * along the earlier children to the bottom, and the call rises from there, for it came from there.
 */
export class Kernel {
  now = 0;
  private sequence = 0;
  private size = 0;
  /** The first call is being run: its place at the top is a hole. */
  private hollow = false;
  private time = new Float64Array(FIRST_ROOM);
  private slot = new Int32Array(FIRST_ROOM);
  /** By slot: the sequence. */
  private order = new Float64Array(FIRST_ROOM);
  /** By slot: handler, actor, argument. */
  private what = new Int32Array(FIRST_ROOM * 3);
  /** Slots that are not in use: the first `slot.length - size` of these. */
  private free = Int32Array.from({ length: FIRST_ROOM }, (_, i) => FIRST_ROOM - 1 - i);
  private readonly handlers: Handler[] = [];

  register(handler: Handler): number {
    return this.handlers.push(handler) - 1;
  }
  get pending(): number {
    return this.hollow ? this.size - 1 : this.size;
  }
  /** @param delay whole µs, ≥ 0 */
  schedule(delay: number, handler: number, actor: number, arg: number): void {
    this.insert(this.now + delay, this.sequence++, handler, actor, arg);
  }
  /** Instant of the next call, or Infinity. */
  nextAt(): number {
    if (this.hollow) this.close();
    return this.size === 0 ? Infinity : (this.time[0] as number);
  }
  /** Moves the clock on, to no later than the next call. */
  advanceTo(time: number): void {
    if (time > this.now) this.now = Math.min(time, this.nextAt());
  }
  /** Runs the next call; the caller has looked at `nextAt`. */
  step(): void {
    const { what } = this;
    const at = (this.slot[0] as number) * 3;
    this.now = this.time[0] as number;
    this.hollow = true;
    (this.handlers[what[at] as number] as Handler)(what[at + 1] as number, what[at + 2] as number);
    if (this.hollow) this.close();
  }
  save(): KernelState {
    if (this.hollow) this.close();
    const calls = [];
    for (let i = 0; i < this.size; i++) {
      const slot = this.slot[i] as number;
      const at = slot * 3;
      calls.push([this.time[i], this.order[slot], this.what[at], this.what[at + 1], this.what[at + 2]] as [number, number, number, number, number]);
    }
    return { now: this.now, sequence: this.sequence, calls };
  }
  load(state: KernelState): void {
    while (this.size > 0) this.close();
    this.now = state.now;
    this.sequence = state.sequence;
    for (const [time, sequence, handler, actor, arg] of state.calls) this.insert(time, sequence, handler, actor, arg);
  }

  private insert(time: number, order: number, handler: number, actor: number, arg: number): void {
    const { hollow } = this;
    if (!hollow && this.size === this.time.length) this.resize(this.time.length * 2);
    const slot = (hollow ? this.slot[0] : this.free[this.time.length - this.size - 1]) as number;
    const { what } = this;
    this.order[slot] = order;
    what[slot * 3] = handler;
    what[slot * 3 + 1] = actor;
    what[slot * 3 + 2] = arg;
    this.hollow = false;
    if (hollow) this.fill(time, slot);
    else this.rise(this.size++, time, order, slot);
  }
  /** Puts the newest call where it belongs, from the hole at the top downwards. */
  private fill(time: number, slot: number): void {
    const { time: times, slot: slots, size } = this;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && this.isEarlier(child + 1, child)) child++;
      const ct = times[child] as number;
      if (time < ct) break;
      times[i] = ct;
      slots[i] = slots[child] as number;
      i = child;
    }
    times[i] = time;
    slots[i] = slot;
  }
  /** Puts a call where it belongs, from the hole at `i` upwards. */
  private rise(i: number, time: number, order: number, slot: number): void {
    const { time: times, slot: slots, order: orders } = this;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const pt = times[parent] as number;
      if (pt < time || (pt === time && (orders[slots[parent] as number] as number) < order)) break;
      times[i] = pt;
      slots[i] = slots[parent] as number;
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }
  /** The last call fills the hole at the top. */
  private close(): void {
    this.hollow = false;
    const last = --this.size;
    this.free[this.time.length - last - 1] = this.slot[0] as number;
    if (last > 0) {
      const slot = this.slot[last] as number;
      this.rise(this.sink(last), this.time[last] as number, this.order[slot] as number, slot);
    }
    if (last * 8 < this.time.length && this.time.length > FIRST_ROOM) this.resize(this.time.length / 4);
  }
  /** Sinks the hole at the top of the first `size` calls along the earlier children to the bottom; where it is then. */
  private sink(size: number): number {
    const { time: times, slot: slots } = this;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && this.isEarlier(child + 1, child)) child++;
      times[i] = times[child] as number;
      slots[i] = slots[child] as number;
      i = child;
    }
    return i;
  }
  private isEarlier(a: number, b: number): boolean {
    const at = this.time[a] as number;
    const bt = this.time[b] as number;
    return at < bt || (at === bt && (this.order[this.slot[a] as number] as number) < (this.order[this.slot[b] as number] as number));
  }
  /** More room, or less after a crowd has gone; the calls move to the first slots. */
  private resize(room: number): void {
    const { time, order, slot, what, size } = this;
    this.time = new Float64Array(room);
    this.order = new Float64Array(room);
    this.time.set(time.subarray(0, size));
    this.slot = new Int32Array(room);
    this.what = new Int32Array(room * 3);
    this.free = new Int32Array(room);
    for (let i = 0; i < size; i++) {
      const from = slot[i] as number;
      this.slot[i] = i;
      this.order[i] = order[from] as number;
      for (let k = 0; k < 3; k++) this.what[i * 3 + k] = what[from * 3 + k] as number;
    }
    for (let i = 0; i < room - size; i++) this.free[i] = room - 1 - i;
  }
}
