import type { Json } from '../../src/testing/conformance-runner.ts';

const WIDTH = 160;

/** JSON as the corpus is written: what fits on a line stays on it; the case itself is spread out. */
export function written(value: Json): string {
  return `${spread(value, '', true)}\n`;
}
function spread(value: Json, indent: string, always: boolean): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || (!always && indent.length + flat.length <= WIDTH)) return flat;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = isList ? value.map((one: Json) => inner + spread(one, inner, false)) : Object.entries(value).map(([name, one]) => `${inner}${JSON.stringify(name)}: ${spread(one as Json, inner, false)}`);
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}
