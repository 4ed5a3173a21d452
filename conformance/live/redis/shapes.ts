import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import { isError, type Reply } from './resp.ts';

/** Replies as conformance/FORMAT.md writes them. */

const isList = (reply: Reply | undefined): reply is readonly Reply[] => Array.isArray(reply);
const LEFT_OUT = new Set(['radix-tree-keys', 'radix-tree-nodes', 'first-entry', 'last-entry']);

function plain(reply: Reply): Json {
  if (isList(reply)) return reply.map(plain);
  return reply !== null && isError(reply) ? { error: reply.error } : (reply as Json);
}
/** Name, value, name, value … as an object; the lists under a name of `rows` hold such tables themselves. */
function table(reply: Reply, rows: readonly string[] = []): Json {
  if (!isList(reply)) return plain(reply);
  const pairs: [string, Json][] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) {
    const [name, value] = [String(reply[i]), reply[i + 1] ?? null];
    pairs.push([name, rows.includes(name) && isList(value) ? value.map((row) => table(row, rows)) : plain(value)]);
  }
  return Object.fromEntries(pairs.filter(([name]) => !LEFT_OUT.has(name)));
}
function pending(reply: readonly Reply[], summary: boolean): Json {
  const cells = reply.map(plain);
  if (!summary) return cells.map((row): JsonObject => (Array.isArray(row) ? { id: row[0] ?? null, consumer: row[1] ?? null, idle: row[2] ?? null, deliveries: row[3] ?? null } : {}));
  return { count: cells[0] ?? null, min: cells[1] ?? null, max: cells[2] ?? null, consumers: cells[3] ?? [] };
}

const claimed = ([id = null, fields = null, idle = null, deliveries = null]: readonly Reply[]): Json => ({ id: plain(id), fields: plain(fields), idle: plain(idle), deliveries: plain(deliveries) });

export function shown(op: string, args: readonly string[], reply: Reply): Json {
  if (!isList(reply)) return plain(reply);
  if (op === 'XPENDING') return pending(reply, args.length === 2);
  if (op === 'XINFO GROUPS' || op === 'XINFO CONSUMERS') return reply.map((row) => table(row));
  if (op === 'XREADGROUP' && args.some((word) => word.toUpperCase() === 'CLAIM')) return reply.map((stream) => (isList(stream) && isList(stream[1]) ? [plain(stream[0] ?? null), stream[1].map((entry) => claimed(isList(entry) ? entry : []))] : plain(stream)));
  if (op === 'XINFO STREAM') return table(reply, ['groups', 'consumers']);
  return plain(reply);
}
