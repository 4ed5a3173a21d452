/** What is wrong with a document, gathered: each problem names its place, none costs more than a glance at the value. */
import type { Problem } from './document.ts';
import type { Field, Fields } from './fields.ts';
import { schemaOf } from './schema.ts';

export type Bag = Readonly<Record<string, unknown>>;
export const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);
const PROBLEMS = 50;
const SHOWN = 60;

/** A value in at most 60 characters, however large it is. */
export function shown(value: unknown): string {
  const text = sketch(value, 0);
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}…` : text;
}
function sketch(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN));
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth > 3) return '…';
  const isList = Array.isArray(value);
  let inside = '';
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    const item = sketch((value as Bag)[name], depth + 1);
    inside += `${inside === '' ? '' : ','}${isList ? '' : `${JSON.stringify(name.slice(0, SHOWN))}:`}${item}`;
    if (inside.length > SHOWN) break;
  }
  return isList ? `[${inside}]` : `{${inside}}`;
}
/** The name that was probably meant. */
export function near(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(wanted.length / 2) + 1);
  for (const candidate of names) {
    const away = distance(candidate.toLowerCase(), wanted);
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2 || a.length > 40) return 9;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] as number;
}
/** "is not known", with what was probably meant, or "is missing". */
export function unknown(what: string, value: unknown, names: readonly string[]): string {
  if (value === undefined) return `${what.trimEnd()} is missing`;
  const meant = typeof value === 'string' ? near(value, names) : undefined;
  return `${what}${shown(value)} is not known${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

export class Complaints {
  readonly list: Problem[] = [];
  /** The broker accepts it, or it does no harm, and yet it is probably not what was meant. */
  readonly warnings: Problem[] = [];
  get full(): boolean {
    return this.list.length >= PROBLEMS;
  }
  add(path: string, says: string): void {
    if (!this.full) this.list.push({ path, says });
  }
  warn(path: string, says: string): void {
    if (this.warnings.length < PROBLEMS) this.warnings.push({ path, says });
  }
  /** Members of an object that nobody knows. @returns whether there are any */
  strangers(path: string, bag: Bag, allowed: readonly string[]): boolean {
    let any = false;
    for (const name in bag) {
      if (!Object.hasOwn(bag, name) || allowed.includes(name)) continue;
      any = true;
      if (this.full) break;
      const meant = near(name, allowed);
      this.add(path, `${shown(name)} is not known here${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    }
    return any;
  }
}
/** Settings against their fields; @returns them when they are sound */
export function settings(complaints: Complaints, path: string, value: unknown, fields: Fields, nullable = false): Bag | undefined {
  if (value === undefined) return undefined;
  if (!isBag(value)) {
    complaints.add(path, `settings must be an object, got ${shown(value)}`);
    return undefined;
  }
  if (complaints.strangers(path, value, Object.keys(fields))) return undefined;
  const result = schemaOf(fields, nullable).safeParse(value);
  if (result.success) return result.data as Bag;
  for (const issue of result.error.issues) {
    const at = issue.path.map(String);
    const got = at.reduce<unknown>((v, k) => (isBag(v) ? v[k] : undefined), value);
    if (issue.code !== 'unrecognized_keys') complaints.add(path, `${at.join('.')} ${issue.message}, got ${shown(got)}`);
    else complaints.strangers(`${path} ${at.join('.')}`, Object.fromEntries(issue.keys.slice(0, PROBLEMS).map((k) => [k, 0])), namesAt(fields, at));
    if (complaints.full) break;
  }
  return undefined;
}
function namesAt(fields: Fields, path: readonly string[]): readonly string[] {
  let here = fields;
  for (const name of path) {
    const field: Field | undefined = Object.hasOwn(here, name) ? here[name] : undefined;
    if (field?.type !== 'record') return [];
    here = field.fields;
  }
  return Object.keys(here);
}
