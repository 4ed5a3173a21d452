/**
 * How far into a FIFO queue messages are looked for: the oldest so many that are stored. Orders rise and are never reused.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/avoid-backlog-with-the-same-message-group-id.html
 */
export interface HorizonState {
  readonly upTo: number;
  readonly within: number;
  readonly last: number;
}
export class Horizon {
  private state: { upTo: number; within: number; last: number } = { upTo: -1, within: 0, last: -1 };
  private readonly exists: (order: number) => boolean;
  constructor(exists: (order: number) => boolean) {
    this.exists = exists;
  }
  sees(order: number): boolean {
    return order <= this.state.upTo;
  }
  add(order: number, most: number): void {
    // Nothing is stored: what lies between need not be looked at.
    if (this.state.within === 0) this.state.upTo = order - 1;
    this.state.last = order;
    this.advance(most);
  }
  /** @param order of what is stored no more */
  remove(order: number, most: number): void {
    if (order <= this.state.upTo) this.state.within--;
    this.advance(most);
  }
  private advance(most: number): void {
    const { state } = this;
    while (state.within < most && state.upTo < state.last) if (this.exists(++state.upTo)) state.within++;
  }
  save(): HorizonState {
    return { ...this.state };
  }
  load(state: HorizonState): void {
    this.state = { ...state };
  }
}
