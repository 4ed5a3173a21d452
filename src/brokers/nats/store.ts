import type { StreamConfig } from './config.ts';
import type { Headers } from './events.ts';
import type { Positions, Store, Stored } from './model.ts';
import { hasWildcard, isLiteral, matchTokens, tokensOf } from './subjects.ts';
import { countIn, countOut } from './tallies.ts';
import { byteLength } from './transform.ts';

/** Messages of one stream by sequence, and where those of each subject are. */

/** @param first the sequence of the first message to come; 0 for the usual 1; @param tallied whether it counts subjects as 2.9 does in memory */
export function newStore(first: number, tallied: boolean): Store {
  const lastSeq = first > 0 ? first - 1 : 0;
  return { messages: new Map(), bySubject: new Map(), tallies: tallied ? new Map() : null, firstSeq: first, lastSeq, published: lastSeq, bytes: 0 };
}

/** Bytes of a header block on the wire. */
export const headerBytes = (headers: Headers | null): number => (headers === null ? 0 : Object.entries(headers).reduce((sum, [name, value]) => sum + byteLength(name) + byteLength(value) + 4, 12));

/** What a message counts for in max_bytes: memory storage adds 16, file storage its record around it. */
export function storedBytes(storage: StreamConfig['storage'], subject: string, headers: Headers | null, size: number): number {
  const header = headerBytes(headers);
  const content = byteLength(subject) + header + size;
  if (storage === 'memory') return content + 16;
  return content + 30 + (header > 0 ? 4 : 0);
}

/** Puts a message behind the last one. The index follows. */
export function insert(store: Store, message: Stored, bytes: number): void {
  if (store.messages.size === 0) store.firstSeq = message.seq;
  store.messages.set(message.seq, message);
  store.published = store.published === store.lastSeq ? message.seq : store.published + 1;
  store.lastSeq = message.seq;
  store.bytes += bytes;
  index(store, message);
  countIn(store, message.subject, message.seq);
}
export function index(store: Store, { subject, seq }: Stored): void {
  const positions = store.bySubject.get(subject);
  if (positions === undefined) store.bySubject.set(subject, { seqs: [seq], head: 0 });
  else positions.seqs.push(seq);
}
/** A sequence number for a message that is not kept. */
export function skip(store: Store): number {
  store.lastSeq += 1;
  store.published = store.lastSeq;
  if (store.messages.size === 0) store.firstSeq = store.lastSeq + 1;
  return store.lastSeq;
}

/** Takes one message out; the first sequence moves on to the next message there is. @param unseen 2.9 in memory: the tallies are not told */
export function take(store: Store, seq: number, storage: StreamConfig['storage'], unseen = false): Stored | null {
  const message = store.messages.get(seq);
  if (message === undefined) return null;
  store.messages.delete(seq);
  store.bytes -= storedBytes(storage, message.subject, message.headers, message.size);
  unindex(store, message);
  if (!unseen) countOut(store, message.subject, seq);
  if (seq === store.firstSeq) {
    if (store.messages.size === 0) store.firstSeq = store.lastSeq + 1;
    else while (!store.messages.has(store.firstSeq)) store.firstSeq += 1;
  }
  return message;
}
function unindex(store: Store, { subject, seq }: Stored): void {
  const positions = store.bySubject.get(subject);
  if (positions === undefined) return;
  const at = place(positions, seq);
  if (positions.seqs[at] !== seq) return;
  if (at === positions.head) positions.head += 1;
  else positions.seqs.splice(at, 1);
  if (positions.head === positions.seqs.length) store.bySubject.delete(subject);
  else if (positions.head > 64 && positions.head * 2 > positions.seqs.length) {
    positions.seqs = positions.seqs.slice(positions.head);
    positions.head = 0;
  }
}
/** Index of the first sequence that is not below `seq`. */
function place({ seqs, head }: Positions, seq: number): number {
  let low = head;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
export const countOf = (store: Store, subject: string): number => {
  if (store.tallies !== null) return store.tallies.get(subject)?.count ?? 0;
  const positions = store.bySubject.get(subject);
  return positions === undefined ? 0 : positions.seqs.length - positions.head;
};
export const firstOf = (store: Store, subject: string): number => {
  if (store.tallies !== null) return store.tallies.get(subject)?.first ?? 0;
  const positions = store.bySubject.get(subject);
  return positions?.seqs[positions.head] ?? 0;
};
const lastSeqOf = (positions: Positions): number => positions.seqs.at(-1) ?? 0;

/** No filter lets everything through. */
export function passes(subject: string, filters: readonly string[]): boolean {
  if (filters.length === 0 || filters.includes(subject)) return true;
  if (!filters.some(hasWildcard)) return false;
  const tokens = tokensOf(subject);
  return filters.some((filter) => matchTokens(tokens, tokensOf(filter)));
}
/** The subjects there are that pass, in the order of their first message. */
export const subjectsPassing = (store: Store, filters: readonly string[]): string[] => [...store.bySubject.keys()].filter((subject) => passes(subject, filters));
/** How many messages of each subject that passes it tells of. */
export const subjectsTold = (store: Store, filter: string): Record<string, number> => Object.fromEntries([...(store.tallies ?? store.bySubject).keys()].filter((subject) => passes(subject, [filter])).map((subject) => [subject, countOf(store, subject)]));
/** The last message that passes at or behind `from`; 0 when there is none. */
export const lastPassing = (store: Store, from: number, filters: readonly string[]): number => {
  let last = 0;
  for (const [subject, positions] of store.bySubject) if (passes(subject, filters)) last = Math.max(last, lastSeqOf(positions));
  return last >= from ? last : 0;
};

/** The first message at or behind `from` that passes, or null. */
export function nextPassing(store: Store, from: number, filters: readonly string[]): Stored | null {
  if (store.messages.size === 0) return null;
  const only = filters.length === 1 ? (filters[0] ?? '') : '';
  if (only !== '' && isLiteral(only)) {
    const positions = store.bySubject.get(only);
    return positions === undefined ? null : (store.messages.get(positions.seqs[place(positions, from)] ?? 0) ?? null);
  }
  for (let seq = Math.max(from, store.firstSeq); seq <= store.lastSeq; seq++) {
    const message = store.messages.get(seq);
    if (message !== undefined && passes(message.subject, filters)) return message;
  }
  return null;
}
/** The newest message of a subject or pattern. For everything it is the one at the last sequence, if that is still there. */
export function newest(store: Store, pattern: string): Stored | null {
  if (pattern === '' || pattern === '>') return store.messages.get(store.lastSeq) ?? null;
  let last = 0;
  for (const subject of isLiteral(pattern) ? [pattern] : subjectsPassing(store, [pattern])) {
    const positions = store.bySubject.get(subject);
    if (positions !== undefined) last = Math.max(last, lastSeqOf(positions));
  }
  return store.messages.get(last) ?? null;
}
/** How many at or behind `from` pass; per subject at most one when only the newest of each count. */
export function countFrom(store: Store, from: number, filters: readonly string[], lastPerSubject: boolean): number {
  if (filters.length === 0 && !lastPerSubject && from <= store.firstSeq) return store.messages.size;
  let count = 0;
  for (const [subject, positions] of store.bySubject) {
    if (!passes(subject, filters)) continue;
    if (lastPerSubject) count += lastSeqOf(positions) >= from ? 1 : 0;
    else count += positions.seqs.length - place(positions, from);
  }
  return count;
}
/** The sequence of the first message not older than `at` (µs). */
export function seqFromTime(store: Store, at: number): number {
  for (const message of store.messages.values()) if (message.at >= at) return message.seq;
  return store.lastSeq + 1;
}
/** Sequences between the first and the last whose messages are gone. */
export function gaps(store: Store): number[] {
  const gone: number[] = [];
  if (store.messages.size === 0 || store.lastSeq - store.firstSeq + 1 === store.messages.size) return gone;
  for (let seq = store.firstSeq; seq <= store.lastSeq; seq++) if (!store.messages.has(seq)) gone.push(seq);
  return gone;
}
