/** What all sessions need of their room, and the one that publishes. */
import { micros } from '../../base/time.ts';
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import type { FilterCriteria } from './filter-criteria.ts';
import type { Config } from './plan.ts';
import type { Held, PublishState, SessionState, Thing } from './traffic.ts';

export interface SessionHost {
  now(): number;
  up(state: SessionState, thing: Thing, message?: number): void;
  later(delay: number, thing: Thing): void;
  /** The settings of its link. */
  config(state: SessionState): Config;
  /** Bytes of a message. */
  sizeOf(message: number): number;
  joined(state: SessionState): void;
  left(state: SessionState): void;
  /** A function was called and had no room. */
  throttled(state: SessionState, held: readonly Held[]): void;
  /** The work failed, and the service is told nothing. */
  failed(held: Held): void;
  /** What keeps the function from being called with some messages; a refusal when Lambda does not take it. */
  filters(state: SessionState): FilterCriteria | Refusal;
  /** The body of what was received; undefined when it is no longer there. */
  bodyOf(state: SessionState, held: Held): string | undefined;
  /** No filter let it through. */
  passedOver(state: SessionState, held: Held): void;
  /** Lambda does not take the settings of an event source mapping. */
  mappingRefused(state: SessionState): void;
  /** The queue at the end of its link, as far as the client may know it: its kind, and how much waits. */
  queueOf(state: SessionState): { readonly isFifo: boolean; readonly visible: number } | undefined;
  /** An endpoint has answered for a copy. */
  respond(state: SessionState, copy: number, attempt: number, how: 'done' | 'failed' | 'rejected' | 'busy'): void;
}
const MOST_ENTRIES = 10;
const LARGEST_BATCH = 1_048_576;

export abstract class Session<T extends SessionState> {
  readonly state: T;
  protected readonly host: SessionHost;
  constructor(state: T, host: SessionHost) {
    this.state = state;
    this.host = host;
  }
  open(): void {
    const { state } = this;
    if (state.wanted) return;
    state.wanted = true;
    state.life++;
    this.host.joined(state);
    this.begin();
  }
  /** What the process held and waited for is gone with it; the service learns nothing, but that nobody waits. */
  close(_how: 'graceful' | 'crash'): void {
    const { state } = this;
    if (!state.wanted) return;
    state.wanted = false;
    state.life++;
    this.forget();
    this.host.up(state, { do: 'hang-up', session: state.id });
    this.host.left(state);
  }
  protected abstract begin(): void;
  protected abstract forget(): void;
}

/** Sends one by one, or gathers batches. */
export class Publisher extends Session<PublishState> implements PublishSession {
  readonly awaited = true;
  private readonly listener: PublishListener;
  constructor(state: PublishState, host: SessionHost, listener: PublishListener) {
    super(state, host);
    this.listener = listener;
  }
  send(message: number, _attempt: number): 'taken' {
    const { state, host } = this;
    const { batch = 1, linger = '200ms' } = host.config(state);
    if (Number(batch) <= 1) {
      this.call([message]);
      return 'taken';
    }
    if (this.bytes() + host.sizeOf(message) > LARGEST_BATCH) this.flush();
    state.batch.push(message);
    if (state.batch.length >= Math.min(MOST_ENTRIES, Number(batch))) this.flush();
    else if (state.batch.length === 1) host.later(micros(String(linger)), { do: 'flush', session: state.id, life: state.life, ref: state.batches });
    return 'taken';
  }
  /** The linger is over. */
  lingered(batch: number): void {
    if (batch === this.state.batches) this.flush();
  }
  protected begin(): void {
    this.listener.room();
  }
  protected forget(): void {
    this.state.batch = [];
  }
  private flush(): void {
    const { state } = this;
    if (state.batch.length === 0) return;
    this.call(state.batch);
    state.batch = [];
    state.batches++;
  }
  private bytes(): number {
    return this.state.batch.reduce((sum, message) => sum + this.host.sizeOf(message), 0);
  }
  private call(messages: readonly number[]): void {
    const { state, host } = this;
    host.up(state, { do: 'send', session: state.id, life: state.life, messages }, messages[0]);
  }
}
