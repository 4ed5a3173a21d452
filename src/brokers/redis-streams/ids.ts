/**
 * Stream IDs: a Unix time in milliseconds and a sequence, both unsigned 64-bit numbers.
 * https://redis.io/docs/latest/develop/data-types/streams/#entry-ids
 */

/** Both numbers in 20 digits, so that the order of the texts is the order of the IDs: plain data that sorts, compares and is a key. */
export type Id = string;

const DIGITS = 20;
const LARGEST = (1n << 64n) - 1n;
const pad = (digits: string): string => digits.padStart(DIGITS, '0');
const zeros = '0'.repeat(DIGITS);
const nines = String(LARGEST);

export const FIRST: Id = `${zeros}-${zeros}`;
export const LAST: Id = `${nines}-${nines}`;

export const idOf = (ms: number | bigint, seq: number | bigint): Id => `${pad(String(ms))}-${pad(String(seq))}`;
export const msOf = (id: Id): string => id.slice(0, DIGITS);
export const seqOf = (id: Id): string => id.slice(DIGITS + 1);
/** As Redis prints it: `1526919030474-55`. */
export const show = (id: Id): string => `${bare(msOf(id))}-${bare(seqOf(id))}`;

function bare(digits: string): string {
  for (let i = 0; i < DIGITS - 1; i++) if (digits.charCodeAt(i) !== 48) return digits.slice(i);
  return digits.slice(DIGITS - 1);
}

/** The ID right after; null after the last one. */
export function next(id: Id): Id | null {
  const small = Number(seqOf(id)) + 1;
  if (small < Number.MAX_SAFE_INTEGER) return `${msOf(id)}-${pad(String(small))}`;
  if (seqOf(id) !== nines) return `${msOf(id)}-${pad(String(BigInt(seqOf(id)) + 1n))}`;
  return msOf(id) === nines ? null : `${pad(String(BigInt(msOf(id)) + 1n))}-${zeros}`;
}
/** The ID right before; null before 0-0. */
export function previous(id: Id): Id | null {
  if (seqOf(id) !== zeros) return `${msOf(id)}-${pad(String(BigInt(seqOf(id)) - 1n))}`;
  return msOf(id) === zeros ? null : `${pad(String(BigInt(msOf(id)) - 1n))}-${nines}`;
}

/** `a - b` of two 20-digit numbers, as a signed 64-bit number. */
export function difference(a: string, b: string): bigint | number {
  const [left, right] = [Number(a), Number(b)];
  return Number.isSafeInteger(left) && Number.isSafeInteger(right) ? left - right : BigInt.asIntN(64, BigInt(a) - BigInt(b));
}

/** A number as C's strtoull reads it, which Redis falls back to: blanks, a sign and leading zeros pass. Null when it is none. */
function unsigned(text: string): string | null {
  if (/^(0|-?[1-9]\d*)$/.test(text)) {
    const value = BigInt(text);
    if (value >= 0n) return value > LARGEST ? null : pad(text);
    if (value >= -(1n << 63n)) return null;
  }
  const found = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(text);
  if (found === null) return null;
  const value = BigInt(found[2] ?? '');
  if (value > LARGEST) return null;
  return pad(String(found[1] === '-' ? BigInt.asUintN(64, -value) : value));
}

export interface Parsed {
  readonly id: Id;
  /** False for `ms-*`. */
  readonly seqGiven: boolean;
}
/**
 * An ID as clients write it; null when it is none.
 * @param missing the sequence of an ID that names only a time: the lowest for a start, the highest for an end
 * @param may what else passes: `-` and `+` for the least and the greatest, `ms-*` for a sequence that the server picks
 */
export function parseId(text: string, missing: 'lowest' | 'highest' = 'lowest', may: { ends?: boolean; auto?: boolean } = {}): Parsed | null {
  if (text.length > 127) return null;
  if (text === '-' || text === '+') return may.ends === true ? { id: text === '-' ? FIRST : LAST, seqGiven: true } : null;
  const dash = text.indexOf('-');
  const ms = unsigned(dash < 0 ? text : text.slice(0, dash));
  if (ms === null) return null;
  if (dash < 0) return { id: `${ms}-${missing === 'lowest' ? zeros : nines}`, seqGiven: true };
  const rest = text.slice(dash + 1);
  if (may.auto === true && rest === '*') return { id: `${ms}-${zeros}`, seqGiven: false };
  const seq = unsigned(rest);
  return seq === null ? null : { id: `${ms}-${seq}`, seqGiven: true };
}
