/** XADD, XTRIM, XSETID, XLEN. https://redis.io/docs/latest/commands/xadd/ */
import { integer, newId, same, strictId } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors, refuse } from './errors.ts';
import { type Idempotence, idempotence, known, remember } from './idempotence.ts';
import { FIRST, type Id, LAST, msOf, next, type Parsed, show } from './ids.ts';
import { type References, permission, referencesOf } from './references.ts';
import { append, automaticId, lastEntry, newStream, type Stream, trim, type Trim } from './stream.ts';

interface Options {
  readonly trim: Trim | null;
  /** Where `n` of `MAXLEN ~ n` stands, for the replicas. */
  readonly trimAt: number;
  readonly makeStream: boolean;
  readonly references: References;
  readonly idempotence: Idempotence | null;
  /** Null for `*`. */
  readonly id: Parsed | null;
  /** Where the ID stands. */
  readonly at: number;
}

function options(core: Core, argv: readonly string[], adds: boolean, obeyed: boolean): Options {
  let keep: Trim['keep'] | null = null;
  let [approximate, makeStream, trimAt, limit, at] = [false, true, 0, null as number | null, 2];
  let [id, references, named]: [Parsed | null, References | null, Idempotence | null] = [null, null, null];
  for (; at < argv.length; at++) {
    const word = argv[at]!;
    const more = argv.length - 1 - at;
    if (adds && word === '*') break;
    const maxlen = same(word, 'MAXLEN');
    if ((maxlen || same(word, 'MINID')) && more > 0) {
      if (keep !== null) refuse(errors.twoStrategies());
      const sign = argv[at + 1];
      approximate = more >= 2 && sign === '~';
      if (approximate || (more >= 2 && sign === '=')) at++;
      trimAt = ++at;
      if (maxlen) {
        keep = { maxlen: integer(argv[at]!) };
        if (keep.maxlen < 0) refuse(errors.negative('MAXLEN'));
      } else keep = { minid: strictId(argv[at]!) };
    } else if (same(word, 'LIMIT') && more > 0) {
      limit = integer(argv[++at]!);
      if (limit < 0) refuse(errors.negative('LIMIT'));
    } else if (core.has('8.2') && references === null && referencesOf(word) !== null) references = referencesOf(word);
    else if (adds && same(word, 'NOMKSTREAM')) makeStream = false;
    else if (adds && core.has('8.6') && ((same(word, 'IDMPAUTO') && more > 0) || (same(word, 'IDMP') && more > 1))) {
      named = idempotence(argv, at, named !== null);
      at += named.id === null ? 1 : 2;
    } else if (adds) {
      id = newId(word);
      if (named !== null && !obeyed) refuse(errors.idempotentExplicit());
      break;
    } else refuse(errors.syntax());
  }
  if (limit !== null && limit > 0 && keep === null) refuse(errors.limitAlone());
  if (!adds && keep === null) refuse(errors.noStrategy());
  if (limit !== null && !approximate && !obeyed) refuse(errors.limitExact());
  const most = limit ?? (approximate ? defaultLimit(core.config['stream-node-max-entries']) : 0);
  return { trim: keep && { keep, approximate, limit: obeyed ? 0 : most }, trimAt, makeStream, references: references ?? 'KEEPREF', idempotence: named, id, at };
}
/** 100 nodes, but no more than a million entries. */
function defaultLimit(entries: number): number {
  return entries <= 0 ? 10_000 : Math.min(100 * entries, 1_000_000);
}

/** @param obeyed a master's word: no limit is put on trimming */
export function xadd(core: Core, argv: readonly string[], { obeyed = false } = {}): Reply {
  const asks = options(core, argv, true, obeyed);
  const { trim: trimming, id: asked, at, idempotence: named } = asks;
  const texts = argv.slice(at + 1);
  if (texts.length < 2 || texts.length % 2 === 1) return errors.arity('xadd');
  if (asked?.seqGiven === true && asked.id === FIRST) return errors.idZero();
  const key = argv[1]!;
  const existing = core.stream(key);
  if (existing === undefined && !asks.makeStream) return null;
  const stream = existing ?? newStream();
  if (existing === undefined) core.put(key, stream);
  const first = named === null ? null : known(stream, named, texts, core.now());
  if (first !== null) return show(first);
  if (stream.lastId === LAST) return errors.exhausted();
  const id = pick(stream, asked, core.now());
  if (id === null || id <= stream.lastId) return errors.idTooSmall();
  const fields = { texts, weight: core.weight };
  if (!append(stream, id, fields, core.config)) return errors.tooLarge();
  core.out.push({ kind: 'added', key, id, fields });
  if (named !== null) remember(stream, named, texts, id);
  if (trimming !== null) cut(core, key, stream, trimming, asks.references);
  const told = [...argv];
  told[at] = show(id);
  core.propagate(...exactly(told, stream, trimming, asks.trimAt));
  core.signal(key);
  return show(id);
}
/** Null when the sequence of that millisecond is used up. */
function pick(stream: Stream, asked: Parsed | null, ms: number): Id | null {
  if (asked === null) return automaticId(stream, ms);
  if (asked.seqGiven || msOf(stream.lastId) !== msOf(asked.id)) return asked.id;
  const following = next(stream.lastId);
  return following !== null && msOf(following) === msOf(asked.id) ? following : null;
}
function cut(core: Core, key: string, stream: Stream, trimming: Trim, references: References): number {
  const removed = trim(stream, trimming, permission(core, key, stream, references));
  if (removed.length > 0) core.out.push({ kind: 'removed', key, why: 'maxlen' in trimming.keep ? 'maxlen' : 'minid', entries: removed });
  return removed.length;
}
/** Replicas are not told of `~`, but of what came of it. */
function exactly(argv: string[], stream: Stream, trimming: Trim | null, trimAt: number): string[] {
  if (trimming?.approximate !== true) return argv;
  argv[trimAt - 1] = '=';
  argv[trimAt] = 'maxlen' in trimming.keep ? String(stream.length) : show(stream.nodes[0]?.ids[0] ?? LAST);
  return argv;
}

export function xtrim(core: Core, argv: readonly string[], { obeyed = false } = {}): Reply {
  const { trim: trimming, trimAt, references } = options(core, argv, false, obeyed);
  const stream = core.stream(argv[1]!);
  if (stream === undefined || trimming === null) return 0;
  const removed = cut(core, argv[1]!, stream, trimming, references);
  if (removed > 0) core.propagate(...exactly([...argv], stream, trimming, trimAt));
  return removed;
}

export function xlen(core: Core, argv: readonly string[]): Reply {
  return core.stream(argv[1]!)?.length ?? 0;
}

export function xsetid(core: Core, argv: readonly string[]): Reply {
  const id = strictId(argv[2]!);
  let [added, deleted] = [-1, FIRST];
  for (let i = 3; i < argv.length; i += 2) {
    const value = argv[i + 1];
    if (same(argv[i], 'ENTRIESADDED') && value !== undefined) {
      added = integer(value);
      if (added < 0) refuse(errors.entriesAdded());
    } else if (same(argv[i], 'MAXDELETEDID') && value !== undefined) {
      deleted = strictId(value);
      if (id < deleted) refuse(errors.setIdBelow('the provided max_deleted_entry_id'));
    } else refuse(errors.syntax());
  }
  const stream = core.stream(argv[1]!);
  if (stream === undefined) return errors.noSuchKey();
  if (core.has('7.2') && id < stream.maxDeletedId) return errors.setIdBelow('current max_deleted_entry_id');
  if (stream.length > 0 && id < lastEntry(stream)) return errors.setIdBelow('the target stream top item');
  if (stream.length > 0 && added !== -1 && stream.length > added) return errors.entriesAddedBelowLength();
  stream.lastId = id;
  if (added !== -1) stream.entriesAdded = added;
  if (deleted !== FIRST) stream.maxDeletedId = deleted;
  core.propagate(...argv);
  return 'OK';
}
