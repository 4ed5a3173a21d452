/** The loop that an application writes around ReceiveMessage: receive, work, delete; and a heartbeat while it works. */
import { micros } from '../../base/time.ts';
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import { Session, type SessionHost } from './sessions.ts';
import type { Held, PollState } from './traffic.ts';

/** A pause after a refusal, µs. */
const AFTER_REFUSAL = 1_000_000;
const optional = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export class PollSession extends Session<PollState> implements ReceiveSession {
  readonly can = { retryOne: true, reject: false, extend: true, outOfOrder: true };
  private readonly listener: ReceiveListener;
  constructor(state: PollState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  ready(slots: number): void {
    const { state } = this;
    state.slots = slots;
    while (state.slots > 0 && state.buffer.length > 0) {
      const delivery = state.buffer[0] as Delivery;
      if (this.listener.push(delivery) === 'busy') return;
      state.buffer.shift();
      this.started(delivery);
    }
    this.ask();
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** One message of an answer. */
  take(held: Held): void {
    const { state } = this;
    const { delivery } = held;
    state.held.push([delivery.handle, held]);
    if (state.buffer.length > 0 || state.slots <= 0 || this.listener.push(delivery) === 'busy') state.buffer.push(delivery);
    else this.started(delivery);
  }
  /** The answer is in. */
  answered({ found, waited, refused }: { readonly found: number; readonly waited: boolean; readonly refused: boolean }): void {
    const { state, host } = this;
    state.asking = false;
    const { pause = '1s' } = host.config(state);
    // A receive that waited, and one that found something, is followed by the next at once.
    if (!refused && (found > 0 || waited)) return this.ask();
    state.asking = true;
    host.later(refused ? AFTER_REFUSAL : micros(String(pause)), { do: 'ask', session: state.id, life: state.life, ref: 0 });
  }
  /** The pause is over. */
  askAgain(): void {
    this.state.asking = false;
    this.ask();
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const held = this.heldOf(delivery.handle);
    if (held === undefined) return;
    if (how === 'extend') return this.extend(held);
    state.held = state.held.filter(([handle]) => handle !== delivery.handle);
    const { deletes = 'after the work', visibilityAfterFailure } = host.config(state);
    if (deletes === 'before the work') return;
    if (how === 'done') return this.remove(held);
    // There is no verb for giving up: nothing is said, and the timeout runs out; or it is cut short.
    const seconds = optional(visibilityAfterFailure);
    if (seconds === undefined) host.failed(held);
    else host.up(state, { do: 'change', session: state.id, life: state.life, seconds, ...held });
  }
  /** Time for a heartbeat of what is still in work. */
  beat(handle: number): void {
    const held = this.heldOf(handle);
    if (held === undefined) return;
    this.extend(held);
    this.beatLater(handle);
  }
  protected begin(): void {
    this.ask();
  }
  protected forget(): void {
    Object.assign(this.state, { slots: 0, asking: false, buffer: [], held: [], loseNextAck: false });
  }
  /** The next ReceiveMessage, when everything of the one before has been taken up. */
  private ask(): void {
    const { state, host } = this;
    if (!state.wanted || state.asking || state.slots <= 0 || state.buffer.length > 0) return;
    state.asking = true;
    const { MaxNumberOfMessages = 1, WaitTimeSeconds } = host.config(state);
    host.up(state, { do: 'receive', session: state.id, life: state.life, poller: 0, most: Number(MaxNumberOfMessages), wait: optional(WaitTimeSeconds) });
  }
  private started(delivery: Delivery): void {
    const { state, host } = this;
    state.slots--;
    const held = this.heldOf(delivery.handle);
    if (held === undefined) return;
    if (host.config(state)['deletes'] === 'before the work') this.remove(held);
    else this.beatLater(delivery.handle);
  }
  private beatLater(handle: number): void {
    const { state, host } = this;
    const { heartbeat } = host.config(state);
    if (typeof heartbeat === 'string') host.later(Math.max(1, micros(heartbeat)), { do: 'beat', session: state.id, life: state.life, ref: handle });
  }
  private extend(held: Held): void {
    const { state, host } = this;
    const { VisibilityTimeout, heartbeatTo } = host.config(state);
    const seconds = optional(heartbeatTo) ?? optional(VisibilityTimeout) ?? 30;
    host.up(state, { do: 'change', session: state.id, life: state.life, seconds, ...held });
  }
  private remove(held: Held): void {
    const { state, host } = this;
    if (state.loseNextAck) state.loseNextAck = false;
    else host.up(state, { do: 'delete', session: state.id, life: state.life, held: [held] });
  }
  private heldOf(handle: number): Held | undefined {
    return this.state.held.find(([one]) => one === handle)?.[1];
  }
}
