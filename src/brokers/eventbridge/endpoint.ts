/** The side of a target: an instance of an HTTP service that answers requests, or a function that Lambda invokes. */
import type { Delivery, ReceiveListener, ReceiveSession } from '../contract.ts';
import { handOver } from '../intake.ts';
import type { Answer } from './model.ts';
import { count, type Config } from './plan.ts';
import type { SessionState, Thing, Traffic } from './traffic.ts';

export interface EndpointHost {
  readonly traffic: Traffic;
  configOf(link: string): Config;
  /** Whether Lambda invokes what the link leads to. */
  isFunction(link: string): boolean;
  /** Requests of this session that have no answer yet. */
  openAt(session: string): ReadonlyMap<number, Delivery>;
}
/** How answers are told of, by what the client says. */
const HTTP = { done: ['succeeded', 'eventbridge.http_2xx'], retry: ['error', 'eventbridge.http_5xx'], reject: ['rejected', 'eventbridge.http_4xx'] } as const;
const LAMBDA = { done: ['succeeded', 'eventbridge.function_done'], retry: ['error', 'eventbridge.function_error'], reject: ['error', 'eventbridge.function_error'] } as const;

export class EndpointSession implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  readonly listener: ReceiveListener;
  private readonly state: SessionState;
  private readonly host: EndpointHost;
  constructor(state: SessionState, host: EndpointHost, listener: ReceiveListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.up = true;
  }
  /** Connections of a process that is gone are reset: EventBridge hears of it one hop later. */
  close(_how: 'graceful' | 'crash'): void {
    const { state, host } = this;
    if (!state.up) return;
    Object.assign(state, { up: false, slots: 0, buffer: [] });
    for (const handle of host.openAt(state.id).keys()) this.answer(handle, 'error', host.isFunction(state.link) ? 'eventbridge.function_error' : 'eventbridge.connection_reset');
  }
  ready(slots: number): void {
    handOver(this.state, slots, this.listener);
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  settle({ handle }: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    if (how === 'extend' || !host.openAt(state.id).has(handle)) return;
    if (state.loseNextAck) {
      state.loseNextAck = false;
      return;
    }
    const [answer, reason] = (host.isFunction(state.link) ? LAMBDA : HTTP)[how];
    this.answer(handle, answer, reason);
  }
  /** A request at the instance. */
  happen(thing: Thing): void {
    if (thing.do !== 'request') return;
    const { state, host } = this;
    const { delivery } = thing;
    const isFunction = host.isFunction(state.link);
    if (!state.up) return this.answer(delivery.handle, 'error', isFunction ? 'eventbridge.function_error' : 'eventbridge.connection_refused');
    if (state.buffer.length === 0 && this.listener.push(delivery) === 'started') {
      state.slots = Math.max(0, state.slots - 1);
      return;
    }
    if (isFunction) return this.answer(delivery.handle, 'throttled', 'eventbridge.function_throttled');
    if (state.buffer.length >= count(host.configOf(state.link)['backlog'], 10)) return this.answer(delivery.handle, 'throttled', 'eventbridge.http_429');
    state.buffer.push(delivery);
  }
  private answer(handle: number, answer: Answer, reason: string): void {
    const { state } = this;
    this.host.traffic.send(state, true, { session: state.id, life: state.life, do: 'response', handle, answer, reason });
  }
}
