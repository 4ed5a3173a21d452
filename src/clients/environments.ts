/** The environments of a function: one for each invocation at a time, made when none is free, kept warm for a while, limited in number. */
import { copyOf } from '../base/copy.ts';
import type { Facts } from '../history/history.ts';
import type { Sampler } from '../scenario/spread.ts';
import type { ClientHost } from './host.ts';

export interface EnvironmentsPlan {
  /** At once; 0 = every invocation is throttled. */
  readonly concurrency: number;
  /** Of these, so many are always there. */
  readonly provisioned: number;
  readonly coldStart: Sampler;
  /** µs that an environment with nothing to do is kept */
  readonly keepWarm: number;
}
export interface Environment {
  /** It can work from here on: a cold start takes until then. */
  readonly readyAt: number;
  /** µs that it took to come up */
  readonly coldStart: number;
  /** Another number for every stretch of being busy or idle. */
  stretch: number;
  busy: boolean;
}
interface State {
  /** By number, from 0. */
  all: (Environment | null)[];
  /** How many there are, and how many of them have an invocation. */
  count: number;
  busy: number;
  next: number;
  coldStarts: number;
}

export class Environments {
  private readonly place: string;
  private readonly host: ClientHost;
  /** Asks for `expire` after so long. */
  private readonly idleFor: (delayUs: number, environment: number, stretch: number) => void;
  private plan: EnvironmentsPlan;
  private readonly names: string[] = [];
  private state: State = { all: [], count: 0, busy: 0, next: 0, coldStarts: 0 };

  constructor(place: string, host: ClientHost, plan: EnvironmentsPlan, idleFor: (delayUs: number, environment: number, stretch: number) => void) {
    this.place = place;
    this.host = host;
    this.plan = plan;
    this.idleFor = idleFor;
  }
  get busy(): number {
    return this.state.busy;
  }
  get coldStarts(): number {
    return this.state.coldStarts;
  }
  get count(): number {
    return this.state.count;
  }
  get limit(): number {
    return this.plan.concurrency;
  }
  get free(): number {
    return Math.max(0, this.plan.concurrency - this.state.busy);
  }
  /** Numbers of those that are there. */
  get alive(): number[] {
    return this.state.all.flatMap((e, i) => (e ? [i] : []));
  }
  at(environment: number): Environment | null {
    return this.state.all[environment] ?? null;
  }
  name(environment: number): string {
    return (this.names[environment] ??= `${this.place}/${environment + 1}`);
  }
  /** Provisioned ones are ready before the first message comes. */
  start(): void {
    for (let i = 0; i < this.provisioned(); i++) this.add(i, 0);
  }
  adopt(plan: EnvironmentsPlan): void {
    this.plan = plan;
    for (let i = this.state.all.length - 1; i >= 0 && this.state.count > plan.concurrency; i--) if (this.at(i)?.busy === false) this.remove(i, 'clients.scaled_in');
    for (let i = 0; i < this.provisioned(); i++) if (!this.at(i)) this.make(i, 'clients.provisioned', {});
  }
  /** The first that is free, else a new one; undefined when the limit is reached. @param facts about what it is wanted for */
  acquire(facts: Facts): number | undefined {
    const { state, plan } = this;
    if (state.busy >= plan.concurrency) return undefined;
    let found = state.all.findIndex((e) => e?.busy === false);
    if (found < 0) {
      found = state.all.indexOf(null);
      if (found < 0) found = state.all.length;
      this.make(found, 'clients.cold_start', facts);
    }
    const environment = state.all[found] as Environment;
    environment.busy = true;
    environment.stretch = state.next++;
    state.busy++;
    return found;
  }
  /** Its invocation is over; it stays warm for a while. */
  release(environment: number): void {
    const { state, plan } = this;
    const at = state.all[environment] as Environment;
    at.busy = false;
    at.stretch = state.next++;
    state.busy--;
    if (state.count > plan.concurrency) this.remove(environment, 'clients.scaled_in');
    else if (environment >= this.provisioned()) this.idleFor(plan.keepWarm, environment, at.stretch);
  }
  /** It has been idle for long enough, if that stretch still lasts. @param stretch modulo a million */
  expire(environment: number, stretch: number): void {
    const at = this.at(environment);
    if (!at || at.stretch % 1e6 !== stretch || environment < this.provisioned()) return;
    this.remove(environment, 'clients.environment_idle');
  }
  /** It is gone, whatever it did; a provisioned one is replaced at once. */
  destroy(environment: number): void {
    if (this.at(environment)?.busy) this.state.busy--;
    this.drop(environment);
    if (environment < this.provisioned()) this.make(environment, 'clients.provisioned', {});
  }
  save(): unknown {
    return copyOf(this.state);
  }
  load(saved: unknown): void {
    this.state = copyOf(saved as State);
  }
  private provisioned(): number {
    return Math.min(this.plan.provisioned, this.plan.concurrency);
  }
  private make(environment: number, reason: string, facts: Facts): void {
    const { host, state } = this;
    this.add(environment, Math.max(0, Math.round(this.plan.coldStart(host.luck('cold starts')))));
    state.coldStarts++;
    host.record('joined', { ...facts, place: this.place, actor: this.name(environment), reason, detail: 0 });
  }
  private add(environment: number, coldStart: number): void {
    const { state } = this;
    while (state.all.length <= environment) state.all.push(null);
    state.all[environment] = { readyAt: this.host.now() + coldStart, coldStart, stretch: state.next++, busy: false };
    state.count++;
  }
  private remove(environment: number, reason: string): void {
    this.drop(environment);
    this.host.record('left', { place: this.place, actor: this.name(environment), reason });
  }
  private drop(environment: number): void {
    this.state.all[environment] = null;
    this.state.count--;
  }
}
