/** Runs documented cases on the service (conformance/FORMAT.md, Event Grid). */
import type { Json, JsonObject } from '../../base/json-pattern/json.ts';
import { isList, isObject } from '../../base/json-pattern/json.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { eventOf, type Schema, valueAt } from './event.ts';
import { filterOf, matches } from './filter.ts';
import type { Happening } from './happenings.ts';
import { type Plan, plan } from './plan.ts';
import type { PushSubscription } from './push.ts';
import { EventGrid } from './server.ts';

interface Operation {
  readonly op: string;
  readonly [argument: string]: Json;
}
interface Example {
  readonly steps: readonly Operation[];
}
interface Outcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}
type Observation = { readonly [aspect: string]: Json };

const VERSION = 'documented';
const text = (value: Json | undefined, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const number = (value: Json | undefined, fallback: number): number => (typeof value === 'number' ? value : fallback);
const KINDS: Readonly<Record<string, string>> = { topic: 'event-grid.topic', domain: 'event-grid.domain', namespaceTopic: 'event-grid.namespace-topic', container: 'event-grid.blob' };
const schemaOf = (value: Json | undefined): Schema => (value === 'CloudEventSchemaV1_0' ? value : 'EventGridSchema');
const refusalOf = (refused: { readonly name: string; readonly code: number } | undefined): Json => (refused === undefined ? { ok: true } : { error: refused.name, ...(refused.code > 0 ? { status: refused.code } : {}) });

/** Events go by the names that the case gives them. */
export class EventGridAdapter {
  private readonly clock = new VirtualClock();
  private readonly grid: EventGrid;
  private readonly nodes: { readonly id: string; readonly kind: string; readonly config: Record<string, unknown> }[] = [];
  private readonly links: { readonly id: string; readonly kind: string; readonly from: string; readonly to: string; readonly config: Record<string, unknown> }[] = [];
  private readonly names: string[] = [];
  /** Names by the service's own number of an event. */
  private readonly ids = new Map<number, string>();
  private readonly tokens = new Map<string, number>();
  private readonly requests = new Map<string, number>();
  private calls = 1_000_000;
  private plan: Plan = { topics: [], subscriptions: [], containers: [], publishing: {} };
  constructor() {
    this.grid = new EventGrid(this.clock);
    this.clock.attach((name, ref) => this.grid.timer(name, ref));
  }
  run(operation: Operation): Observation | null {
    const result = this.perform(operation);
    if (operation.op !== 'advance') this.clock.advance(0);
    const shown = { ...(result === undefined ? {} : { result }), ...this.happened() };
    return Object.keys(shown).length === 0 ? null : shown;
  }
  /** The service from its saved form: nothing must be lost by it. */
  reload(): void {
    this.grid.load(JSON.parse(JSON.stringify(this.grid.save())), this.plan);
  }
  private perform({ op, ...rest }: Operation): Json | undefined {
    switch (op) {
      case 'topic':
      case 'domain':
      case 'namespaceTopic':
      case 'container': {
        const { name = '', ...config } = rest;
        this.nodes.push({ id: text(name), kind: KINDS[op] as string, config });
        return this.configure();
      }
      case 'subscription':
      case 'queueSubscription':
        return this.subscribe(op, rest);
      case 'publish':
        return this.publish(rest);
      case 'answer':
        this.push(rest)?.answered(this.requests.get(`${text(rest['subscription'])} ${text(rest['event'])}`) ?? -1, typeof rest['status'] === 'number' ? rest['status'] : 'SocketError');
        return undefined;
      case 'receive':
        this.grid.queue(text(rest['subscription']))?.receive(text(rest['as'], 'client'), this.calls++, number(rest['maxEvents'], 1), number(rest['maxWaitTime'], 60) * 1e6);
        return undefined;
      case 'acknowledge':
      case 'reject':
      case 'release':
      case 'renewLock': {
        const queue = this.grid.queue(text(rest['subscription']));
        const token = this.tokens.get(text(rest['event'])) ?? -1;
        return refusalOf(op === 'release' ? queue?.release(token, number(rest['releaseDelayInSeconds'], 0) * 1e6) : queue?.[op](token));
      }
      case 'validation':
        this.grid.validation.answered(text(rest['subscription']), number(rest['attempt'], 1), rest['answer'] === 'code' ? 'code' : rest['answer'] === 'ok' ? 'ok' : 'failed');
        return undefined;
      case 'openValidationUrl':
        this.grid.validation.confirm(text(rest['subscription']));
        return undefined;
      case 'advance':
        this.clock.advance(number(rest['ms'], 0) * 1000);
        return undefined;
      default:
        throw new Error(`unknown operation ${op}`);
    }
  }
  private push(rest: JsonObject): PushSubscription | undefined {
    return this.grid.push(text(rest['subscription']));
  }
  private subscribe(op: string, { name = '', topic = '', domainTopic, endpoint = true, handshake, ...config }: JsonObject): undefined {
    const id = text(name);
    const isPush = op === 'subscription';
    const advanced = config['advancedFilters'];
    this.nodes.push({ id, kind: isPush ? 'event-grid.subscription' : 'event-grid.queue-subscription', config: { deliveryLatency: '0us', ...config, ...(advanced === undefined ? {} : { advancedFilters: JSON.stringify(advanced) }) } });
    this.links.push({ id: `of ${id}`, kind: 'subscribe', from: text(topic), to: id, config: domainTopic === undefined ? {} : { topic: domainTopic } });
    if (isPush && endpoint === true) this.links.push({ id: `to ${id}`, kind: 'push', from: id, to: 'endpoint', config: handshake === undefined ? {} : { handshake } });
    return this.configure();
  }
  private configure(): undefined {
    this.plan = plan({ cluster: { id: 'event-grid', kind: 'event-grid' }, nodes: this.nodes, links: this.links });
    this.grid.configure(this.plan);
    return undefined;
  }
  private publish({ topic = '', event = '', type = 'order.placed', subject = '/orders', source = '/shop', data = {}, domainTopic = '', bytes = 100 }: JsonObject): Json {
    const message = this.names.push(text(event)) - 1;
    const schema = this.grid.topics.get(text(topic))?.plan.schema ?? 'EventGridSchema';
    const view = eventOf({ type: text(type), subject: text(subject), source: text(source), data: JSON.stringify(data), topic: '' }, { id: text(event), key: '', seq: 0, producer: '' }, schema, text(domainTopic, text(topic)));
    return refusalOf('refused' in view ? view : this.grid.publish(text(topic), { message, bytes: number(bytes, 100), origin: '', view, domainTopic: text(domainTopic) }));
  }
  /** What the service did during the step, each aspect sorted by subscription where several have it. */
  private happened(): Observation {
    const shown: Record<string, Json[]> = {};
    const show = (aspect: string, what: Json) => (shown[aspect] ??= []).push(what);
    for (const one of this.grid.out.splice(0)) this.show(one, show);
    return shown;
  }
  private show(one: Happening, show: (aspect: string, what: Json) => void): void {
    switch (one.kind) {
      case 'matched':
        this.ids.set(one.id, this.names[one.message] ?? '');
        return show('matched', one.subscription);
      case 'unmatched':
        return show('unmatched', this.names[one.message] ?? '');
      case 'posted': {
        const events = one.events.map(({ id }) => this.ids.get(id) ?? '');
        for (const name of events) this.requests.set(`${one.subscription} ${name}`, one.request);
        return show('requests', { events, attempt: one.events[0]?.count ?? 0 });
      }
      case 'received':
        for (const { id, token } of one.events) this.tokens.set(this.ids.get(id) ?? '', token);
        return show(
          'received',
          one.events.map(({ id, count }): Json => ({ event: this.ids.get(id) ?? '', deliveryCount: count })),
        );
      case 'dropped':
      case 'expired':
        return show('dropped', { event: this.ids.get(one.id) ?? '', reason: one.why });
      case 'dead-lettered':
        return show('deadLettered', { event: this.ids.get(one.id) ?? '', reason: one.why, container: one.container });
      case 'validate':
        return show('validations', one.attempt);
      case 'subscription':
        return show('provisioning', one.refusal === undefined ? one.state : { state: one.state, error: one.refusal.name });
      default:
    }
  }
}

/** Whether an event passes the filter of a row: `filter` holds the settings of a subscription, `event` is a whole event. */
function passes({ filter, event, schema }: JsonObject): Json {
  if (!isObject(filter) || !isObject(event)) return null;
  const given = filter['advancedFilters'];
  const settings = {
    includedEventTypes: isList(filter['includedEventTypes']) ? filter['includedEventTypes'].join(' ') : '',
    subjectBeginsWith: text(filter['subjectBeginsWith']),
    subjectEndsWith: text(filter['subjectEndsWith']),
    isSubjectCaseSensitive: filter['isSubjectCaseSensitive'] === true,
    advancedFilters: given === undefined ? '' : JSON.stringify(given),
    enableAdvancedFilteringOnArrays: filter['enableAdvancedFilteringOnArrays'] === true,
  };
  const parsed = filterOf(settings);
  if ('refused' in parsed) return { refused: true };
  const type = schemaOf(schema) === 'EventGridSchema' ? event['eventType'] : event['type'];
  return { match: matches(parsed, { type: text(type), subject: text(event['subject']), at: (key) => valueAt(event, schemaOf(schema), key) }) };
}

export const eventGridConformance = {
  broker: 'event-grid',
  version: VERSION,
  cannot: (_: Example) => null,
  adapter: (_: Example): EventGridAdapter => new EventGridAdapter(),
  vectors(name: string, rows: readonly JsonObject[]): readonly Outcome[] | null {
    if (name !== 'event-grid-filters') return null;
    return rows.map((row) => ({ row: `${JSON.stringify(row['filter'] ?? null)} ~ ${JSON.stringify(row['event'] ?? null)}`, expected: row['refused'] === true ? { refused: true } : { match: row['match'] ?? null }, actual: passes(row) }));
  },
};
