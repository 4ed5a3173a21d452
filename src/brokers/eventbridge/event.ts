/** From what a producer puts to the event that rules look at. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { utf8Length } from '../../base/utf8.ts';
import type { BusEvent, EventForm } from './model.ts';

/** What is known of a message: the letters of its key, its number within the key, its bytes. */
export interface MessageFacts {
  readonly key: string;
  readonly seq: number;
  readonly size: number;
}
/** µs of virtual time → "1970-01-01T00:00:12Z": runs begin there. */
export function timeText(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const two = (n: number) => String(n % 60).padStart(2, '0');
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const [month, day] = days < 31 ? [1, days + 1] : [2, ((days - 31) % 28) + 1];
  return `1970-${two(month)}-${two(day)}T${two(hours)}:${two(Math.floor(seconds / 60))}:${two(seconds)}Z`;
}
const eventId = (id: number) => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;

/** Entry size as the service counts it: source, detail-type and detail; the time is not given. */
export const entrySize = (form: EventForm, { size }: MessageFacts): number => utf8Length(form.source) + utf8Length(form.detailType) + size;

/** Every form of entry that was put, by number: an event keeps its form although its producer changes. */
export class Forms {
  private forms: EventForm[] = [];
  private numbers = new Map<string, number>();
  /** Details by form and key, of forms that do not differ from message to message. */
  private readonly details = new Map<string, JsonObject | null>();
  number(form: EventForm): number {
    const text = JSON.stringify([form.source, form.detailType, form.detail]);
    let n = this.numbers.get(text);
    if (n === undefined) {
      n = this.forms.push({ source: form.source, detailType: form.detailType, detail: form.detail }) - 1;
      this.numbers.set(text, n);
    }
    return n;
  }
  of(n: number): EventForm {
    return this.forms[n] as EventForm;
  }
  /** Whether messages of one key give one event, but for its id and time. */
  alike(n: number): boolean {
    return !this.of(n).detail.includes('{seq}');
  }
  /** @returns null when it is no JSON object */
  detail(n: number, facts: MessageFacts): JsonObject | null {
    if (!this.alike(n)) return filled(this.of(n).detail, facts);
    const name = `${n} ${facts.key}`;
    let known = this.details.get(name);
    if (known === undefined) this.details.set(name, (known = filled(this.of(n).detail, facts)));
    return known;
  }
  /** The event as rules see it. */
  event(event: BusEvent, facts: MessageFacts): JsonObject {
    const { source, detailType } = this.of(event.form);
    return {
      version: '0',
      id: eventId(event.id),
      'detail-type': detailType,
      source,
      account: '123456789012',
      time: timeText(event.at),
      region: 'us-east-1',
      resources: [],
      detail: this.detail(event.form, facts) ?? {},
      ...(event.replay === '' ? {} : { 'replay-name': event.replay }),
    };
  }
  save(): readonly EventForm[] {
    return [...this.forms];
  }
  load(forms: readonly EventForm[]): void {
    this.forms = [];
    this.numbers = new Map();
    this.details.clear();
    for (const form of forms) this.number(form);
  }
}
function filled(template: string, { key, seq }: MessageFacts): JsonObject | null {
  const value = json(template.replaceAll('{key}', key).replaceAll('{seq}', String(seq)));
  return isObject(value) ? value : null;
}
/** @returns undefined when it is no JSON */
export function json(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
