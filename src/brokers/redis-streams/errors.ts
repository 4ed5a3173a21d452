import type { Refusal } from '../contract.ts';

/**
 * Redis's refusals, in its own words. The first word is what clients match; Redis has no numbers for them, so the code is 0.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
function refusal(text: string): Refusal {
  return { refused: true, name: text.slice(0, text.indexOf(' ')), code: 0, text, closes: 'message' };
}
const meaningless = (id: string): string => `ERR The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`;
/** What a client sent is repeated up to 128 characters. */
const cut = (text: string): string => text.slice(0, 128);
function beginning(args: readonly string[]): string {
  let text = '';
  for (const arg of args) if (text.length < 128) text += `'${arg.slice(0, 128 - text.length)}' `;
  return text;
}

export const errors = {
  wrongType: () => refusal('WRONGTYPE Operation against a key holding the wrong kind of value'),
  syntax: () => refusal('ERR syntax error'),
  arity: (command: string) => refusal(`ERR wrong number of arguments for '${command}' command`),
  unknownCommand: (command: string, args: readonly string[]) => refusal(`ERR unknown command '${cut(command)}', with args beginning with: ${beginning(args)}`),
  unknownSubcommand: (command: string, sub: string) => refusal(`ERR unknown subcommand '${cut(sub)}'. Try ${command.toUpperCase()} HELP.`),
  subcommandSyntax: (command: string, sub: string) => refusal(`ERR unknown subcommand or wrong number of arguments for '${cut(sub)}'. Try ${command.toUpperCase()} HELP.`),
  notAnInteger: (text = 'value is not an integer or out of range') => refusal(`ERR ${text}`),
  oom: () => refusal("OOM command not allowed when used memory > 'maxmemory'."),
  noReplicas: () => refusal('NOREPLICAS Not enough good replicas to write.'),
  noSuchKey: () => refusal('ERR no such key'),
  invalidId: () => refusal('ERR Invalid stream ID specified as stream command argument'),
  invalidStart: () => refusal('ERR invalid start ID for the interval'),
  invalidEnd: () => refusal('ERR invalid end ID for the interval'),
  idZero: () => refusal('ERR The ID specified in XADD must be greater than 0-0'),
  idTooSmall: () => refusal('ERR The ID specified in XADD is equal or smaller than the target stream top item'),
  exhausted: () => refusal('ERR The stream has exhausted the last possible ID, unable to add more items'),
  tooLarge: () => refusal('ERR Elements are too large to be stored'),
  twoStrategies: () => refusal('ERR syntax error, MAXLEN and MINID options at the same time are not compatible'),
  noStrategy: () => refusal('ERR syntax error, XTRIM must be called with a trimming strategy'),
  limitAlone: () => refusal('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy'),
  limitExact: () => refusal('ERR syntax error, LIMIT cannot be used without the special ~ option'),
  negative: (option: 'MAXLEN' | 'LIMIT') => refusal(`ERR The ${option} argument must be >= 0.`),
  timeout: (why: 'is not an integer or out of range' | 'is negative' | 'is out of range') => refusal(`ERR timeout ${why}`),
  unbalanced: (command: string, ids: string) => refusal(`ERR Unbalanced '${command}' list of streams: for each stream key an ${ids} must be specified.`),
  unbalancedBefore72: () => refusal("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."),
  onlyForGroups: (option: 'GROUP' | 'NOACK' | 'CLAIM') => refusal(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`),
  missingGroup: () => refusal('ERR Missing GROUP option for XREADGROUP'),
  meaningless: (id: '$' | '+') => refusal(meaningless(id)),
  newOnlyInGroup: () => refusal('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.'),
  noGroupToRead: (key: string, group: string) => refusal(`NOGROUP No such key '${key}' or consumer group '${group}' in XREADGROUP with GROUP option`),
  noKeyOrGroup: (key: string, group: string) => refusal(`NOGROUP No such key '${key}' or consumer group '${group}'`),
  noGroup: (key: string, group: string) => refusal(`NOGROUP No such consumer group '${group}' for key name '${key}'`),
  groupGoneBefore72: () => refusal('NOGROUP the consumer group this client was blocked on no longer exists'),
  keyGoneBefore72: () => refusal('UNBLOCKED the stream key no longer exists'),
  busyGroup: () => refusal('BUSYGROUP Consumer Group name already exists'),
  groupNeedsKey: () => refusal('ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.'),
  entriesRead: () => refusal('ERR value for ENTRIESREAD must be positive or -1'),
  entriesAdded: () => refusal('ERR entries_added must be positive'),
  setIdBelow: (what: 'the provided max_deleted_entry_id' | 'current max_deleted_entry_id' | 'the target stream top item') => refusal(`ERR The ID specified in XSETID is smaller than ${what}`),
  entriesAddedBelowLength: () => refusal('ERR The entries_added specified in XSETID is smaller than the target stream length'),
  claimOption: (option: string) => refusal(`ERR Unrecognized XCLAIM option '${option}'`),
  claimCount: () => refusal('ERR COUNT must be > 0'),
  claimIdle: () => refusal('ERR min-idle-time must be a positive integer'),
  idCount: () => refusal('ERR Number of IDs must be a positive integer'),
  idMismatch: () => refusal('ERR The `numids` parameter must match the number of arguments'),
  idempotentTwice: () => refusal('ERR syntax error, IDMP/IDMPAUTO specified multiple times'),
  idempotentEmpty: (option: 'IDMP' | 'IDMPAUTO', id: 'producer' | 'idempotent') => refusal(`ERR syntax error, ${option} requires a non-empty ${id} ID`),
  idempotentExplicit: () => refusal('ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs'),
  configTwice: (what: 'duration' | 'maxsize') => refusal(`ERR IDMP-${what.toUpperCase()} specified multiple times`),
  configRange: (what: 'duration' | 'maxsize') => refusal(`ERR IDMP-${what.toUpperCase()} must be between ${what === 'duration' ? '1 and 86400 seconds' : '1 and 10000 entries'}`),
  configNothing: () => refusal('ERR At least one parameter must be specified'),
} as const;

/** Thrown while a command is read, caught where it was called: nothing has been changed yet. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.text);
    this.refusal = refusal;
  }
}
export function refuse(refusal: Refusal): never {
  throw new Refused(refusal);
}
