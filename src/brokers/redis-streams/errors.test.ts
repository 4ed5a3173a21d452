import { describe, expect, test } from 'vitest';
import type { errors } from './errors.ts';
import { plain, server } from './server.test-kit.ts';
import type { Version } from './versions.ts';

/** For each refusal: what it says, the commands that lead to it, and the version that says so. */
const ways: Record<keyof typeof errors, readonly [says: string, commands: readonly string[], version?: Version]> = {
  wrongType: ['WRONGTYPE Operation against a key holding the wrong kind of value', ['SET s v', 'XLEN s']],
  syntax: ['ERR syntax error', ['XTRIM s FOO 1']],
  arity: ["ERR wrong number of arguments for 'xack' command", ['XACK s g']],
  unknownCommand: ["ERR unknown command 'XFOO', with args beginning with: 's' ", ['XFOO s']],
  unknownSubcommand: ["ERR unknown subcommand 'FOO'. Try XINFO HELP.", ['XINFO FOO s']],
  subcommandSyntax: ["ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.", ['XADD s 1-0 f v', 'XINFO STREAM s HALF']],
  notAnInteger: ['ERR value is not an integer or out of range', ['XTRIM s MAXLEN 9223372036854775808']],
  oom: ["OOM command not allowed when used memory > 'maxmemory'.", ['XADD s 1-0 f v', 'CONFIG maxmemory 10', 'XADD s 2-0 f v']],
  noReplicas: ['NOREPLICAS Not enough good replicas to write.', ['CONFIG min-replicas-to-write 1', 'XADD s 1-0 f v']],
  noSuchKey: ['ERR no such key', ['XINFO STREAM s']],
  invalidId: ['ERR Invalid stream ID specified as stream command argument', ['XADD s x f v']],
  invalidStart: ['ERR invalid start ID for the interval', ['XRANGE s (18446744073709551615-18446744073709551615 +']],
  invalidEnd: ['ERR invalid end ID for the interval', ['XRANGE s - (0-0']],
  idZero: ['ERR The ID specified in XADD must be greater than 0-0', ['XADD s 0-0 f v']],
  idTooSmall: ['ERR The ID specified in XADD is equal or smaller than the target stream top item', ['XADD s 1-0 f v', 'XADD s 1-0 f v']],
  exhausted: ['ERR The stream has exhausted the last possible ID, unable to add more items', ['XADD s 18446744073709551615-18446744073709551615 f v', 'XADD s * f v']],
  tooLarge: ['ERR Elements are too large to be stored', ['XADD s 1-0 f LARGE']],
  twoStrategies: ['ERR syntax error, MAXLEN and MINID options at the same time are not compatible', ['XTRIM s MAXLEN 1 MINID 1']],
  noStrategy: ['ERR syntax error, XTRIM must be called with a trimming strategy', ['XTRIM s LIMIT 0']],
  limitAlone: ['ERR syntax error, LIMIT cannot be used without specifying a trimming strategy', ['XADD s LIMIT 1 * f v']],
  limitExact: ['ERR syntax error, LIMIT cannot be used without the special ~ option', ['XTRIM s MAXLEN 1 LIMIT 1']],
  negative: ['ERR The MAXLEN argument must be >= 0.', ['XTRIM s MAXLEN -1']],
  timeout: ['ERR timeout is negative', ['XREAD BLOCK -1 STREAMS s 0']],
  unbalanced: ["ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.", ['XREAD STREAMS s t 0']],
  unbalancedBefore72: ["ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.", ['XREAD STREAMS s t 0'], '7.0.15'],
  onlyForGroups: ['ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.', ['XREAD NOACK STREAMS s 0']],
  missingGroup: ['ERR Missing GROUP option for XREADGROUP', ['XREADGROUP COUNT 1 BLOCK 1 STREAMS s >']],
  meaningless: ['ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.', ['XGROUP CREATE s g $ MKSTREAM', 'XREADGROUP GROUP g c STREAMS s $']],
  newOnlyInGroup: ['ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.', ['XREAD STREAMS s >']],
  noGroupToRead: ["NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option", ['XREADGROUP GROUP g c STREAMS s >']],
  noKeyOrGroup: ["NOGROUP No such key 's' or consumer group 'g'", ['XPENDING s g']],
  noGroup: ["NOGROUP No such consumer group 'g' for key name 's'", ['XADD s 1-0 f v', 'XGROUP SETID s g 0']],
  groupGoneBefore72: ['NOGROUP the consumer group this client was blocked on no longer exists', ['XGROUP CREATE s g $ MKSTREAM', 'wait XREADGROUP GROUP g c BLOCK 0 STREAMS s >', 'XGROUP DESTROY s g'], '7.0.15'],
  keyGoneBefore72: ['UNBLOCKED the stream key no longer exists', ['XGROUP CREATE s g $ MKSTREAM', 'wait XREADGROUP GROUP g c BLOCK 0 STREAMS s >', 'DEL s'], '7.0.15'],
  busyGroup: ['BUSYGROUP Consumer Group name already exists', ['XGROUP CREATE s g $ MKSTREAM', 'XGROUP CREATE s g $']],
  groupNeedsKey: ['ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.', ['XGROUP CREATE s g $']],
  entriesRead: ['ERR value for ENTRIESREAD must be positive or -1', ['XGROUP CREATE s g $ MKSTREAM ENTRIESREAD -2']],
  entriesAdded: ['ERR entries_added must be positive', ['XSETID s 1-0 ENTRIESADDED -1']],
  setIdBelow: ['ERR The ID specified in XSETID is smaller than the target stream top item', ['XADD s 2-0 f v', 'XSETID s 1-0']],
  entriesAddedBelowLength: ['ERR The entries_added specified in XSETID is smaller than the target stream length', ['XADD s 1-0 f v', 'XSETID s 1-0 ENTRIESADDED 0']],
  claimOption: ["ERR Unrecognized XCLAIM option 'FOO'", ['XGROUP CREATE s g $ MKSTREAM', 'XCLAIM s g c 0 1-0 FOO']],
  claimCount: ['ERR COUNT must be > 0', ['XAUTOCLAIM s g c 0 0 COUNT 0']],
  claimIdle: ['ERR min-idle-time must be a positive integer', ['XREADGROUP GROUP g c CLAIM -1 STREAMS s >'], '8.6.3'],
  idCount: ['ERR Number of IDs must be a positive integer', ['XDELEX s IDS 0 1-0'], '8.6.3'],
  idMismatch: ['ERR The `numids` parameter must match the number of arguments', ['XDELEX s IDS 2 1-0'], '8.6.3'],
  idempotentTwice: ['ERR syntax error, IDMP/IDMPAUTO specified multiple times', ['XADD s IDMPAUTO p IDMPAUTO p * f v'], '8.6.3'],
  idempotentEmpty: ['ERR syntax error, IDMP requires a non-empty producer ID', ['XADD s IDMP "" 1 * f v'], '8.6.3'],
  idempotentExplicit: ['ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs', ['XADD s IDMPAUTO p 1-0 f v'], '8.6.3'],
  configTwice: ['ERR IDMP-DURATION specified multiple times', ['XADD s 1-0 f v', 'XCFGSET s IDMP-DURATION 1 IDMP-DURATION 1'], '8.6.3'],
  configRange: ['ERR IDMP-DURATION must be between 1 and 86400 seconds', ['XADD s 1-0 f v', 'XCFGSET s IDMP-DURATION 0'], '8.6.3'],
  configNothing: ['ERR At least one parameter must be specified', ['XADD s 1-0 f v', 'XCFGSET s'], '8.6.3'],
};

describe('every refusal, in Redis’s words', () => {
  for (const [name, [says, commands, version = '8.0.2']] of Object.entries(ways)) {
    test(name, () => {
      const s = server({ version });
      let last: unknown = null;
      for (const command of commands) {
        const [, setting, value] = /^CONFIG (\S+) (\d+)$/.exec(command) ?? [];
        if (setting !== undefined) Object.assign(s.redis.config, { [setting]: Number(value) });
        else if (command.startsWith('wait ')) s.do(command.slice(5), 'waiting');
        else last = command.endsWith('LARGE') ? s.do(command, 'main', { weight: 2 ** 30 }) : s.do(command);
      }
      expect(s.woken()[0]?.[1] ?? last).toBe(says);
    });
  }
  test('a refusal has the first word for its name, and ends nothing', () => {
    const reply = server().redis.execute('main', ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>']);
    expect(reply).toMatchObject({ refused: true, name: 'NOGROUP', closes: 'message' });
    expect(plain(reply ?? null)).toContain('NOGROUP ');
  });
});
