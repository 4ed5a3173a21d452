/**
 * The field kit: a setting of a node, a link, a fault or a check, as data. `schema.ts` turns it into a zod schema
 * (validation, published JSON Schema); the inspector turns it into a control; `fill` gives the engine its values.
 */

/** How a change takes effect while the system runs. `says` tells what it costs, in the broker's own words. */
export interface Applies {
  readonly how: 'live' | 'reconnect' | 'restart' | 'recreate' | 'refused';
  readonly says?: string;
}
interface Common {
  /** Plain name beside the control; the field's own key when absent. */
  readonly label?: string;
  readonly help: string;
  /** Page of the documentation that states the rule. */
  readonly doc?: string;
  readonly since?: string;
  readonly applies: Applies;
  /** The setting may be left out, and leaving it out means something (no limit, the broker's own choice). */
  readonly optional?: boolean;
  /** The control is shown only while another field of the same form has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly (string | number | boolean)[] };
  /** Heading under which the inspector groups it. */
  readonly group?: string;
}
export type Field = Common &
  (
    | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number; readonly default?: number; readonly unit?: string }
    | { readonly type: 'text'; readonly maxLength: number; readonly default?: string }
    | { readonly type: 'choice'; readonly options: readonly string[]; readonly default?: string }
    | { readonly type: 'flag'; readonly default?: boolean }
    /** Tailrace's own durations are strings with a unit: "80ms"; min, max in µs. */
    | { readonly type: 'duration'; readonly min: number; readonly max: number; readonly default?: string }
    /** A duration drawn anew each time, see `Spread`. */
    | { readonly type: 'spread'; readonly default?: Spread }
    | { readonly type: 'record'; readonly fields: Fields }
    /** Free keys with scalar values: message headers, binding arguments. */
    | { readonly type: 'map'; readonly default?: Readonly<Record<string, string | number | boolean>> }
  );
export type Fields = Readonly<Record<string, Field>>;

/** A random duration; a bare string is constant. Means and bounds are duration strings. */
export type Spread = string | { readonly uniform: { readonly from: string; readonly to: string } } | { readonly exponential: { readonly mean: string } } | { readonly normal: { readonly mean: string; readonly deviation: string } } | { readonly lognormal: { readonly mean: string; readonly p99: string } };

/** The settings of `config` with every default filled in, records included. Absent optional settings stay absent. */
export function fill(fields: Fields, config: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = Object.hasOwn(config, name) ? config[name] : undefined;
    if (field.type === 'record') {
      if (given !== undefined || !field.optional) out[name] = fill(field.fields, (given ?? {}) as Record<string, unknown>);
    } else if (given !== undefined) out[name] = given;
    else if (field.default !== undefined) out[name] = field.default;
  }
  return out;
}
