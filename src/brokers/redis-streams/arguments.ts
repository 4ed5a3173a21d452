/** Arguments of commands, read as Redis reads them: what does not fit is refused in its words. */
import { errors, refuse } from './errors.ts';
import { type Id, next, type Parsed, parseId, previous } from './ids.ts';

const INTEGER = /^(0|-?[1-9]\d*)$/;

/** A signed 64-bit integer without blanks, plus sign or leading zeros. @param otherwise what is said when it is none */
export function integer(text: string, otherwise?: string): number {
  if (!INTEGER.test(text) || text.length > 20) return refuse(errors.notAnInteger(otherwise));
  const value = Number(text);
  if (!Number.isSafeInteger(value) && BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) return refuse(errors.notAnInteger(otherwise));
  return value;
}
/** An ID that may not be `-` or `+`. */
export function strictId(text: string): Id {
  return parseId(text)?.id ?? refuse(errors.invalidId());
}
export function looseId(text: string): Id {
  return parseId(text, 'lowest', { ends: true })?.id ?? refuse(errors.invalidId());
}
/** The ID of an XADD, where the server may pick the sequence. */
export function newId(text: string): Parsed {
  return parseId(text, 'lowest', { auto: true }) ?? refuse(errors.invalidId());
}
/** The first ID of a range; a bracket excludes it. */
export function startId(text: string): Id {
  if (!isOpen(text)) return looseId(text);
  return next(strictId(text.slice(1))) ?? refuse(errors.invalidStart());
}
/** The last ID of a range; without a sequence it covers its whole millisecond. */
export function endId(text: string): Id {
  if (!isOpen(text)) return parseId(text, 'highest', { ends: true })?.id ?? refuse(errors.invalidId());
  const parsed = parseId(text.slice(1), 'highest') ?? refuse(errors.invalidId());
  return previous(parsed.id) ?? refuse(errors.invalidEnd());
}
const isOpen = (text: string): boolean => text.length > 1 && text.startsWith('(');

/** A BLOCK time in ms; 0 is for ever. */
export function timeout(text: string, now: number): number {
  const value = integer(text, 'timeout is not an integer or out of range');
  if (value < 0) refuse(errors.timeout('is negative'));
  if (value > 2 ** 63 - 1 - now) refuse(errors.timeout('is out of range'));
  return value;
}
export const same = (text: string | undefined, word: string): boolean => text !== undefined && text.length === word.length && text.toUpperCase() === word;
