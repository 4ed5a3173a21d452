/** EventBridge as a state machine with its own verbs: buses, rules, PutEvents, archives, replays. Instantaneous in virtual time. */
import { copyOf } from '../../base/copy.ts';
import { isObject, type JsonObject } from '../../base/json-pattern/json.ts';
import type { JsonPattern } from '../../base/json-pattern/pattern.ts';
import type { Spread } from '../../scenario/fields.ts';
import { type Sampler, sampler } from '../../scenario/spread.ts';
import type { Refusal } from '../contract.ts';
import { ArchiveStore, type ArchiveState, PORTION, type Replay } from './archive.ts';
import { errors } from './errors.ts';
import { entrySize, Forms, json, type MessageFacts } from './event.ts';
import { Invocations, type InvocationSink, type InvocationsState, type ServiceHost, type Targets } from './invocations.ts';
import type { Answer, BusConfig, BusEvent, EventForm, Invocation, Rule, RuleConfig, TargetConfig } from './model.ts';
import { eventPattern, matchesEventPattern } from './pattern.ts';
import { Throttle } from './quota.ts';
import { inputTransformer, transformed } from './transform.ts';

/** Targets of one rule, at most. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const TARGETS_PER_RULE = 5;
/** Entries of one PutEvents, at most. */
export const ENTRIES = 10;

export interface ArchiveConfig {
  readonly bus: string;
  /** '' = every event. */
  readonly pattern: string;
  /** 0 = for ever. */
  readonly retentionDays: number;
  /** What an event takes to come into the archive. */
  readonly lag: Spread;
  /** Events a second that a replay sends. */
  readonly replayRate: number;
}
interface Archive {
  config: ArchiveConfig;
  /** µs from which on it takes events in. */
  since: number;
  readonly store: ArchiveStore;
}
export interface Entry {
  readonly form: EventForm;
  readonly message: number;
}
export type EntryResult = { readonly event: BusEvent } | Refusal;
/** What became of one event at one bus. */
export interface Matched {
  readonly event: BusEvent;
  readonly made: readonly Invocation[];
  /** Rules that matched, in the order in which they were put. */
  readonly rules: readonly string[];
  /** Rules whose target is another bus, which gets nothing of what came from a bus. */
  readonly stopped: readonly string[];
  readonly archives: readonly string[];
  /** The entry that brought it here, of an event that came from another bus or a queue; -1 = it was put by a producer or a replay. */
  readonly cause: number;
}
export interface ServiceSink extends InvocationSink {
  matched(matched: Matched): void;
}
export interface ServiceState {
  readonly forms: readonly EventForm[];
  readonly nextEvent: number;
  readonly rules: readonly Rule[];
  readonly targets: readonly (readonly [string, TargetConfig])[];
  readonly buses: readonly (readonly [string, BusConfig, number, BusCounts])[];
  readonly archives: readonly (readonly [string, ArchiveConfig, number, ArchiveState])[];
  readonly invocations: InvocationsState;
}
export interface BusCounts {
  taken: number;
  unmatched: number;
  failed: number;
  throttled: number;
  /** Messages of the newest events. */
  newest: number[];
}
interface Bus {
  config: BusConfig;
  readonly throttle: Throttle;
  readonly counts: BusCounts;
}
/** Events that a bus shows. */
const SHOWN = 12;

export class EventBridge implements Targets {
  readonly invocations: Invocations;
  private readonly forms = new Forms();
  private readonly buses = new Map<string, Bus>();
  private readonly rules = new Map<string, Rule>();
  private readonly targets = new Map<string, TargetConfig>();
  private readonly archives = new Map<string, Archive>();
  private nextEvent = 1;
  private readonly patterns = new Map<string, JsonPattern | Refusal>();
  /** Rules that match events of one form and key, by bus; forgotten when rules change. */
  private readonly known = new Map<string, readonly string[]>();
  private readonly samplers = new Map<string, Sampler>();
  private readonly host: ServiceHost;
  private readonly facts: (message: number) => MessageFacts;
  private readonly sink: ServiceSink;
  constructor(host: ServiceHost, facts: (message: number) => MessageFacts, sink: ServiceSink) {
    this.host = host;
    this.facts = facts;
    this.sink = sink;
    this.invocations = new Invocations(host, this, sink);
  }
  // Buses, rules, targets ------------------------------------------------------
  createEventBus(name: string, config: BusConfig): void {
    const known = this.buses.get(name);
    if (known) known.config = config;
    else this.buses.set(name, { config, throttle: new Throttle(), counts: { taken: 0, unmatched: 0, failed: 0, throttled: 0, newest: [] } });
    this.known.clear();
  }
  deleteEventBus(name: string): void {
    this.buses.delete(name);
  }
  putRule(name: string, config: RuleConfig): Refusal | undefined {
    const bus = this.buses.get(config.bus);
    if (!bus) return errors.resourceNotFound('Event bus', config.bus);
    const known = this.rules.get(name);
    if (!known && [...this.rules.values()].filter((r) => r.config.bus === config.bus).length >= bus.config.rulesPerBus) return errors.limitExceeded();
    const pattern = this.pattern(config.bus, config.pattern);
    if ('refused' in pattern) return pattern;
    if (known) known.config = config;
    else this.rules.set(name, { name, config, targets: [], live: null, matched: 0, lastMatched: -1 });
    this.changed(name);
    return undefined;
  }
  deleteRule(name: string): void {
    this.rules.delete(name);
    for (const id of [...this.targets.keys()]) if (id.startsWith(`${name} `)) this.targets.delete(id);
    this.known.clear();
  }
  /** @returns why it was refused */
  putTarget(rule: string, id: string, config: TargetConfig): Refusal | undefined {
    const known = this.rules.get(rule);
    if (!known) return errors.resourceNotFound('Rule', rule);
    if (config.inputTemplate !== '' || config.inputPaths !== '') {
      const transformer = inputTransformer(config.inputPaths, config.inputTemplate);
      if ('wrong' in transformer) return errors.validation(transformer.wrong);
    }
    if (!known.targets.includes(id)) {
      if (known.targets.length >= TARGETS_PER_RULE) return errors.limitExceeded();
      known.targets.push(id);
      this.changed(rule);
    }
    this.targets.set(`${rule} ${id}`, config);
    return undefined;
  }
  removeTarget(rule: string, id: string): void {
    const known = this.rules.get(rule);
    this.targets.delete(`${rule} ${id}`);
    if (!known?.targets.includes(id)) return;
    known.targets = known.targets.filter((one) => one !== id);
    this.changed(rule);
  }
  /** EnableRule and DisableRule. */
  setRuleState(name: string, enabled: boolean): Refusal | undefined {
    const rule = this.rules.get(name);
    if (!rule) return errors.resourceNotFound('Rule', name);
    rule.config = { ...rule.config, enabled };
    this.changed(name);
    return undefined;
  }
  rule(name: string): Readonly<Rule> | undefined {
    return this.rules.get(name);
  }
  counts(bus: string): Readonly<BusCounts> | undefined {
    return this.buses.get(bus)?.counts;
  }
  testEventPattern(pattern: string, event: string): boolean | Refusal {
    const parsed = eventPattern(pattern);
    if ('refused' in parsed) return parsed;
    const found = json(event);
    return isObject(found) ? matchesEventPattern(parsed, found) : errors.validation('The event is not valid JSON.');
  }
  // Events ---------------------------------------------------------------------
  /** @returns a refusal of the whole request, or what became of each entry, in order */
  putEvents(name: string, entries: readonly Entry[], cause = -1): Refusal | readonly EntryResult[] {
    const bus = this.buses.get(name);
    if (!bus) return errors.resourceNotFound('Event bus', name);
    if (entries.length < 1 || entries.length > ENTRIES) return errors.validation(`Value '[Entries]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${ENTRIES}`);
    if (!bus.throttle.take(this.host.now(), bus.config.putEventsPerSecond)) {
      bus.counts.throttled++;
      return errors.throttling();
    }
    if (entries.reduce((sum, { form, message }) => sum + entrySize(form, this.facts(message)), 0) > bus.config.entrySize) return errors.validation('Total size of the entries in the request is over the limit.');
    return entries.map((entry) => {
      const refused = this.wrongWith(bus, entry);
      if (refused === undefined) return { event: this.take(name, bus, this.forms.number(entry.form), entry.message, { from: '', replay: '', cause }) };
      bus.counts.failed++;
      return refused;
    });
  }
  /** What a queue held is put on its bus again. */
  putAgain(name: string, form: number, message: number, cause: number): boolean {
    const bus = this.buses.get(name);
    if (bus) this.take(name, bus, form, message, { from: '', replay: '', cause });
    return bus !== undefined;
  }
  forward(invocation: Invocation, to: string): void {
    const bus = this.buses.get(to);
    const { form, message, replay, bus: from } = invocation.event;
    if (bus) this.take(to, bus, form, message, { from, replay, cause: invocation.entry });
  }
  // Archives and replays -------------------------------------------------------
  createArchive(name: string, config: ArchiveConfig): Refusal | undefined {
    const bus = this.buses.get(config.bus);
    if (!bus) return errors.resourceNotFound('Event bus', config.bus);
    const pattern = config.pattern === '' ? undefined : this.pattern(config.bus, config.pattern);
    if (pattern && 'refused' in pattern) return pattern;
    const known = this.archives.get(name);
    if (known) known.config = config;
    else this.archives.set(name, { config, since: this.takesEffectAt(bus), store: new ArchiveStore() });
    return undefined;
  }
  deleteArchive(name: string): void {
    this.archives.delete(name);
  }
  startReplay(name: string, replay: { readonly name: string; readonly from: number; readonly to: number; readonly rules: readonly string[] }): Replay | Refusal {
    const archive = this.archives.get(name);
    if (!archive) return errors.resourceNotFound('Archive', name);
    if (replay.to <= replay.from) return errors.validation('Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.');
    if ([...this.archives.values()].some(({ store }) => store.replays.some((one) => one.name === replay.name))) return errors.resourceAlreadyExists(replay.name);
    const started = archive.store.start(replay);
    this.host.after(PORTION, `replay ${name}`, archive.store.replays.length - 1);
    return started;
  }
  cancelReplay(name: string): Refusal | undefined {
    const all = [...this.archives.values()].flatMap(({ store }) => store.replays);
    const replay = all.find((one) => one.name === name);
    if (!replay) return errors.resourceNotFound('Replay', name);
    if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') return errors.illegalStatus(name);
    replay.state = 'CANCELLED';
    return undefined;
  }
  replays(archive: string): readonly Replay[] {
    return this.archives.get(archive)?.store.replays ?? [];
  }
  /** What an archive holds: events, those on their way there, the newest messages. */
  contents(archive: string, show: number): { readonly held: number; readonly arriving: number; readonly newest: readonly number[] } | undefined {
    const found = this.archives.get(archive);
    if (!found) return undefined;
    const now = this.host.now();
    const { from, to } = found.store.range(now, keepOf(found.config));
    return { held: to - from, arriving: found.store.arriving(now), newest: found.store.newest(to, Math.min(show, to - from)) };
  }
  // Targets: what invocations ask ----------------------------------------------
  bus(name: string): BusConfig | undefined {
    return this.buses.get(name)?.config;
  }
  target(rule: string, id: string): TargetConfig | undefined {
    return this.targets.get(`${rule} ${id}`);
  }
  deadLetterQueue(rule: string, target: string): string {
    return this.target(rule, target)?.deadLetterQueue || (this.rules.get(rule)?.config.deadLetterQueue ?? '');
  }
  sendable(event: BusEvent, { inputPaths, inputTemplate }: TargetConfig): boolean {
    return inputTemplate === '' || transformed(inputPaths, inputTemplate, this.eventOf(event)) !== undefined;
  }
  answer(invocation: number, attempt: number, answer: Answer, reason: string): void {
    this.invocations.answer(invocation, attempt, answer, reason);
  }
  timer(name: string, ref: number): void {
    if (this.invocations.timer(name, ref)) return;
    const [what, on = ''] = name.split(' ');
    if (what === 'live') this.goLive(on);
    else if (what === 'replay') this.replayOn(on, ref);
  }
  save(): ServiceState {
    return {
      forms: this.forms.save(),
      nextEvent: this.nextEvent,
      rules: copyOf([...this.rules.values()]),
      targets: [...this.targets],
      buses: copyOf([...this.buses].map(([name, { config, throttle, counts }]) => [name, config, throttle.save(), counts] as const)),
      archives: [...this.archives].map(([name, { config, since, store }]) => [name, config, since, store.save()]),
      invocations: this.invocations.save(),
    };
  }
  load(state: ServiceState): void {
    this.forms.load(state.forms);
    this.nextEvent = state.nextEvent;
    for (const all of [this.buses, this.rules, this.targets, this.archives, this.patterns, this.known]) all.clear();
    for (const [name, config, full, counts] of copyOf(state.buses)) {
      const throttle = new Throttle();
      throttle.load(full);
      this.buses.set(name, { config, throttle, counts });
    }
    for (const rule of copyOf(state.rules)) this.rules.set(rule.name, rule);
    for (const [name, config] of state.targets) this.targets.set(name, config);
    for (const [name, config, since, saved] of state.archives) {
      const store = new ArchiveStore();
      store.load(saved);
      this.archives.set(name, { config, since, store });
    }
    this.invocations.load(state.invocations);
  }

  private wrongWith(bus: Bus, { form, message }: Entry): Refusal | undefined {
    if (form.source === '') return errors.invalidArgument('Source');
    if (form.source.startsWith('aws.')) return errors.notAuthorizedForSource();
    if (form.detailType === '') return errors.invalidArgument('DetailType');
    if (form.detail === '') return errors.invalidArgument('Detail');
    if (this.forms.detail(this.forms.number(form), this.facts(message)) === null) return errors.malformedDetail();
    return bus.config.entryFailures > 0 && this.host.luck('entries').next() < bus.config.entryFailures ? errors.internalFailure() : undefined;
  }
  /** An event is in: rules and archives see it. */
  private take(name: string, bus: Bus, form: number, message: number, how: { readonly from: string; readonly replay: string; readonly cause: number; readonly rules?: readonly string[] }): BusEvent {
    const event: BusEvent = { id: this.nextEvent++, message, form, bus: name, at: this.host.now(), from: how.from, replay: how.replay };
    bus.counts.taken++;
    bus.counts.newest.push(message);
    if (bus.counts.newest.length > SHOWN) bus.counts.newest.shift();
    const rules = this.matching(event).filter((rule) => how.rules === undefined || how.rules.length === 0 || how.rules.includes(rule));
    const made: Invocation[] = [];
    const stopped: string[] = [];
    for (const rule of rules.map((one) => this.rules.get(one) as Rule)) {
      rule.matched++;
      rule.lastMatched = event.at;
      for (const id of rule.live?.targets ?? []) {
        if (event.from !== '' && this.target(rule.name, id)?.kind === 'bus') stopped.push(rule.name);
        else made.push(this.invocations.add(event, rule.name, id));
      }
    }
    const archives = this.archive(event);
    if (made.length === 0) bus.counts.unmatched++;
    this.sink.matched({ event, made, rules, stopped, archives, cause: how.cause });
    return event;
  }
  private matching(event: BusEvent): readonly string[] {
    const facts = this.facts(event.message);
    const live = [...this.rules.values()].filter((rule) => rule.config.bus === event.bus && rule.live?.enabled);
    const match = () => {
      const seen = this.eventOf(event);
      return live.filter((rule) => this.matches(event.bus, rule.live?.pattern ?? '', seen)).map((rule) => rule.name);
    };
    // Patterns may look at the id and the time, which no two events share.
    const alike = this.forms.alike(event.form) && !live.some((rule) => /"(id|time)"/.test(rule.live?.pattern ?? ''));
    if (!alike) return match();
    const name = JSON.stringify([event.bus, event.form, facts.key, event.replay]);
    let known = this.known.get(name);
    if (known === undefined) this.known.set(name, (known = match()));
    return known;
  }
  private archive(event: BusEvent): string[] {
    const into: string[] = [];
    for (const [name, { config, since, store }] of this.archives) {
      // The rule behind an archive takes no event that is replayed.
      if (config.bus !== event.bus || event.replay !== '' || event.at < since) continue;
      if (config.pattern !== '' && !this.matches(event.bus, config.pattern, this.eventOf(event))) continue;
      store.add(event, this.drawn(config.lag, 'archive'));
      store.forget(event.at, keepOf(config));
      into.push(name);
    }
    return into;
  }
  private eventOf(event: BusEvent): JsonObject {
    return this.forms.event(event, this.facts(event.message));
  }
  private matches(bus: string, text: string, event: JsonObject): boolean {
    const pattern = this.pattern(bus, text);
    return !('refused' in pattern) && matchesEventPattern(pattern, event);
  }
  private pattern(bus: string, text: string): JsonPattern | Refusal {
    const size = this.bus(bus)?.patternSize ?? 2048;
    const name = `${size} ${text}`;
    let pattern = this.patterns.get(name);
    if (pattern === undefined) this.patterns.set(name, (pattern = eventPattern(text, { size })));
    return pattern;
  }
  private takesEffectAt({ config }: Bus): number {
    // What is there from the very start has been there for a while.
    return this.host.now() === 0 ? 0 : this.host.now() + config.propagation;
  }
  private changed(name: string): void {
    const rule = this.rules.get(name) as Rule;
    const bus = this.buses.get(rule.config.bus);
    const wait = bus ? this.takesEffectAt(bus) - this.host.now() : 0;
    if (wait <= 0) this.goLive(name);
    else this.host.after(wait, `live ${name}`, 0);
  }
  private goLive(name: string): void {
    const rule = this.rules.get(name);
    if (!rule) return;
    rule.live = { pattern: rule.config.pattern, enabled: rule.config.enabled, targets: [...rule.targets] };
    this.known.clear();
  }
  private replayOn(name: string, number: number): void {
    const archive = this.archives.get(name);
    const replay = archive?.store.replays[number];
    const bus = this.buses.get(archive?.config.bus ?? '');
    if (!archive || !replay || !bus || (replay.state !== 'STARTING' && replay.state !== 'RUNNING')) return;
    const { config, store } = archive;
    const most = Math.max(1, Math.round((config.replayRate * PORTION) / 1e6));
    const events = store.portion(replay, most, this.host.now(), keepOf(config), this.host.luck('replay'));
    replay.state = events ? 'RUNNING' : 'COMPLETED';
    for (const { form, message } of events ?? []) this.take(config.bus, bus, form, message, { from: '', replay: replay.name, cause: -1, rules: replay.rules });
    if (events) this.host.after(Math.max(PORTION, Math.round((events.length * 1e6) / config.replayRate)), `replay ${name}`, number);
  }
  private drawn(spread: Spread, purpose: string): number {
    const name = JSON.stringify(spread);
    let draw = this.samplers.get(name);
    if (draw === undefined) this.samplers.set(name, (draw = sampler(spread)));
    return draw(this.host.luck(purpose));
  }
}
const keepOf = ({ retentionDays }: ArchiveConfig): number => (retentionDays === 0 ? Number.POSITIVE_INFINITY : retentionDays * 86_400e6);
