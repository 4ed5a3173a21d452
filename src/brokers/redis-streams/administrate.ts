/** Makes a server's streams and groups those of a plan, as an administrator would with redis-cli. */
import type { Refusal } from '../contract.ts';
import type { Plan, ReadPlan } from './plan.ts';
import type { RedisServer } from './server.ts';

const ADMIN = 'redis-cli';
export interface Refused {
  readonly node: string;
  readonly refusal: Refusal;
}
const pair = ({ key, group, groupNode }: ReadPlan): string => JSON.stringify([key, group, groupNode]);

/** What is gone is deleted, with what that costs; what is new is made; a new start of a group moves it. */
export function applyPlan(server: RedisServer, before: Plan, after: Plan): readonly Refused[] {
  const refused: Refused[] = [];
  const ask = (node: string, ...argv: string[]) => {
    const reply = server.execute(ADMIN, argv);
    if (typeof reply === 'object' && reply !== null && 'refused' in reply) refused.push({ node, refusal: reply });
  };
  const was = new Map(before.reads.map((r) => [pair(r), r]));
  const is = new Set(after.reads.filter((r) => r.owner).map(pair));
  for (const r of before.reads) if (r.owner && !is.has(pair(r)) && server.stream(r.key) !== undefined) ask(r.groupNode, 'XGROUP', 'DESTROY', r.key, r.group);
  const kept = new Set(after.streams.map((s) => s.key));
  for (const s of before.streams) if (!kept.has(s.key)) ask(s.node, 'DEL', s.key);
  for (const { node, key } of after.streams) {
    if (server.stream(key) !== undefined) continue;
    // There is no command for an empty stream: a group makes one, and goes.
    ask(node, 'XGROUP', 'CREATE', key, ADMIN, '$', 'MKSTREAM');
    ask(node, 'XGROUP', 'DESTROY', key, ADMIN);
  }
  for (const { node, key, window } of after.streams) {
    const old = before.streams.find((s) => s.key === key)?.window ?? {};
    const changed = Object.entries(window).filter(([name, value]) => old[name] !== value);
    if (changed.length > 0) ask(node, 'XCFGSET', key, ...changed.flatMap(([name, value]) => [name, String(value)]));
  }
  for (const r of after.reads) {
    const old = was.get(pair(r));
    if (old === undefined || (r.owner && !old.owner)) ask(r.groupNode, 'XGROUP', 'CREATE', r.key, r.group, r.id, 'MKSTREAM');
    else if (r.owner && old.id !== r.id) ask(r.groupNode, 'XGROUP', 'SETID', r.key, r.group, r.id);
  }
  return refused;
}
