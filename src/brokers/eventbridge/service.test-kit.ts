import { RandomStream } from '../../kernel/random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type DeadAttributes, deadAttributes } from './dead-attributes.ts';
import type { Invocation, TargetConfig } from './model.ts';
import { plan } from './plan.ts';
import { EventBridge, type ArchiveConfig, type Entry, type Matched, type ServiceSink } from './service.ts';

/** Defaults of a bus and of a target, as a document that says nothing has them, but for what is random. */
const DEFAULTS = plan({
  cluster: { id: 'eventbridge', kind: 'eventbridge' },
  nodes: [
    { id: 'b', kind: 'eventbridge.bus', config: { deliveryLatency: '500ms' } },
    { id: 'r', kind: 'eventbridge.rule' },
  ],
  links: [
    { id: 'br', kind: 'rule', from: 'b', to: 'r' },
    { id: 't', kind: 'api-destination', from: 'r', to: 'x' },
  ],
});
type BusConfig = NonNullable<(typeof DEFAULTS.buses)[string]>;

/** The service with one bus, "main", and a record of all that it does. */
export class Bench implements ServiceSink {
  readonly clock = new VirtualClock();
  service: EventBridge;
  readonly invoked: { readonly at: number; readonly message: number; readonly target: string; readonly attempt: number; readonly id: number }[] = [];
  readonly ends: string[] = [];
  readonly matches: Matched[] = [];
  readonly buried: string[] = [];
  readonly attributes: DeadAttributes[] = [];
  queueTakes = true;
  private readonly luck = new Map<string, RandomStream>();
  constructor(bus: Partial<BusConfig> = {}) {
    this.service = this.make();
    this.clock.attach((name, ref) => this.service.timer(name, ref));
    this.bus('main', bus);
  }
  private make(): EventBridge {
    const luck = (purpose: string) => {
      const stream = this.luck.get(purpose) ?? new RandomStream(1, purpose);
      this.luck.set(purpose, stream);
      return stream;
    };
    return new EventBridge({ now: () => this.clock.now(), after: (delay, name, ref) => this.clock.after(delay, name, ref), luck }, (message) => ({ key: 'ABCDEFGHIJ'[message % 10] ?? '', seq: Math.floor(message / 10) + 1, size: 100 }), this);
  }
  /** Puts a fresh service in the place of this one: nothing may change. */
  reload(): void {
    const saved = this.service.save();
    this.service = this.make();
    this.service.load(saved);
  }
  bus(name: string, bus: Partial<BusConfig> = {}): void {
    this.service.createEventBus(name, { ...(DEFAULTS.buses['b'] as BusConfig), ...bus });
  }
  rule(name: string, pattern = '{"source":[{"prefix":""}]}', more: { readonly bus?: string; readonly enabled?: boolean; readonly queue?: string } = {}) {
    return this.service.putRule(name, { bus: more.bus ?? 'main', pattern, enabled: more.enabled ?? true, deadLetterQueue: more.queue ?? '' });
  }
  target(rule: string, id: string, config: Partial<TargetConfig> = {}) {
    return this.service.putTarget(rule, id, { ...(DEFAULTS.targets[0]?.config as TargetConfig), to: id, ...config });
  }
  archive(name: string, config: Partial<ArchiveConfig> = {}) {
    return this.service.createArchive(name, { bus: 'main', pattern: '', retentionDays: 0, lag: '0us', replayRate: 1000, ...config });
  }
  entry(message: number, form: Partial<Entry['form']> = {}): Entry {
    return { message, form: { source: 'shop', detailType: 'order placed', detail: '{"key":"{key}"}', ...form } };
  }
  put(...messages: number[]) {
    return this.service.putEvents(
      'main',
      messages.map((message) => this.entry(message)),
    );
  }
  seconds(n: number): this {
    this.clock.advance(Math.round(n * 1e6));
    return this;
  }
  /** The newest call of a target is answered. */
  answer(how: 'succeeded' | 'throttled' | 'error' | 'rejected', reason = 'eventbridge.http_5xx'): void {
    const last = this.invoked.at(-1);
    if (last) this.service.answer(last.id, last.attempt, how, reason);
  }
  // ServiceSink
  matched(matched: Matched): void {
    this.matches.push(matched);
  }
  invoke({ id, event, target, attempts }: Invocation): void {
    this.invoked.push({ at: this.clock.now(), message: event.message, target, attempt: attempts, id });
  }
  timedOut(): void {}
  again(_: Invocation, reason: string): void {
    this.ends.push(`again ${reason}`);
  }
  over({ event }: Invocation, fate: string, reason: string): void {
    this.ends.push(`${event.message} ${fate} ${reason}`);
  }
  bury(invocation: Invocation, queue: string, reason: string): boolean {
    const { event } = invocation;
    this.attributes.push(deadAttributes(invocation, reason));
    if (this.queueTakes) this.buried.push(`${event.message} ${queue} ${reason}`);
    return this.queueTakes;
  }
  forwarded({ event }: Invocation): void {
    this.ends.push(`${event.message} forwarded`);
  }
}
