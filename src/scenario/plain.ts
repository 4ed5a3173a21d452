/** Whether a value is plain data of a bearable size: before this holds, nothing else looks at it. */
import type { Problem } from './document.ts';

const DEPTH = 16;
const VALUES = 500_000;

/** Never throws. @returns what is wrong, or undefined */
export function plainProblem(value: unknown): Problem | undefined {
  try {
    return walk(value);
  } catch (error) {
    return { path: 'document', says: `cannot be read: ${error instanceof Error ? error.message : 'something in it throws'}` };
  }
}
function walk(root: unknown): Problem | undefined {
  const values: unknown[] = [root];
  const depths: number[] = [0];
  const paths: string[] = ['document'];
  for (let seen = 0; values.length > 0; seen++) {
    const value = values.pop();
    const depth = depths.pop() ?? 0;
    const path = paths.pop() ?? '';
    if (seen > VALUES) return { path: 'document', says: `holds more than ${VALUES} values` };
    if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') return { path, says: `holds a ${typeof value}, which is no JSON` };
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= DEPTH) return { path, says: `is nested more than ${DEPTH} deep` };
    const isList = Array.isArray(value);
    for (const name in value) {
      if (!Object.hasOwn(value, name)) continue;
      if (name === '__proto__') return { path, says: '"__proto__" is not known here' };
      values.push((value as Record<string, unknown>)[name]);
      depths.push(depth + 1);
      paths.push(depth === 0 ? name.slice(0, 64) : depth === 1 && isList ? `${path}[${name}]` : path);
    }
  }
  return undefined;
}
