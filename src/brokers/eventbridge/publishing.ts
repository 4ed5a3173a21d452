/** The publisher's side: entries are gathered into PutEvents, and the client library tries again what fails as a whole. */
import type { RandomStream } from '../../kernel/random.ts';
import type { PublishListener, PublishSession, Refusal } from '../contract.ts';
import { isTransient } from './errors.ts';
import { count, type Config, formOf, span } from './plan.ts';
import { ENTRIES, type EventBridge } from './service.ts';
import type { SessionState, Thing, Traffic } from './traffic.ts';

/** Longest wait of the client library, µs. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const LONGEST = 20_000_000;

export interface PublishHost {
  readonly traffic: Traffic;
  readonly service: EventBridge;
  configOf(link: string): Config;
  /** The bus that a publish link leads to. */
  busOf(link: string): string;
  luck(purpose: string): RandomStream;
  throttled(bus: string, client: string): void;
}
/** In this room's words, so that a refusal finds its sentence. */
const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `eventbridge.${refusal.name}` });

export class PutEventsSession implements PublishSession {
  readonly awaited = true;
  private readonly state: SessionState;
  private readonly host: PublishHost;
  private readonly listener: PublishListener;
  constructor(state: SessionState, host: PublishHost, listener: PublishListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.up = true;
    this.listener.room();
  }
  close(): void {
    Object.assign(this.state, { up: false, life: this.state.life + 1, batch: [] });
  }
  send(message: number): 'taken' | 'full' {
    const { state, host } = this;
    if (!state.up) return 'full';
    const config = host.configOf(state.link);
    state.batch.push(message);
    if (state.batch.length >= Math.min(ENTRIES, count(config['Entries'], 1))) this.put(state.batch.splice(0), 1);
    else if (state.batch.length === 1) host.traffic.later(span(config['linger'], 0), this.thing({ do: 'linger' }));
    return 'taken';
  }
  /** A thing at its far end, or a wait that is over. */
  happen(thing: Thing): void {
    const { state, host } = this;
    if (thing.do === 'put') return this.arrived(thing.messages, thing.tries, thing.life);
    if (thing.life !== state.life) return;
    if (thing.do === 'linger' && state.batch.length > 0) this.put(state.batch.splice(0), 1);
    else if (thing.do === 'put-again') this.put(thing.messages, thing.tries);
    else if (thing.do === 'put-result') {
      const { results, messages, tries } = thing;
      if (!('refused' in results)) {
        results.forEach((result, i) => this.listener.outcome(messages[i] as number, result === null ? 'confirmed' : named(result)));
        return;
      }
      if (!isTransient(results) || tries >= count(host.configOf(state.link)['maxAttempts'], 3)) {
        for (const message of messages) this.listener.outcome(message, named(results));
        return;
      }
      let wait = 1_000_000;
      for (let n = 1; n < tries && wait < LONGEST; n++) wait *= 2;
      host.traffic.later(Math.round(Math.min(wait, LONGEST) * host.luck('client backoff').next()), this.thing({ do: 'put-again', messages, tries: tries + 1 }));
    }
  }
  private put(messages: readonly number[], tries: number): void {
    this.host.traffic.send(this.state, false, this.thing({ do: 'put', messages, tries }), messages[0]);
  }
  /** The request is with the service: what it takes is taken, whether or not anybody hears of it. */
  private arrived(messages: readonly number[], tries: number, life: number): void {
    const { state, host } = this;
    const form = formOf(host.configOf(state.link));
    const bus = host.busOf(state.link);
    const results = host.service.putEvents(
      bus,
      messages.map((message) => ({ form, message })),
    );
    if ('refused' in results && results.name === 'ThrottlingException') host.throttled(bus, state.client);
    const shown = 'refused' in results ? results : results.map((result) => ('refused' in result ? result : null));
    host.traffic.send(state, true, { session: state.id, life, do: 'put-result', messages, tries, results: shown });
  }
  private thing<T>(what: T): T & { readonly session: string; readonly life: number } {
    return { ...what, session: this.state.id, life: this.state.life };
  }
}
