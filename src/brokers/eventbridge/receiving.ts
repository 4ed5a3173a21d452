/** The side of a reader of a dead-letter queue: ReceiveMessage with long polling, DeleteMessage. */
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import { handOver } from '../intake.ts';
import { count, type Config } from './plan.ts';
import type { SessionState, Thing, Traffic } from './traffic.ts';

export interface ReceivingHost {
  readonly traffic: Traffic;
  configOf(link: string): Config;
}
export class QueueSession implements ReceiveSession {
  readonly can = { retryOne: true, reject: false, extend: false, outOfOrder: true };
  readonly listener: ReceiveListener;
  private readonly state: SessionState;
  private readonly host: ReceivingHost;
  constructor(state: SessionState, host: ReceivingHost, listener: ReceiveListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.up = true;
  }
  close(_how: 'graceful' | 'crash'): void {
    // What it held becomes visible again when its timeout is over.
    Object.assign(this.state, { up: false, life: this.state.life + 1, slots: 0, buffer: [], asking: false });
  }
  ready(slots: number): void {
    handOver(this.state, slots, this.listener);
    this.ask();
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** SQS knows no reject: what is neither deleted nor given back comes again after the visibility timeout. */
  settle({ handle }: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state } = this;
    if (how !== 'done' && how !== 'retry') return;
    if (how === 'done' && state.loseNextAck) {
      state.loseNextAck = false;
      return;
    }
    this.host.traffic.send(state, true, { session: state.id, life: state.life, do: how === 'done' ? 'delete' : 'release', handle });
  }
  /** What a ReceiveMessage brought. */
  happen(thing: Thing): void {
    const { state } = this;
    if (thing.do !== 'received' || thing.life !== state.life) return;
    state.asking = false;
    state.buffer.push(...thing.deliveries);
    this.ready(state.slots);
  }
  /** A message that became visible again need not be begun. */
  forget(handle: number): void {
    this.state.buffer = this.state.buffer.filter((one) => one.handle !== handle);
  }
  private ask(): void {
    const { state, host } = this;
    if (!state.up || state.asking || state.slots <= 0 || state.buffer.length > 0) return;
    state.asking = true;
    const most = Math.min(state.slots, count(host.configOf(state.link)['MaxNumberOfMessages'], 10));
    host.traffic.send(state, true, { session: state.id, life: state.life, do: 'receive', most });
  }
}
