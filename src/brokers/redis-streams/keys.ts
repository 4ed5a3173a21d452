/** Commands for keys of any type, as far as streams meet them. */
import { integer, same } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors } from './errors.ts';

/** https://redis.io/docs/latest/commands/set/ Without options. */
export function set(core: Core, argv: readonly string[]): Reply {
  if (argv.length > 3) return errors.syntax();
  core.remove(argv[1]!, 'del');
  core.put(argv[1]!, { type: 'string', value: argv[2]! });
  core.propagate(...argv);
  return 'OK';
}
export function get(core: Core, argv: readonly string[]): Reply {
  const value = core.keys.get(argv[1]!);
  if (value === undefined) return null;
  return value.type === 'string' ? value.value : errors.wrongType();
}
/** https://redis.io/docs/latest/commands/del/ A stream goes with its groups. */
export function del(core: Core, argv: readonly string[]): Reply {
  const gone = argv.slice(1).filter((key) => core.remove(key, 'del'));
  if (gone.length > 0) core.propagate(...argv);
  return gone.length;
}
export const exists = (core: Core, argv: readonly string[]): Reply => argv.slice(1).filter((key) => core.keys.has(key)).length;
export const type = (core: Core, argv: readonly string[]): Reply => core.keys.get(argv[1]!)?.type ?? 'none';

export function flush(core: Core, argv: readonly string[]): Reply {
  if (argv.length > 2 || (argv.length === 2 && !same(argv[1], 'ASYNC') && !same(argv[1], 'SYNC'))) return errors.syntax();
  for (const key of [...core.keys.keys()]) core.remove(key, 'del');
  core.propagate(...argv);
  return 'OK';
}

/** https://redis.io/docs/latest/commands/rename/ */
export function rename(core: Core, argv: readonly string[]): Reply {
  const [from, to] = [argv[1]!, argv[2]!];
  const value = core.keys.get(from);
  if (value === undefined) return errors.noSuchKey();
  if (from === to) return 'OK';
  const expires = core.expires.get(from);
  core.keys.delete(from);
  core.expires.delete(from);
  core.remove(to, 'del');
  core.put(to, value);
  if (expires !== undefined) core.expireAt(to, expires);
  core.signal(from);
  core.propagate(...argv);
  return 'OK';
}

/** https://redis.io/docs/latest/commands/expire/ Without NX, XX, GT, LT. */
export function expire(core: Core, argv: readonly string[]): Reply {
  const ms = integer(argv[2]!) * (same(argv[0], 'EXPIRE') ? 1000 : 1);
  if (argv.length > 3) return errors.syntax();
  if (!core.keys.has(argv[1]!)) return 0;
  if (ms <= 0) {
    core.remove(argv[1]!, 'expired');
    core.propagate('DEL', argv[1]!);
  } else {
    core.expireAt(argv[1]!, core.now() + ms);
    core.propagate('PEXPIREAT', argv[1]!, String(core.now() + ms));
  }
  return 1;
}
export function pexpireAt(core: Core, argv: readonly string[]): Reply {
  if (!core.keys.has(argv[1]!)) return 0;
  core.expireAt(argv[1]!, integer(argv[2]!));
  core.propagate(...argv);
  return 1;
}
export function persist(core: Core, argv: readonly string[]): Reply {
  if (!core.keys.has(argv[1]!) || !core.expires.delete(argv[1]!)) return 0;
  core.propagate(...argv);
  return 1;
}
/** https://redis.io/docs/latest/commands/ttl/ −2: no such key, −1: it does not expire. */
export function ttl(core: Core, argv: readonly string[]): Reply {
  if (!core.keys.has(argv[1]!)) return -2;
  const at = core.expires.get(argv[1]!);
  if (at === undefined) return -1;
  return same(argv[0], 'TTL') ? Math.floor((at - core.now() + 500) / 1000) : at - core.now();
}
