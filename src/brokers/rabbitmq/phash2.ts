import { utf8Bytes } from '../../base/utf8.ts';

/** erlang:phash2, by which Erlang nodes agree (erts/emulator/beam/utils.c: make_hash2). */

/** Erlang terms as far as message properties make them. A string is a binary. */
export type Term = string | number | { readonly atom: string } | { readonly float: number } | { readonly tuple: readonly Term[] } | readonly Term[];

const GOLDEN = 0x9e3779b9;
/** The constant that sets one kind of term apart from another. */
const constant = (n: number) => Math.imul(GOLDEN, n) >>> 0;
const RANGE = 2 ** 27;

/** 0 to range − 1. */
export function phash2(term: Term, range = RANGE): number {
  return (hash(term, 0) >>> 0) % range;
}

/** Jenkins' mix of three words; the third is the result. */
function mix(x: number, y: number, z: number): [number, number, number] {
  let [a, b, c] = [x | 0, y | 0, z | 0];
  a = (((a - b) | 0) - c) ^ (c >>> 13);
  b = (((b - c) | 0) - a) ^ (a << 8);
  c = (((c - a) | 0) - b) ^ (b >>> 13);
  a = (((a - b) | 0) - c) ^ (c >>> 12);
  b = (((b - c) | 0) - a) ^ (a << 16);
  c = (((c - a) | 0) - b) ^ (b >>> 5);
  a = (((a - b) | 0) - c) ^ (c >>> 3);
  b = (((b - c) | 0) - a) ^ (a << 10);
  c = (((c - a) | 0) - b) ^ (b >>> 15);
  return [a, b, c];
}
const words = (first: number, second: number, n: number, before: number) => mix(constant(n) + first, constant(n) + second, before)[2];

function hash(term: Term, before: number): number {
  if (typeof term === 'string') return bytesHash(utf8Bytes(term), (constant(13) + before) | 0);
  if (typeof term === 'number') return integerHash(term, before);
  if (isList(term)) {
    const elements = term.reduce<number>((so, one) => hash(one, so), before);
    return elements === 0 ? EMPTY_LIST : words(NIL, 0, 2, elements);
  }
  if ('atom' in term) return before === 0 ? atomHash(term.atom) : words(atomHash(term.atom), 0, 3, before);
  if ('float' in term) return floatHash(term.float, before);
  return term.tuple.reduce<number>((so, one) => hash(one, so), words(term.tuple.length, 0, 9, before));
}
const isList = (term: Term): term is readonly Term[] => Array.isArray(term);
const NIL = 2;
const EMPTY_LIST = 3468870702;

function integerHash(value: number, before: number): number {
  if (value >= -(2 ** 27) && value < 2 ** 27) {
    // Negative numbers are mixed twice.
    const positive = value < 0 ? words(-value, 0, 1, before) : before;
    return words(value, 0, 1, positive);
  }
  const size = Math.abs(value);
  return words(size % 2 ** 32, Math.floor(size / 2 ** 32), value < 0 ? 10 : 11, before);
}

function floatHash(value: number, before: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value === 0 ? 0 : value);
  return words(bits.getUint32(0), bits.getUint32(4), 12, before);
}

/** The atom table's own hash: hashpjw. */
function atomHash(name: string): number {
  let h = 0;
  for (const byte of utf8Bytes(name)) {
    h = ((h << 4) + byte) | 0;
    const high = h & 0xf0000000;
    if (high !== 0) h ^= (high >>> 24) ^ high;
  }
  return h;
}

function bytesHash(bytes: readonly number[], initial: number): number {
  if (bytes.length === 0) return initial;
  const word = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  let [a, b, c] = [GOLDEN | 0, GOLDEN | 0, initial];
  let at = 0;
  for (; bytes.length - at >= 12; at += 12) [a, b, c] = mix(a + word(at), b + word(at + 4), c + word(at + 8));
  // The last word leaves its lowest byte to the length.
  return mix(a + word(at), b + word(at + 4), c + bytes.length + (word(at + 8) << 8))[2];
}
