/** The field kit as zod schemas: what validates a document, and what is published as JSON Schema. */
import { z } from 'zod';
import { durationText, parseDuration } from '../base/time.ts';
import type { Catalog } from './descriptor.ts';
import { EDITS } from './edits.ts';
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
const spread = z.union(
  [
    some,
    z.strictObject({ uniform: z.strictObject({ from: some, to: some }) }),
    z.strictObject({ exponential: z.strictObject({ mean: some }) }),
    z.strictObject({ normal: z.strictObject({ mean: some, deviation: some }) }),
    z.strictObject({ lognormal: z.strictObject({ mean: duration(1, LONGEST), p99: duration(1, LONGEST) }) }),
  ],
  'must be a duration, or one of uniform, exponential, normal and lognormal with their durations',
);

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
      return z.record(z.string().max(128), z.union([z.string().max(1024), z.number(), z.boolean()], 'must hold texts, numbers, true or false')).refine((map) => Object.keys(map).length <= MAP_ENTRIES, `must have at most ${MAP_ENTRIES} entries`);
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

/** The whole document as JSON Schema (draft 2020-12): one branch per kind of node and link. */
export function jsonSchema(catalog: Catalog): unknown {
  const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
  const [first, ...more] = catalog.rooms.flatMap((r) => r.nodes.map((n) => z.strictObject({ id, kind: z.literal(n.kind).meta({ description: n.about }), title: z.string().max(200).optional(), ...(n.parents ? { parent: id } : {}), config: schemaOf(n.fields).optional() })));
  const [link, ...links] = catalog.rooms.flatMap((r) => r.links.map((l) => z.strictObject({ id, kind: z.literal(l.kind).meta({ description: l.about }), from: id, to: id, config: schemaOf(l.fields).optional() })));
  if (!first || !link) throw new Error('the catalog is empty');
  const actions = catalog.rooms.flatMap((r) => r.actions.map((a) => a.name));
  const document = z.strictObject({
    version: z.literal(1),
    $schema: z.string().optional(),
    title: z.string().max(200),
    description: z.string().max(10_000).optional(),
    seed: z.int().min(0).max(4294967295),
    duration: z.string().optional().meta({ description: 'then producers stop, the system drains and is judged' }),
    drain: z.string().optional(),
    speed: z.number().positive().max(1000).optional().meta({ description: 'virtual seconds per second when it opens' }),
    nodes: z.array(z.union([first, ...more])).max(500),
    links: z.array(z.union([link, ...links])).max(2000),
    timeline: z
      .array(z.strictObject({ at: z.string(), by: z.enum(['author', 'live']), do: z.enum([...EDITS, ...actions] as [string, ...string[]]), on: z.string(), with: z.record(z.string(), z.unknown()).optional() }))
      .max(2000)
      .optional(),
    invariants: z
      .array(z.object({ check: z.enum(catalog.checks.map((c) => c.name) as [string, ...string[]]), on: z.string().optional() }))
      .max(100)
      .optional(),
    layout: z.record(z.string(), z.array(z.number())).optional(),
  });
  return z.toJSONSchema(document.meta({ title: 'Tailrace scenario' }));
}
