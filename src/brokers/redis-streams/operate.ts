/** What an operator types into redis-cli while the system runs. */
import { byName } from './group.ts';
import type { Plan } from './plan.ts';
import type { RedisServer } from './server.ts';

const OPERATOR = 'redis-cli';

/** @returns what was done, in words; undefined when this is no command for this place */
export function operate(server: RedisServer, plan: Plan, action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
  const key = plan.streams.find((s) => s.node === on)?.key;
  const group = plan.groups.find((g) => g.node === on);
  const ask = (...argv: string[]): string => {
    const reply = server.execute(OPERATOR, argv);
    return typeof reply === 'object' && reply !== null && 'refused' in reply ? reply.text : String(reply);
  };
  switch (action) {
    case 'xtrim':
      return key === undefined ? undefined : `${ask('XTRIM', key, 'MAXLEN', String(parameters['MAXLEN'] ?? 0))} entries of ${key} trimmed.`;
    case 'del':
      return key === undefined ? undefined : `DEL ${key}: ${ask('DEL', key)}.`;
    case 'xgroup-create': {
      if (key === undefined) return undefined;
      const missing = plan.reads.filter((r) => r.key === key && byName(server.stream(key)?.groups ?? [], r.group) === undefined);
      for (const { group: name, id } of missing) ask('XGROUP', 'CREATE', key, name, id, 'MKSTREAM');
      return `${missing.length} groups of ${key} created.`;
    }
    case 'xgroup-setid': {
      if (group === undefined) return undefined;
      const id = String(parameters['id'] ?? '0');
      return plan.reads
        .filter((r) => r.groupNode === on)
        .map((r) => `XGROUP SETID ${r.key} ${r.group} ${id}: ${ask('XGROUP', 'SETID', r.key, r.group, id)}.`)
        .join(' ');
    }
    case 'xgroup-delconsumer': {
      if (group === undefined) return undefined;
      const consumer = String(parameters['consumer'] ?? '');
      return plan.reads
        .filter((r) => r.groupNode === on)
        .map((r) => `XGROUP DELCONSUMER ${r.key} ${r.group} ${consumer}: ${ask('XGROUP', 'DELCONSUMER', r.key, r.group, consumer)}.`)
        .join(' ');
    }
    default:
      return undefined;
  }
}
