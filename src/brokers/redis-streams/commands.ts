/** The command table: how many words each takes (at least, when negative), and what does it. */
import { xadd, xlen, xsetid, xtrim } from './adding.ts';
import { xautoclaim, xclaim, xpending } from './claiming.ts';
import type { Core, Reply, Wait } from './core.ts';
import { xackdel, xdel, xdelex } from './deleting.ts';
import { errors } from './errors.ts';
import { create, createConsumer, deleteConsumer, destroy, setId, xack } from './grouping.ts';
import { xcfgset } from './idempotence.ts';
import { consumersInfo, groupsInfo, streamInfo } from './info.ts';
import { del, exists, expire, flush, get, persist, pexpireAt, rename, set, ttl, type } from './keys.ts';
import { xrange, xread, xrevrange } from './reading.ts';

/** What is known of a call besides its words. */
export interface Call {
  /** It comes from the master, or from the append-only file. */
  readonly obeyed?: boolean;
  /** Bytes of the payload that the fields only stand for. */
  readonly weight?: number;
}
export interface Command {
  /** `xgroup|create` */
  readonly name: string;
  readonly arity: number;
  readonly run: (core: Core, argv: readonly string[], call: Call) => Reply | Wait;
  readonly since?: string;
  /** It may need more memory; refused when there is none. */
  readonly denyoom?: boolean;
  /** It changes data; refused when too few replicas are there. */
  readonly writes?: boolean;
}
const table: readonly Command[] = [
  { name: 'xadd', arity: -5, run: xadd, writes: true, denyoom: true },
  { name: 'xtrim', arity: -4, run: xtrim, writes: true },
  { name: 'xdel', arity: -3, run: xdel, writes: true },
  { name: 'xdelex', arity: -5, run: xdelex, since: '8.2', writes: true },
  { name: 'xackdel', arity: -6, run: xackdel, since: '8.2', writes: true },
  { name: 'xcfgset', arity: -2, run: xcfgset, since: '8.6', writes: true },
  { name: 'xlen', arity: 2, run: xlen },
  { name: 'xsetid', arity: -3, run: xsetid, writes: true, denyoom: true },
  { name: 'xrange', arity: -4, run: xrange },
  { name: 'xrevrange', arity: -4, run: xrevrange },
  { name: 'xread', arity: -4, run: xread },
  { name: 'xreadgroup', arity: -7, run: xread, writes: true },
  { name: 'xack', arity: -4, run: xack, writes: true },
  { name: 'xpending', arity: -3, run: xpending },
  { name: 'xclaim', arity: -6, run: xclaim, writes: true },
  { name: 'xautoclaim', arity: -6, run: xautoclaim, writes: true },
  { name: 'xgroup|create', arity: -5, run: create, writes: true, denyoom: true },
  { name: 'xgroup|setid', arity: -5, run: setId, writes: true },
  { name: 'xgroup|destroy', arity: 4, run: destroy, writes: true },
  { name: 'xgroup|createconsumer', arity: 5, run: createConsumer, writes: true, denyoom: true },
  { name: 'xgroup|delconsumer', arity: 5, run: deleteConsumer, writes: true },
  { name: 'xinfo|stream', arity: -3, run: streamInfo },
  { name: 'xinfo|groups', arity: 3, run: groupsInfo },
  { name: 'xinfo|consumers', arity: 4, run: consumersInfo },
  { name: 'set', arity: -3, run: set, writes: true, denyoom: true },
  { name: 'get', arity: 2, run: get },
  { name: 'del', arity: -2, run: del, writes: true },
  { name: 'unlink', arity: -2, run: del, writes: true },
  { name: 'exists', arity: -2, run: exists },
  { name: 'type', arity: 2, run: type },
  { name: 'flushall', arity: -1, run: flush, writes: true },
  { name: 'flushdb', arity: -1, run: flush, writes: true },
  { name: 'rename', arity: 3, run: rename, writes: true },
  { name: 'expire', arity: -3, run: expire, writes: true },
  { name: 'pexpire', arity: -3, run: expire, writes: true },
  { name: 'pexpireat', arity: -3, run: pexpireAt, writes: true },
  { name: 'persist', arity: 2, run: persist, writes: true },
  { name: 'ttl', arity: 2, run: ttl },
  { name: 'pttl', arity: 2, run: ttl },
];
const byName = new Map(table.map((one) => [one.name, one]));
const containers = new Set(table.flatMap(({ name }) => (name.includes('|') ? [name.slice(0, name.indexOf('|'))] : [])));

/** Whether a command is modelled: "XGROUP CREATE". */
export const knows = (command: string): boolean => byName.has(command.toLowerCase().replace(' ', '|'));

/** The command that these words call, or why there is none. */
export function commandOf(argv: readonly string[], has: (since: string) => boolean): Command | ReturnType<typeof errors.syntax> {
  const first = argv[0] ?? '';
  const word = first.toLowerCase();
  const container = containers.has(word);
  if (container && argv.length < 2) return errors.arity(word);
  const command = byName.get(container ? `${word}|${argv[1]?.toLowerCase()}` : word);
  if (command === undefined || (command.since !== undefined && !has(command.since))) {
    return container ? errors.unknownSubcommand(first, argv[1] ?? '') : errors.unknownCommand(first, argv.slice(1));
  }
  const { arity, name } = command;
  return arity > 0 ? (argv.length === arity ? command : errors.arity(name)) : argv.length >= -arity ? command : errors.arity(name);
}
