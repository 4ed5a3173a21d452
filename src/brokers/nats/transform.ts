import { isSubsetOf, isValidLiteral, tokensOf } from './subjects.ts';

/**
 * Subject mapping: `orders.*.>` to `eu.{{wildcard(1)}}.>`. `$1` is the old form of `{{wildcard(1)}}`.
 * https://docs.nats.io/nats-concepts/subject_mapping
 */
export interface Transform {
  readonly src: string;
  readonly dest: string;
}
type Piece =
  | { readonly does: 'text'; readonly text: string }
  | { readonly does: 'wildcard'; readonly index: number }
  | { readonly does: 'partition'; readonly buckets: number; readonly indexes: readonly number[] }
  | { readonly does: 'split'; readonly index: number; readonly by: string }
  | { readonly does: Cut; readonly index: number; readonly length: number };
type Cut = 'splitfromleft' | 'splitfromright' | 'slicefromleft' | 'slicefromright' | 'left' | 'right';
const CUTS: readonly string[] = ['splitfromleft', 'splitfromright', 'slicefromleft', 'slicefromright', 'left', 'right'] satisfies Cut[];

const whole = (text: string | undefined): number | null => (text !== undefined && /^[+-]?\d+$/.test(text.trim()) ? Number(text) : null);

/** @returns null for a mapping function that does not exist or whose arguments are wrong. */
function parsePiece(token: string): Piece | null {
  const text: Piece = { does: 'text', text: token };
  if (/^\$[+-]?\d+$/.test(token)) return { does: 'wildcard', index: Number(token.slice(1)) };
  if (token.length <= 4 || !token.startsWith('{{') || !token.endsWith('}}')) return text;
  const call = /^\{\{\s*([a-zA-Z]+)\s*\((.*)\)\s*\}\}$/.exec(token);
  if (call === null) return null;
  // Only the first letters of a function's words may be of either case.
  const name = (call[1] ?? '').toLowerCase();
  const args = (call[2] ?? '').split(/,\s*/);
  const [first, second] = [whole(args[0]), whole(args[1])];
  if (name === 'wildcard') return first === null || args.length !== 1 ? null : { does: 'wildcard', index: first };
  if (name === 'partition') {
    const indexes = args.slice(1).map(whole);
    return first === null || indexes.length === 0 || indexes.includes(null) ? null : { does: 'partition', buckets: first, indexes: indexes.filter((one) => one !== null) };
  }
  if (name === 'split') {
    const by = args[1];
    return first === null || args.length !== 2 || by === undefined || /[ .]/.test(by) ? null : { does: 'split', index: first, by };
  }
  if (!CUTS.includes(name) || first === null || second === null || args.length !== 2) return null;
  return { does: name as Cut, index: first, length: second };
}

const WRONG = 'invalid mapping destination';
interface Parsed {
  readonly pieces: readonly Piece[];
  /** Position of the n-th `*` of the source (from 1). */
  readonly wildcards: ReadonlyMap<number, number>;
  readonly source: readonly string[];
}

/** @returns why the two do not make a mapping, in the words of 2.12 and later */
function parse({ src, dest }: Transform): Parsed | string {
  const source = shape(src === '' ? '>' : src);
  const target = shape(dest);
  if (source === null || target === null || target.stars > 0 || source.open !== target.open) return 'invalid subject';
  const wildcards = new Map<number, number>();
  for (const [i, token] of source.tokens.entries()) if (token === '*') wildcards.set(wildcards.size + 1, i);
  const pieces: Piece[] = [];
  for (const token of target.tokens) {
    const piece = parsePiece(token);
    if (piece === null) return `${WRONG}: unknown function in ${token}`;
    const used = piece.does === 'text' ? [] : piece.does === 'partition' ? piece.indexes : [piece.index];
    const beyond = used.find((index) => index > wildcards.size);
    if (piece.does !== 'text' && wildcards.size === 0 && !source.open) return `${WRONG}: wildcard index out of range in ${token}`;
    if (beyond !== undefined) return `${WRONG}: wildcard index out of range in ${token}: [${beyond}]`;
    pieces.push(piece);
  }
  return { pieces, wildcards, source: source.tokens };
}
function shape(subject: string): { tokens: string[]; stars: number; open: boolean } | null {
  const tokens = tokensOf(subject);
  if (tokens.some((token, i) => token === '' || (token === '>' && i < tokens.length - 1))) return null;
  return { tokens, stars: tokens.filter((token) => token === '*').length, open: tokens.at(-1) === '>' };
}
/** Why it is none, or null. */
export function transformProblem(transform: Transform): string | null {
  const parsed = transform.dest === '' ? null : parse(transform);
  return typeof parsed === 'string' ? parsed : null;
}
export const isTransform = (transform: Transform): boolean => transformProblem(transform) === null;

/** @returns the new subject, or null when the source does not match or the mapping is not valid */
export function transformed(transform: Transform, subject: string): string | null {
  const all = (pattern: string) => pattern === '' || pattern === '>';
  if (all(transform.src) && all(transform.dest)) return subject;
  if (!isValidLiteral(subject) || !(all(transform.src) || isSubsetOf(subject, transform.src))) return null;
  const parsed = parse(transform);
  if (typeof parsed === 'string') return null;
  const tokens = tokensOf(subject);
  const at = (index: number) => tokens[parsed.wildcards.get(index) ?? 0] ?? '';
  const out: string[] = [];
  for (const [i, piece] of parsed.pieces.entries()) {
    if (piece.does === 'text' && piece.text === '>' && i === parsed.pieces.length - 1) out.push(...tokens.slice(parsed.source.length - 1));
    else out.push(apply(piece, at));
  }
  return out.join('.');
}

function apply(piece: Piece, at: (index: number) => string): string {
  if (piece.does === 'text') return piece.text;
  if (piece.does === 'wildcard') return at(piece.index);
  if (piece.does === 'partition') return String(fnv1a(piece.indexes.map(at).join('')) % piece.buckets);
  const token = at(piece.index);
  // Empty parts at the ends and between two delimiters make no token.
  if (piece.does === 'split')
    return token
      .split(piece.by)
      .filter((part) => part !== '')
      .join('.');
  const { length } = piece;
  if (length <= 0 || length >= token.length) return token;
  const cut = token.length - length;
  if (piece.does === 'left') return token.slice(0, length);
  if (piece.does === 'right') return token.slice(cut);
  if (piece.does === 'splitfromleft') return `${token.slice(0, length)}.${token.slice(length)}`;
  if (piece.does === 'splitfromright') return `${token.slice(0, cut)}.${token.slice(cut)}`;
  const first = piece.does === 'slicefromleft' ? 0 : token.length % length;
  const slices = first > 0 ? [token.slice(0, first)] : [];
  for (let i = first; i < token.length; i += length) slices.push(token.slice(i, i + length));
  return slices.join('.');
}

/** FNV-1a over the UTF-8 bytes, 32 bits: what partition() hashes with. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
function utf8(text: string): number[] {
  const bytes: number[] = [];
  const escaped = encodeURIComponent(text);
  for (let i = 0; i < escaped.length; i++) {
    if (escaped[i] === '%') {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(escaped.charCodeAt(i));
  }
  return bytes;
}
export const byteLength = (text: string): number => utf8(text).length;
