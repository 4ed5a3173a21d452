/** Timeouts of one length, in the order in which they were set, which is that in which they fall due. */
interface Lane {
  /** µs */
  readonly length: number;
  /** Of those from `head` on. */
  dues: number[];
  args: number[];
  head: number;
  /** A call of the agenda is on its way. */
  called: boolean;
}
export type TimeoutsState = readonly Lane[];
interface TimeoutsHost {
  now(): number;
  /** `timeouts.due(lane)` after `delay` µs. */
  call(delay: number, lane: number): void;
  /** Whether a timeout still means anything. */
  stands(arg: number): boolean;
  expired(arg: number): void;
}
/** Gone ones that are kept at most, unless they are the smaller part. */
const SLACK = 64;

/**
 * Timeouts for one purpose, nearly all of which are void long before they are due: one call of the agenda stands for all of one
 * length, that for the oldest which still means anything.
 */
export class Timeouts {
  private lanes: Lane[] = [];
  private readonly host: TimeoutsHost;
  constructor(host: TimeoutsHost) {
    this.host = host;
  }
  set(length: number, arg: number): void {
    let at = this.lanes.findIndex((lane) => lane.length === length);
    if (at < 0) at = this.lanes.push({ length, dues: [], args: [], head: 0, called: false }) - 1;
    const lane = this.lanes[at] as Lane;
    lane.dues.push(this.host.now() + length);
    lane.args.push(arg);
    this.forgetVoid(lane);
    this.call(lane, at);
  }
  due(at: number): void {
    const lane = this.lanes[at];
    if (!lane) return;
    lane.called = false;
    for (this.forgetVoid(lane); (lane.dues[lane.head] ?? Infinity) <= this.host.now(); this.forgetVoid(lane)) this.host.expired(lane.args[lane.head++] as number);
    this.call(lane, at);
  }
  /** None is set any more, and whatever call is on its way never comes. */
  reset(): void {
    for (const lane of this.lanes) Object.assign(lane, { dues: [], args: [], head: 0, called: false });
  }
  save(): TimeoutsState {
    return this.lanes.map(({ head, dues, args, ...lane }) => ({ ...lane, dues: dues.slice(head), args: args.slice(head), head: 0 }));
  }
  load(lanes: TimeoutsState): void {
    this.lanes = lanes.map((lane) => ({ ...lane, dues: [...lane.dues], args: [...lane.args] }));
  }

  private call(lane: Lane, at: number): void {
    const due = lane.dues[lane.head];
    if (lane.called || due === undefined) return;
    lane.called = true;
    this.host.call(due - this.host.now(), at);
  }
  private forgetVoid(lane: Lane): void {
    const { dues, args } = lane;
    while (lane.head < args.length && !this.host.stands(args[lane.head] as number)) lane.head++;
    if (lane.head <= SLACK || lane.head * 2 <= args.length) return;
    dues.splice(0, lane.head);
    args.splice(0, lane.head);
    lane.head = 0;
  }
}
