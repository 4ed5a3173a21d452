/** The virtual clock and the agenda: what is to happen when. Same instant: in the order of scheduling. */

/** A behaviour, registered once; `actor` and `arg` are integers, never objects. */
export type Handler = (actor: number, arg: number) => void;

export interface KernelState {
  readonly now: number;
  readonly sequence: number;
  readonly calls: readonly (readonly [time: number, sequence: number, handler: number, actor: number, arg: number])[];
}

/** Binary heap of (time, sequence) held in typed arrays; time is a whole number of µs. */
export class Kernel {
  now = 0;
  private sequence = 0;
  private size = 0;
  private time = new Float64Array(1024);
  private order = new Float64Array(1024);
  private what = new Int32Array(1024 * 3);
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
    const handler = this.what[0] as number;
    const actor = this.what[1] as number;
    const arg = this.what[2] as number;
    this.now = this.time[0] as number;
    this.removeFirst();
    (this.handlers[handler] as Handler)(actor, arg);
  }
  save(): KernelState {
    const calls = [];
    for (let i = 0; i < this.size; i++) calls.push([this.time[i], this.order[i], this.what[i * 3], this.what[i * 3 + 1], this.what[i * 3 + 2]] as [number, number, number, number, number]);
    return { now: this.now, sequence: this.sequence, calls };
  }
  load(state: KernelState): void {
    this.size = 0;
    this.now = state.now;
    this.sequence = state.sequence;
    for (const [time, sequence, handler, actor, arg] of state.calls) this.insert(time, sequence, handler, actor, arg);
  }

  private insert(time: number, order: number, handler: number, actor: number, arg: number): void {
    if (this.size === this.time.length) this.grow();
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const pt = this.time[parent] as number;
      if (pt < time || (pt === time && (this.order[parent] as number) < order)) break;
      this.move(parent, i);
      i = parent;
    }
    this.put(i, time, order, handler, actor, arg);
  }
  private removeFirst(): void {
    const last = --this.size;
    if (last === 0) return;
    const time = this.time[last] as number;
    const order = this.order[last] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      if (child + 1 < last && this.before(child + 1, child)) child++;
      const ct = this.time[child] as number;
      if (time < ct || (time === ct && order < (this.order[child] as number))) break;
      this.move(child, i);
      i = child;
    }
    this.put(i, time, order, this.what[last * 3] as number, this.what[last * 3 + 1] as number, this.what[last * 3 + 2] as number);
  }
  private before(i: number, j: number): boolean {
    const ti = this.time[i] as number;
    const tj = this.time[j] as number;
    return ti < tj || (ti === tj && (this.order[i] as number) < (this.order[j] as number));
  }
  private move(from: number, to: number): void {
    this.put(to, this.time[from] as number, this.order[from] as number, this.what[from * 3] as number, this.what[from * 3 + 1] as number, this.what[from * 3 + 2] as number);
  }
  private put(i: number, time: number, order: number, handler: number, actor: number, arg: number): void {
    this.time[i] = time;
    this.order[i] = order;
    this.what[i * 3] = handler;
    this.what[i * 3 + 1] = actor;
    this.what[i * 3 + 2] = arg;
  }
  private grow(): void {
    const wider = <A extends Float64Array | Int32Array>(a: A, b: A): A => (b.set(a as never), b);
    this.time = wider(this.time, new Float64Array(this.time.length * 2));
    this.order = wider(this.order, new Float64Array(this.order.length * 2));
    this.what = wider(this.what, new Int32Array(this.what.length * 2));
  }
}
