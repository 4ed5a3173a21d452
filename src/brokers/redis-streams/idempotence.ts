/** Idempotent production: XADD with IDMP or IDMPAUTO, XCFGSET. https://redis.io/docs/latest/develop/data-types/streams/idempotency/ Since 8.6. */
import { integer, same } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors, refuse } from './errors.ts';
import { type Id, msOf } from './ids.ts';
import type { Stream } from './stream.ts';

/** Who adds, and what it calls the entry. */
export interface Idempotence {
  readonly producer: string;
  /** Null for one made from the fields. */
  readonly id: string | null;
}
/** What producers have added of late: per producer what it called each entry, the oldest first. */
export interface Memory {
  /** s */
  duration: number;
  /** Entries per producer. */
  maxsize: number;
  producers: { readonly name: string; readonly entries: { readonly iid: string; readonly id: Id }[] }[];
  added: number;
  duplicates: number;
}
export const newMemory = (): Memory => ({ duration: 100, maxsize: 100, producers: [], added: 0, duplicates: 0 });

/** IDMPAUTO pid, or IDMP pid iid, of which `at` is the first word. */
export function idempotence(argv: readonly string[], at: number, twice: boolean): Idempotence {
  const auto = same(argv[at], 'IDMPAUTO');
  if (twice) refuse(errors.idempotentTwice());
  if (argv[at + 1] === '') refuse(errors.idempotentEmpty(auto ? 'IDMPAUTO' : 'IDMP', 'producer'));
  if (!auto && argv[at + 2] === '') refuse(errors.idempotentEmpty('IDMP', 'idempotent'));
  return { producer: argv[at + 1]!, id: auto ? null : argv[at + 2]! };
}
/** The order of the pairs does not matter. Redis keeps a hash of 128 bits instead. */
function nameOf({ id }: Idempotence, texts: readonly string[]): string {
  if (id !== null) return `=${id}`;
  const pairs = texts.flatMap((field, i) => (i % 2 === 0 ? [JSON.stringify([field, texts[i + 1]])] : []));
  return `#${pairs.sort().join()}`;
}
/** Forgets what is older than the duration. */
export function forget({ memory }: Stream, now: number): void {
  const until = now - memory.duration * 1000;
  for (const { entries } of memory.producers) {
    let old = 0;
    while (old < entries.length && Number(msOf(entries[old]!.id)) <= until) old++;
    if (old > 0) entries.splice(0, old);
  }
  memory.producers = memory.producers.filter(({ entries }) => entries.length > 0);
}
/** The ID that the entry got the first time, or null. */
export function known(stream: Stream, asked: Idempotence, texts: readonly string[], now: number): Id | null {
  forget(stream, now);
  const { memory } = stream;
  const iid = nameOf(asked, texts);
  const found = memory.producers.find(({ name }) => name === asked.producer)?.entries.find((one) => one.iid === iid);
  if (found !== undefined) memory.duplicates++;
  return found?.id ?? null;
}
export function remember({ memory }: Stream, asked: Idempotence, texts: readonly string[], id: Id): void {
  let producer = memory.producers.find(({ name }) => name === asked.producer);
  if (producer === undefined) {
    producer = { name: asked.producer, entries: [] };
    memory.producers.push(producer);
  }
  producer.entries.push({ iid: nameOf(asked, texts), id });
  memory.added++;
  if (producer.entries.length > memory.maxsize) producer.entries.shift();
}

/** https://redis.io/docs/latest/commands/xcfgset/ A new value clears what was remembered. */
export function xcfgset(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[1]!);
  if (stream === undefined) return errors.noSuchKey();
  const asked: { duration?: number; maxsize?: number } = {};
  for (let i = 2; i < argv.length; i += 2) {
    const what = same(argv[i], 'IDMP-DURATION') ? 'duration' : same(argv[i], 'IDMP-MAXSIZE') ? 'maxsize' : null;
    const text = argv[i + 1];
    if (what === null || text === undefined) return errors.syntax();
    if (asked[what] !== undefined) return errors.configTwice(what);
    const value = integer(text);
    if (value < 1 || value > (what === 'duration' ? 86_400 : 10_000)) return errors.configRange(what);
    asked[what] = value;
  }
  const { memory } = stream;
  const { duration = memory.duration, maxsize = memory.maxsize } = asked;
  if (asked.duration === undefined && asked.maxsize === undefined) return errors.configNothing();
  if (duration !== memory.duration || maxsize !== memory.maxsize) {
    Object.assign(memory, { duration, maxsize, producers: [] });
    core.propagate(...argv);
  }
  return 'OK';
}
