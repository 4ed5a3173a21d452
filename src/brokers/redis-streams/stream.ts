/**
 * A stream: entries in macro nodes of a radix tree, as Redis stores them.
 * A node is a listpack of up to `stream-node-max-entries` entries or `stream-node-max-bytes` bytes; a deleted entry keeps its place in the node until
 * the node goes. That is what approximate trimming works by. https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/
 */
import { copyOf } from '../../base/copy.ts';
import type { Group } from './group.ts';
import { type Memory, newMemory } from './idempotence.ts';
import { difference, FIRST, type Id, idOf, LAST, msOf, next, seqOf, show } from './ids.ts';
import { byteLength, EMPTY, sizeOfBytes, sizeOfInteger, sizeOfText } from './listpack.ts';
import { lowerBound } from './sorted.ts';

/** Field, value, field, value …; never changed once added. */
export interface Fields {
  readonly texts: readonly string[];
  /** Bytes of the values that the texts only stand for: a payload that is a size and nothing else. */
  readonly weight: number;
}
export interface Node {
  /** The ID of its first entry, deleted or not. */
  readonly master: Id;
  /** The fields that its first entry brought: entries with the same ones are stored without. */
  readonly fields: readonly string[];
  bytes: number;
  live: number;
  readonly ids: Id[];
  /** Null where an entry was deleted. */
  readonly entries: (Fields | null)[];
}
export interface Stream {
  readonly type: 'stream';
  nodes: Node[];
  length: number;
  lastId: Id;
  /** The first entry that is not deleted; 0-0 when there is none. */
  firstId: Id;
  maxDeletedId: Id;
  entriesAdded: number;
  /** By name. */
  groups: Group[];
  readonly memory: Memory;
  /** Of all its nodes. */
  bytes: number;
}
export interface NodeLimits {
  readonly 'stream-node-max-entries': number;
  /** Bytes; 0 for no limit. */
  readonly 'stream-node-max-bytes': number;
}
export type Entry = readonly [id: Id, fields: Fields];
/** As a reply. */
export const shown = ([id, { texts }]: Entry): readonly [string, readonly string[]] => [show(id), texts];

const LARGEST_NODE = 2 ** 30;

export function newStream(): Stream {
  return { type: 'stream', nodes: [], length: 0, lastId: FIRST, firstId: FIRST, maxDeletedId: FIRST, entriesAdded: 0, groups: [], memory: newMemory(), bytes: 0 };
}
/** Nodes that two streams have: copied before one of them changes it. */
const shared = new WeakSet<Node>();
/** A copy, cheap as long as both keep what they have: it has the same nodes. */
export function copyStream(stream: Stream): Stream {
  for (const node of stream.nodes) shared.add(node);
  return { ...stream, nodes: stream.nodes.slice(), groups: copyOf(stream.groups), memory: copyOf(stream.memory) };
}
/** The node, to be changed. */
function own(stream: Stream, n: number): Node {
  const node = stream.nodes[n]!;
  return shared.has(node) ? (stream.nodes[n] = { ...node, ids: node.ids.slice(), entries: node.entries.slice() }) : node;
}
function grow(stream: Stream, node: Node, bytes: number): void {
  node.bytes += bytes;
  stream.bytes += bytes;
}
function removeNode(stream: Stream, n: number): void {
  stream.bytes -= stream.nodes.splice(n, 1)[0]?.bytes ?? 0;
}

/** The ID that the server gives: the time, or one more than the last when the clock has not moved on. Null when there is none left. */
export function automaticId(stream: Stream, ms: number): Id | null {
  const now = idOf(ms, 0);
  return msOf(now) > msOf(stream.lastId) ? now : next(stream.lastId);
}

/** Adds an entry at the end. The ID has been checked. @returns false when it is too large for a node */
export function append(stream: Stream, id: Id, fields: Fields, limits: NodeLimits): boolean {
  const { texts, weight } = fields;
  let total = weight;
  for (const text of texts) total += byteLength(text);
  if (total > LARGEST_NODE) return false;
  const last = stream.nodes.at(-1);
  if (last === undefined || isFull(last, total, limits)) {
    const made = newNode(id, texts);
    stream.nodes.push(made);
    stream.bytes += made.bytes;
  }
  const node = own(stream, stream.nodes.length - 1);
  grow(stream, node, sizeOfEntry(node, id, fields) + sizeOfInteger(node.live + 1) - sizeOfInteger(node.live));
  node.ids.push(id);
  node.entries.push(fields);
  node.live++;
  stream.length++;
  stream.entriesAdded++;
  stream.lastId = id;
  if (stream.length === 1) stream.firstId = id;
  return true;
}
function isFull(node: Node, bytes: number, limits: NodeLimits): boolean {
  const most = limits['stream-node-max-bytes'];
  if (node.bytes + bytes >= (most === 0 || most > LARGEST_NODE ? LARGEST_NODE : most)) return true;
  return limits['stream-node-max-entries'] > 0 && node.ids.length >= limits['stream-node-max-entries'];
}
function newNode(id: Id, texts: readonly string[]): Node {
  const fields = texts.filter((_, i) => i % 2 === 0);
  let bytes = EMPTY + sizeOfInteger(0) + sizeOfInteger(0) + sizeOfInteger(fields.length) + sizeOfInteger(0);
  for (const field of fields) bytes += sizeOfText(field);
  return { master: id, fields, bytes, live: 0, ids: [], entries: [] };
}
/** flags, ms and seq since the master entry, [number of fields,] [fields and] values, number of elements */
function sizeOfEntry(node: Node, id: Id, { texts, weight }: Fields): number {
  const count = texts.length / 2;
  const same = count === node.fields.length && node.fields.every((field, i) => field === texts[2 * i]);
  let bytes = sizeOfInteger(0) + sizeOfInteger(difference(msOf(id), msOf(node.master))) + sizeOfInteger(difference(seqOf(id), seqOf(node.master)));
  if (!same) bytes += sizeOfInteger(count);
  for (const [i, text] of texts.entries()) if (i % 2 === 1 || !same) bytes += sizeOfText(text);
  if (weight > 0) bytes += sizeOfBytes(weight);
  return bytes + sizeOfInteger(same ? count + 3 : 2 * count + 4);
}

/** The node that an ID would be in, or -1. */
function nodeOf(stream: Stream, id: Id): number {
  let [low, high] = [0, stream.nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stream.nodes[middle]!.master <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
export function entryAt(stream: Stream, id: Id): Fields | null {
  const node = stream.nodes[nodeOf(stream, id)];
  if (node === undefined) return null;
  const at = lowerBound(node.ids, id);
  return node.ids[at] === id ? (node.entries[at] ?? null) : null;
}
/** Entries from `start` to `end`, both included, in order or in reverse. @param count at most so many; 0 for all */
export function range(stream: Stream, start: Id, end: Id, count = 0, reverse = false): Entry[] {
  const found: Entry[] = [];
  const step = reverse ? -1 : 1;
  const { nodes } = stream;
  for (let n = Math.max(nodeOf(stream, reverse ? end : start), 0); n >= 0 && n < nodes.length; n += step) {
    const { ids, entries, master } = nodes[n]!;
    if (!reverse && master > end) break;
    const from = reverse ? lowerBound(ids, end) : lowerBound(ids, start);
    for (let i = reverse && ids[from] !== end ? from - 1 : from; i >= 0 && i < ids.length; i += step) {
      const id = ids[i]!;
      if (reverse ? id < start : id > end) return found;
      const entry = entries[i];
      if (entry === null || entry === undefined) continue;
      found.push([id, entry]);
      if (found.length === count) return found;
    }
  }
  return found;
}
/** How many entries there are from `start` on. */
export function countFrom(stream: Stream, start: Id): number {
  const first = Math.max(nodeOf(stream, start), 0);
  let count = 0;
  for (let n = stream.nodes.length - 1; n > first; n--) count += stream.nodes[n]!.live;
  const { ids, entries } = stream.nodes[first] ?? { ids: [], entries: [] };
  for (let i = lowerBound(ids, start); i < ids.length; i++) if (entries[i] !== null) count++;
  return count;
}
/** The last entry that is not deleted; 0-0 when there is none. */
export function lastEntry(stream: Stream): Id {
  for (let n = stream.nodes.length - 1; n >= 0; n--) {
    const { ids, entries } = stream.nodes[n]!;
    for (let i = ids.length - 1; i >= 0; i--) if (entries[i] !== null) return ids[i]!;
  }
  return FIRST;
}
function findFirst(stream: Stream): void {
  stream.firstId = range(stream, FIRST, LAST, 1)[0]?.[0] ?? FIRST;
}

/** Marks one entry of a node as deleted; the node stays. */
function bury(stream: Stream, n: number, at: number): void {
  const node = own(stream, n);
  const dead = node.ids.length - node.live;
  grow(stream, node, sizeOfInteger(node.live - 1) - sizeOfInteger(node.live) + sizeOfInteger(dead + 1) - sizeOfInteger(dead));
  node.entries[at] = null;
  node.live--;
  stream.length--;
}
/** XDEL: takes entries out, and remembers the highest as a tombstone. @returns those that were there */
export function removeEntries(stream: Stream, ids: readonly Id[]): Entry[] {
  const removed: Entry[] = [];
  let first = false;
  for (const id of ids) {
    const n = nodeOf(stream, id);
    const node = stream.nodes[n];
    const at = node === undefined ? -1 : lowerBound(node.ids, id);
    const entry = node?.ids[at] === id ? node.entries[at] : null;
    if (node === undefined || entry === null || entry === undefined) continue;
    if (node.live === 1) {
      removeNode(stream, n);
      stream.length--;
    } else bury(stream, n, at);
    if (id === stream.firstId) first = true;
    if (id > stream.maxDeletedId) stream.maxDeletedId = id;
    removed.push([id, entry]);
  }
  if (removed.length > 0 && (first || stream.length === 0)) findFirst(stream);
  return removed;
}

export interface Trim {
  /** Keep at most so many, or nothing below this ID. */
  readonly keep: { readonly maxlen: number } | { readonly minid: Id };
  /** `~`: whole nodes only. */
  readonly approximate: boolean;
  /** At most so many entries; 0 for no limit. */
  readonly limit: number;
}
/**
 * Takes entries from the head. Leaves no tombstone.
 * @param may asked of each entry before it goes; null when all may (then whole nodes go at once, and only then `~` keeps nodes whole)
 * @returns what was taken
 */
export function trim(stream: Stream, { keep, approximate, limit }: Trim, may: ((id: Id) => boolean) | null = null): Entry[] {
  const removed: Entry[] = [];
  const enough = () => 'maxlen' in keep && stream.length <= keep.maxlen;
  for (let n = 0; n < stream.nodes.length && !enough(); ) {
    const node = stream.nodes[n]!;
    const live = node.live;
    if (limit > 0 && removed.length + live > limit) break;
    const whole = 'maxlen' in keep ? stream.length - live >= keep.maxlen : node.ids.at(-1)! < keep.minid;
    if (!whole && approximate && may === null) break;
    for (const [i, id] of node.ids.entries()) {
      if ((whole && may === null ? false : enough()) || ('minid' in keep && id >= keep.minid)) break;
      const entry = node.entries[i];
      if (entry === null || entry === undefined || may?.(id) === false) continue;
      removed.push([id, entry]);
      bury(stream, n, i);
    }
    if (whole && stream.nodes[n]!.live === 0) removeNode(stream, n);
    else n++;
    if (!whole) break;
  }
  if (removed.length > 0 || stream.length === 0) findFirst(stream);
  return removed;
}
