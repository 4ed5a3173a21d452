/** What a target gets instead of the whole event. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
import { isList, isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { json } from './event.ts';

/** "$.detail.items[0].id" → its steps; undefined when it is no path. */
function steps(path: string): readonly (string | number)[] | undefined {
  if (!/^\$(\.[A-Za-z0-9_-]+|\[\d+\])*$/.test(path)) return undefined;
  return [...path.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}
function at(event: Json, path: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = event;
  for (const step of path) value = typeof step === 'number' ? (isList(value) ? value[step] : undefined) : isObject(value) ? value[step] : undefined;
  return value;
}
interface Transformer {
  readonly paths: readonly (readonly [name: string, steps: readonly (string | number)[]])[];
  readonly template: string;
}
/** @returns what is wrong with it, in the words of PutTargets */
export function inputTransformer(pathsMap: string, template: string): Transformer | { readonly wrong: string } {
  const map = pathsMap === '' ? {} : json(pathsMap);
  if (!isObject(map)) return { wrong: 'InputPathsMap is not a map of names to JSON paths.' };
  const paths: [string, readonly (string | number)[]][] = [];
  for (const [name, path] of Object.entries(map)) {
    const found = typeof path === 'string' ? steps(path) : undefined;
    if (found === undefined) return { wrong: `Invalid InputPath for target: ${String(path)}.` };
    if (name.startsWith('aws.')) return { wrong: `InputPathsMap keys may not start with "AWS": ${name}.` };
    paths.push([name, found]);
  }
  if (paths.length > 100) return { wrong: 'InputPathsMap has more than 100 paths.' };
  if (template.length > 8192) return { wrong: 'InputTemplate is longer than 8192 characters.' };
  return { paths, template };
}
/** @returns the JSON that the target gets, or undefined when what comes out is none */
export function transformed(pathsMap: string, template: string, event: JsonObject): Json | undefined {
  const transformer = inputTransformer(pathsMap, template);
  if ('wrong' in transformer) return undefined;
  const values = new Map(transformer.paths.map(([name, path]) => [name, at(event, path)]));
  let quoted = false;
  // Quotation marks (unless escaped), and names in angle brackets.
  const text = transformer.template.replace(/\\.|"|<([^<>]+)>/g, (piece, name?: string) => {
    if (piece === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return piece;
    return shown(values.get(name), quoted);
  });
  return json(text);
}
/** What is not there leaves nothing. Within quotation marks a text loses its own. */
function shown(value: Json | undefined, quoted: boolean): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  if (!quoted) return text;
  return typeof value === 'string' ? text.slice(1, -1) : JSON.stringify(text).slice(1, -1);
}
