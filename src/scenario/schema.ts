/** The field kit as zod schemas: what validates a document, and what is published as JSON Schema. */
import { z } from 'zod';
import { durationText, parseDuration } from '../base/time.ts';
import type { Field, Fields } from './fields.ts';

const MAP_ENTRIES = 32;
const LONGEST = 86_400e6;

function duration(min: number, max: number) {
  const within = `a duration from ${durationText(min)} to ${durationText(max)}, such as 80ms or 1.5s`;
  return z.string().refine((text) => {
    const us = parseDuration(text);
    return us !== undefined && us >= min && us <= max;
  }, `must be ${within}`);
}
const some = duration(0, LONGEST);
const spread = z.union([
  some,
  z.strictObject({ uniform: z.strictObject({ from: some, to: some }) }),
  z.strictObject({ exponential: z.strictObject({ mean: some }) }),
  z.strictObject({ normal: z.strictObject({ mean: some, deviation: some }) }),
  z.strictObject({ lognormal: z.strictObject({ mean: duration(1, LONGEST), p99: duration(1, LONGEST) }) }),
], 'must be a duration, or one of uniform, exponential, normal and lognormal with their durations');

function bare(field: Field): z.ZodType {
  switch (field.type) {
    case 'integer':
    case 'number': {
      const kind = field.type === 'integer' ? 'a whole number' : 'a number';
      const unit = field.unit === undefined ? '' : ` ${field.unit}`;
      const says = `must be ${kind} from ${field.min} to ${field.max}${unit}`;
      const base = z.number(says).min(field.min, says).max(field.max, says);
      return field.type === 'integer' ? base.int(says) : base;
    }
    case 'text':
      return z.string('must be a text').max(field.maxLength, `must have at most ${field.maxLength} characters`);
    case 'choice':
      return z.enum(field.options as [string, ...string[]], `must be one of ${field.options.join(', ')}`);
    case 'flag':
      return z.boolean('must be true or false');
    case 'duration':
      return duration(field.min, field.max);
    case 'spread':
      return spread;
    case 'record':
      return shape(field.fields);
    case 'map':
      return z
        .record(z.string().max(128), z.union([z.string().max(1024), z.number(), z.boolean()], 'must hold texts, numbers, true or false'))
        .refine((map) => Object.keys(map).length <= MAP_ENTRIES, `must have at most ${MAP_ENTRIES} entries`);
  }
}
/** @param nullable in an edit, null takes a setting away */
function shape(fields: Fields, nullable = false): z.ZodType {
  const members: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(fields)) {
    const described = bare(field).meta({ description: field.help, ...('unit' in field && field.unit !== undefined ? { unit: field.unit } : {}), ...(field.doc === undefined ? {} : { doc: field.doc }), ...('default' in field && field.default !== undefined ? { default: field.default } : {}) });
    members[name] = (nullable ? described.nullable() : described).optional();
  }
  return z.strictObject(members);
}
const known = new WeakMap<Fields, Map<boolean, z.ZodType>>();
/** The schema of a form, made once. */
export function schemaOf(fields: Fields, nullable = false): z.ZodType {
  let both = known.get(fields);
  if (!both) known.set(fields, (both = new Map()));
  let schema = both.get(nullable);
  if (!schema) both.set(nullable, (schema = shape(fields, nullable)));
  return schema;
}
