/** Maps and Sets as plain data and back, so that the whole state can be copied, compared and stored. */

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

const MAP = '$map';
const SET = '$set';

/** A deep copy without Maps and Sets. */
export function freeze(value: unknown): unknown {
  if (value instanceof Map) return { [MAP]: [...value].map(([key, one]) => [key, freeze(one)]) };
  if (value instanceof Set) return { [SET]: [...value] };
  if (Array.isArray(value)) return value.map(freeze);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, freeze(one)]));
}
/** The inverse: a deep copy with Maps and Sets again. */
export function thaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(thaw);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === MAP) return new Map((only[1] as [Plain, Plain][]).map(([key, one]) => [key, thaw(one)]));
  if (entries.length === 1 && only?.[0] === SET) return new Set(only[1] as Plain[]);
  return Object.fromEntries(entries.map(([name, one]) => [name, thaw(one)]));
}
