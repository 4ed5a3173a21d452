/** IP addresses and CIDR blocks, compared as hexadecimal digits. */

/** 8 digits for an IPv4 literal, 32 for an IPv6 one (8 if it is IPv4-mapped); null when the text is no address. */
export function addressDigits(text: string): string | null {
  if (isV4(text)) return v4Digits(text);
  return isV6(text) ? v6Digits(text) : null;
}
const isV4 = (text: string) => /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/.test(text);
const isV6 = (text: string) => /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(text);

const LONGEST_V4 = 15;
function v4Digits(text: string): string | null {
  const octets = text.split('.').map(Number);
  if (text.length > LONGEST_V4 || octets.some((octet) => octet > 255)) return null;
  return octets.map((octet) => hex(octet, 2)).join('');
}
const hex = (value: number, width: number) => value.toString(16).toUpperCase().padStart(width, '0');

const GROUPS = 8;
const MAPPED = `${'0'.repeat(20)}FFFF`;
function v6Digits(text: string): string | null {
  const [left = '', right, third] = text.split('::');
  if (third !== undefined) return null;
  const groupsOf = (side: string) => (side === '' ? [] : side.split(':'));
  const head = groupsOf(left);
  const tail = groupsOf(right ?? '');
  const missing = GROUPS - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const digits: string[] = [];
  for (const group of [...head, ...Array.from({ length: missing }, () => '0'), ...tail]) {
    if (!/^[0-9a-fA-F]+$/.test(group) || Number.parseInt(group, 16) > 0xffff) return null;
    digits.push(hex(Number.parseInt(group, 16), 4));
  }
  const all = digits.join('');
  return all.startsWith(MAPPED) ? all.slice(MAPPED.length) : all;
}

/** First and last address of a block, both inclusive, as digits of one length. */
export interface AddressRange {
  readonly from: string;
  readonly to: string;
}
/** `10.0.0.0/24` → its range, or why it is none. */
export function parseCidr(text: string): AddressRange | { readonly wrong: string } {
  const [address = '', mask, ...more] = text.replace(/\/+$/, '').split('/');
  if (mask === undefined || more.length > 0) return { wrong: "Malformed CIDR, one '/' required" };
  if (!/^[+-]?[0-9]+$/.test(mask) || Number(mask) > 0x7fffffff) return { wrong: 'Malformed CIDR, mask bits must be an integer' };
  const bits = Number(mask);
  if (bits < 0) return { wrong: 'Malformed CIDR, mask bits must not be negative' };
  const digits = addressDigits(address);
  if (digits === null) return { wrong: `${isV4(address) || isV6(address) ? 'Invalid' : 'Nonstandard'} IP address: ${address}` };
  const width = digits.length * 4;
  if (bits >= width) return { wrong: `${width === 32 ? 'IPv4' : 'IPv6'} mask bits must be < ${width}` };
  return { from: filled(digits, bits, 0x0), to: filled(digits, bits, 0xf) };
}
/** The address with every bit after the first `bits` set as in `fill`. */
function filled(digits: string, bits: number, fill: number): string {
  return [...digits]
    .map((digit, at) => {
      const kept = Math.max(0, Math.min(4, bits - at * 4));
      const free = 0xf >> kept;
      return hex((Number.parseInt(digit, 16) & ~free) | (fill & free), 1);
    })
    .join('');
}
/** Digits are compared from the left, whichever family the two are of. */
export function isWithin(range: AddressRange, digits: string): boolean {
  const length = Math.min(digits.length, range.from.length);
  const [from, value, to] = [range.from, digits, range.to].map((one) => one.slice(0, length)) as [string, string, string];
  return digits.length < range.from.length ? value > from && value < to : value >= from && value <= to;
}
