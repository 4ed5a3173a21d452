/** The service as conformance cases drive it: operations in, what was called, buried and dropped out. The shapes are those of conformance/FORMAT.md. */
import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { utf8Length } from '../../base/utf8.ts';
import type { Refusal } from '../contract.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { deadAttributes } from './dead-attributes.ts';
import type { Answer, Invocation, TargetConfig } from './model.ts';
import { archiveConfig, busConfig, ruleConfig, targetConfig } from './plan.ts';
import { EventBridge, type ServiceSink } from './service.ts';

type Operation = { readonly op: string; readonly [argument: string]: Json };
type Shown = Record<string, Json>;

const BUS = 'main';
/** Latency of the bus in cases, µs. */
const LATENCY = '500ms';
const KINDS: Readonly<Record<string, string>> = { http: 'api-destination', lambda: 'lambda', bus: 'event-bus' };
/** How an HTTP endpoint, or a function, answers. */
const ANSWERS: Readonly<Record<string, readonly [Answer, string]>> = {
  '200': ['succeeded', 'eventbridge.http_2xx'],
  '400': ['rejected', 'eventbridge.http_4xx'],
  '429': ['throttled', 'eventbridge.http_429'],
  '500': ['error', 'eventbridge.http_5xx'],
  done: ['succeeded', 'eventbridge.function_done'],
  failed: ['error', 'eventbridge.function_error'],
  throttled: ['throttled', 'eventbridge.function_throttled'],
};
/** EXHAUSTED_RETRY_CONDITION of a dead message; other reasons are shown by their own name. */
const EXHAUSTED: Readonly<Record<string, string>> = { 'eventbridge.retry_attempts': 'MaximumRetryAttempts', 'eventbridge.event_age': 'MaximumEventAgeInSeconds' };
const why = (reason: string): string => EXHAUSTED[reason] ?? reason.replace('eventbridge.', '');
const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : value === undefined ? otherwise : JSON.stringify(value));
const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const refused = ({ name, text: says }: Refusal): Shown => ({ error: name, message: says });

export class EventBridgeAdapter implements ServiceSink {
  private readonly clock = new VirtualClock();
  private service: EventBridge;
  /** What each event is called, and the bytes of its detail. */
  private readonly bodies: { readonly body: string; readonly size: number }[] = [];
  private readonly calls = new Map<string, Shown[]>();
  private readonly open = new Map<string, Invocation>();
  private buried: Shown[] = [];
  private dropped: Shown[] = [];
  constructor() {
    this.service = this.make();
    this.clock.attach((name, ref) => this.service.timer(name, ref));
    this.createEventBus({ op: 'createEventBus' });
  }
  run(operation: Operation): Shown | null {
    const result = this.does(operation);
    const shown: Shown = {};
    if (result !== undefined) shown['result'] = result;
    if (this.calls.size > 0) shown['calls'] = Object.fromEntries([...this.calls].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (this.buried.length > 0) shown['deadLetters'] = this.buried;
    if (this.dropped.length > 0) shown['dropped'] = this.dropped;
    this.calls.clear();
    this.buried = [];
    this.dropped = [];
    return Object.keys(shown).length > 0 ? shown : null;
  }
  /** Puts a fresh service in the place of this one: nothing may change. */
  reload(): void {
    const saved = this.service.save();
    this.service = this.make();
    this.service.load(saved);
  }
  private make(): EventBridge {
    return new EventBridge(this.clock, (message) => ({ key: '', seq: 0, size: this.bodies[message]?.size ?? 0 }), this);
  }
  private does(operation: Operation): Json | undefined {
    const { service } = this;
    const name = (argument: string) => text(operation[argument]);
    const outcome = (refusal: Refusal | undefined): Json | undefined => refusal && refused(refusal);
    switch (operation.op) {
      case 'advance':
        this.clock.advance(Number(operation['ms']) * 1000);
        return undefined;
      case 'createEventBus':
        return this.createEventBus(operation);
      case 'putRule':
        return outcome(service.putRule(name('rule'), ruleConfig({ ...operation, ...(operation['EventPattern'] === undefined ? {} : { EventPattern: name('EventPattern') }) }, text(operation['bus'], BUS))));
      case 'deleteRule':
        service.deleteRule(name('rule'));
        return undefined;
      case 'disableRule':
      case 'enableRule':
        return outcome(service.setRuleState(name('rule'), operation.op === 'enableRule'));
      case 'putTargets': {
        const errors = list(operation['targets']).flatMap((target) => {
          const config: TargetConfig = targetConfig({ id: text(target['id']), kind: KINDS[text(target['kind'], 'http')] ?? '', from: '', to: text(target['to'], text(target['id'])), config: target });
          const refusal = service.putTarget(name('rule'), text(target['id']), config);
          return refusal ? [{ id: text(target['id']), ...refused(refusal) }] : [];
        });
        return errors.length > 0 ? { failed: errors } : undefined;
      }
      case 'removeTargets':
        for (const id of Array.isArray(operation['ids']) ? operation['ids'] : []) service.removeTarget(name('rule'), text(id));
        return undefined;
      case 'testEventPattern': {
        const answer = service.testEventPattern(name('pattern'), name('event'));
        return typeof answer === 'boolean' ? { match: answer } : refused(answer);
      }
      case 'putEvents':
        return this.putEvents(text(operation['bus'], BUS), list(operation['entries']));
      case 'createArchive':
        return outcome(service.createArchive(name('archive'), archiveConfig({ ...operation, EventPattern: name('EventPattern'), lag: `${Number(operation['lagMs'] ?? 0)}ms` }, BUS)));
      case 'startReplay': {
        const instant = (argument: string, otherwise: number) => (typeof operation[argument] === 'number' ? Number(operation[argument]) * 1000 : otherwise);
        const rules = Array.isArray(operation['FilterArns']) ? operation['FilterArns'].map(String) : [];
        const started = service.startReplay(name('archive'), { name: name('replay'), from: instant('fromMs', 0), to: instant('toMs', this.clock.now() + 1), rules });
        return 'refused' in started ? refused(started) : { state: started.state };
      }
      case 'cancelReplay':
        return outcome(service.cancelReplay(name('replay')));
      case 'answer': {
        const invocation = this.open.get(`${name('target')} ${name('body')}`);
        const answer = ANSWERS[text(operation['with'])];
        if (invocation && answer) service.answer(invocation.id, invocation.attempts, ...answer);
        return undefined;
      }
      default:
        throw new Error(`unknown operation ${operation.op}`);
    }
  }
  private createEventBus(operation: Operation): undefined {
    this.service.createEventBus(text(operation['bus'], BUS), busConfig({ duplicates: 0, propagation: '0us', deliveryLatency: LATENCY, ...operation }));
  }
  private putEvents(bus: string, entries: readonly JsonObject[]): Json {
    const results = this.service.putEvents(
      bus,
      entries.map(({ body, Source, DetailType, Detail }) => {
        const form = { source: text(Source, 'shop'), detailType: text(DetailType, 'order placed'), detail: text(Detail, '{}') };
        return { form, message: this.bodies.push({ body: text(body), size: utf8Length(form.detail) }) - 1 };
      }),
    );
    if ('refused' in results) return refused(results);
    return { failed: results.filter((one) => 'refused' in one).length, entries: results.map((one) => ('refused' in one ? refused(one) : { ok: true })) };
  }
  private bodyOf({ event }: Invocation): string {
    return this.bodies[event.message]?.body ?? '';
  }
  // ServiceSink ----------------------------------------------------------------
  matched(): void {}
  invoke(invocation: Invocation): void {
    const { target, attempts, event } = invocation;
    const shown: Shown = { body: this.bodyOf(invocation), ...(attempts > 1 ? { attempt: attempts } : {}), ...(event.replay === '' ? {} : { replay: event.replay }) };
    this.calls.set(target, [...(this.calls.get(target) ?? []), shown]);
    this.open.set(`${target} ${this.bodyOf(invocation)}`, invocation);
  }
  timedOut(): void {}
  again(): void {}
  over(invocation: Invocation, fate: 'settled' | 'dropped', reason: string): void {
    if (fate === 'dropped') this.dropped.push({ body: this.bodyOf(invocation), target: invocation.target, why: why(reason) });
  }
  bury(invocation: Invocation, queue: string, reason: string): boolean {
    const { ERROR_CODE, RETRY_ATTEMPTS } = deadAttributes(invocation, reason);
    this.buried.push({ body: this.bodyOf(invocation), target: invocation.target, queue, why: why(reason), ...(invocation.lambda === null ? { ERROR_CODE, RETRY_ATTEMPTS } : {}) });
    return true;
  }
  forwarded(): void {}
}
