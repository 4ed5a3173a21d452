/** An event as filters see it. https://learn.microsoft.com/azure/event-grid/event-filtering#key, https://learn.microsoft.com/azure/event-grid/event-schema */
import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';

export type Schema = 'EventGridSchema' | 'CloudEventSchemaV1_0';
export interface EventView {
  readonly type: string;
  readonly subject: string;
  /** The value of a filter's key: an attribute, or `data.` and names separated by dots. */
  at(key: string): Json | undefined;
}
/** How a publish link writes its events: {key}, {seq} and {producer} are filled in. */
export interface Envelope {
  readonly type: string;
  readonly subject: string;
  readonly source: string;
  /** JSON */
  readonly data: string;
  /** Of a domain: the topic in it. */
  readonly topic: string;
}
/** What is filled in. */
export interface Facts {
  readonly id: string;
  readonly key: string;
  readonly seq: number;
  readonly producer: string;
}
export function fillIn(template: string, { key, seq, producer }: Facts): string {
  return template.includes('{') ? template.replaceAll('{key}', key).replaceAll('{seq}', String(seq)).replaceAll('{producer}', producer) : template;
}

/** Attributes by their names in filters, in small letters: "ID, Topic, Subject, EventType, DataVersion", or "eventid, source, eventtype, eventtypeversion". */
const NAMES: Readonly<Record<Schema, Readonly<Record<string, string>>>> = {
  EventGridSchema: { id: 'id', topic: 'topic', subject: 'subject', eventtype: 'eventType', dataversion: 'dataVersion' },
  CloudEventSchemaV1_0: { eventid: 'id', source: 'source', eventtype: 'type', eventtypeversion: 'dataversion', subject: 'subject' },
};
const DATA = /^data\.(.+)$/i;

/** The value of a key in an event of that schema. Names of attributes are not case-sensitive, names inside `data` are. */
export function valueAt(event: JsonObject, schema: Schema, key: string): Json | undefined {
  const path = DATA.exec(key)?.[1];
  if (path !== undefined) {
    let at: Json | undefined = event['data'];
    for (const name of path.split('.')) at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    return at;
  }
  const attribute = NAMES[schema][key.toLowerCase()];
  if (attribute !== undefined) return event[attribute];
  // An extension attribute of a CloudEvent is text to a filter.
  const extension = schema === 'CloudEventSchemaV1_0' && Object.hasOwn(event, key) ? event[key] : undefined;
  return typeof extension === 'number' || typeof extension === 'boolean' ? String(extension) : extension;
}

/** What a producer posts, or why it is refused. `data` is read when a filter asks for it. @param topic of the event, as the Event Grid schema has it */
export function eventOf(envelope: Envelope, facts: Facts, schema: Schema, topic: string): EventView | Refusal {
  const [type, subject, source] = [fillIn(envelope.type, facts), fillIn(envelope.subject, facts), fillIn(envelope.source, facts)];
  if (type === '') return errors.badEvent(schema === 'EventGridSchema' ? 'eventType is missing' : 'type is missing');
  if (schema === 'EventGridSchema' && subject === '') return errors.badEvent('subject is missing');
  if (schema === 'CloudEventSchemaV1_0' && source === '') return errors.badEvent('source is missing');
  let whole: JsonObject | undefined;
  const attributes: JsonObject = schema === 'EventGridSchema' ? { id: facts.id, topic, subject, eventType: type, dataVersion: '1.0' } : { specversion: '1.0', id: facts.id, source, type, ...(subject === '' ? {} : { subject }) };
  const read = (): JsonObject => (whole ??= { ...attributes, data: parsed(fillIn(envelope.data, facts)) ?? null });
  return { type, subject, at: (key) => valueAt(DATA.test(key) ? read() : attributes, schema, key) };
}
/** Whether a data template gives JSON: the first event tells. */
export const isJson = (template: string): boolean => parsed(fillIn(template, { id: '0', key: 'A', seq: 1, producer: 'p' })) !== undefined;
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
