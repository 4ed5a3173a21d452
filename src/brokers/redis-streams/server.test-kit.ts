import type { Call } from './commands.ts';
import type { RedisEvent, Reply } from './core.ts';
import { type RedisOptions, RedisServer } from './server.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** A reply with refusals as their text. */
export type Plain = null | number | string | readonly Plain[];
export function plain(reply: Reply): Plain {
  if (reply === null || typeof reply !== 'object') return reply;
  return 'refused' in reply ? reply.text : reply.map(plain);
}

/** A server that takes commands as lines, for tests. Words in quotes may hold blanks. */
export function server(options: Partial<RedisOptions> = {}) {
  const clock = new VirtualClock();
  const redis = new RedisServer(clock, { version: '8.0.2', ...options });
  clock.attach((name, ref) => redis.timer(name, ref));
  const split = (line: string): string[] => (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));
  const events = <K extends RedisEvent['kind']>(kind: K): Extract<RedisEvent, { kind: K }>[] => {
    const found = redis.out.filter((one): one is Extract<RedisEvent, { kind: K }> => one.kind === kind);
    redis.out.splice(0, redis.out.length, ...redis.out.filter((one) => one.kind !== kind));
    return found;
  };
  return {
    clock,
    redis,
    ms: (ms: number) => clock.advance(ms * 1000),
    /** The reply to a command; 'waits' when there is none yet. */
    do(line: string, client = 'main', call: Call = {}): Plain {
      const reply = redis.execute(client, split(line), call);
      return reply === undefined ? 'waits' : plain(reply);
    },
    /** Several commands, the last reply. */
    all(...lines: readonly string[]): Plain {
      let last: Plain = null;
      for (const line of lines) last = this.do(line);
      return last;
    },
    /** Replies of clients that waited, in order. */
    woken: (): (readonly [string, Plain])[] => events('reply').map(({ client, reply }) => [client, plain(reply)]),
    events,
    /** A row of XINFO GROUPS and such as an object. */
    rows(line: string): Record<string, Plain>[] {
      const reply = this.do(line);
      return (Array.isArray(reply) ? reply : []).map((row: readonly Plain[]) => Object.fromEntries(row.flatMap((name, i) => (i % 2 === 0 ? [[String(name), row[i + 1] ?? null]] : []))));
    },
  };
}
