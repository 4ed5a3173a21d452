/** What SNS calls: an HTTP endpoint, or a function. Its room and its answers decide whether SNS tries again. */
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import { Session, type SessionHost } from './sessions.ts';
import type { EndpointState } from './traffic.ts';

export class EndpointSession extends Session<EndpointState> implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  private readonly listener: ReceiveListener;
  constructor(state: EndpointState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  /** Nobody asks it: calls come when they come. */
  ready(): void {}
  buffered(): readonly Delivery[] {
    return [];
  }
  /** A call comes in. */
  call(copy: number, delivery: Delivery): void {
    const { state, host, listener } = this;
    const { attempt } = delivery;
    if (listener.push(delivery) === 'busy') return host.respond(state, copy, attempt, 'busy');
    state.held.push([delivery.handle, copy, attempt]);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const found = state.held.find(([handle]) => handle === delivery.handle);
    if (found === undefined || how === 'extend') return;
    state.held = state.held.filter((one) => one !== found);
    const [, copy, attempt] = found;
    host.respond(state, copy, attempt, how === 'done' ? 'done' : how === 'retry' ? 'failed' : 'rejected');
  }
  protected begin(): void {}
  /** Connections break: whoever waits for an answer has none. */
  protected forget(): void {
    const { state, host } = this;
    for (const [, copy, attempt] of state.held.splice(0)) host.respond(state, copy, attempt, 'failed');
  }
}
