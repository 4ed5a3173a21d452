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
}
const table: readonly Command[] = [
  { name: 'xadd', arity: -5, run: xadd },
  { name: 'xtrim', arity: -4, run: xtrim },
  { name: 'xdel', arity: -3, run: xdel },
  { name: 'xdelex', arity: -5, run: xdelex, since: '8.2' },
  { name: 'xackdel', arity: -6, run: xackdel, since: '8.2' },
  { name: 'xcfgset', arity: -2, run: xcfgset, since: '8.6' },
  { name: 'xlen', arity: 2, run: xlen },
  { name: 'xsetid', arity: -3, run: xsetid },
  { name: 'xrange', arity: -4, run: xrange },
  { name: 'xrevrange', arity: -4, run: xrevrange },
  { name: 'xread', arity: -4, run: xread },
  { name: 'xreadgroup', arity: -7, run: xread },
  { name: 'xack', arity: -4, run: xack },
  { name: 'xpending', arity: -3, run: xpending },
  { name: 'xclaim', arity: -6, run: xclaim },
  { name: 'xautoclaim', arity: -6, run: xautoclaim },
  { name: 'xgroup|create', arity: -5, run: create },
  { name: 'xgroup|setid', arity: -5, run: setId },
  { name: 'xgroup|destroy', arity: 4, run: destroy },
  { name: 'xgroup|createconsumer', arity: 5, run: createConsumer },
  { name: 'xgroup|delconsumer', arity: 5, run: deleteConsumer },
  { name: 'xinfo|stream', arity: -3, run: streamInfo },
  { name: 'xinfo|groups', arity: 3, run: groupsInfo },
  { name: 'xinfo|consumers', arity: 4, run: consumersInfo },
  { name: 'set', arity: -3, run: set },
  { name: 'get', arity: 2, run: get },
  { name: 'del', arity: -2, run: del },
  { name: 'unlink', arity: -2, run: del },
  { name: 'exists', arity: -2, run: exists },
  { name: 'type', arity: 2, run: type },
  { name: 'flushall', arity: -1, run: flush },
  { name: 'flushdb', arity: -1, run: flush },
  { name: 'rename', arity: 3, run: rename },
  { name: 'expire', arity: -3, run: expire },
  { name: 'pexpire', arity: -3, run: expire },
  { name: 'pexpireat', arity: -3, run: pexpireAt },
  { name: 'persist', arity: 2, run: persist },
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
