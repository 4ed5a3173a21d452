import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveCase } from './contract.ts';

/** The recorded cases under a folder, in the order of their paths. */
export function casesIn(folder: string): LiveCase[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as LiveCase);
}
