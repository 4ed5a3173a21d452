/**
 * How many bytes an element takes in a listpack, the serialisation of a macro node: what decides when a node is full.
 * https://github.com/redis/redis/blob/8.0.2/src/listpack.c, https://github.com/antirez/listpack/blob/master/listpack.md
 */

/** Total bytes, number of elements, end mark. */
export const EMPTY = 7;

/** Bytes that tell the length of an element to one who walks backwards. */
const backward = (bytes: number): number => (bytes <= 127 ? 1 : bytes < 16_383 ? 2 : bytes < 2_097_151 ? 3 : bytes < 268_435_455 ? 4 : 5);
const whole = (bytes: number): number => bytes + backward(bytes);

export function sizeOfInteger(value: number | bigint): number {
  if (value >= 0 && value <= 127) return whole(1);
  if (value >= -4096 && value <= 4095) return whole(2);
  if (value >= -32_768 && value <= 32_767) return whole(3);
  if (value >= -8_388_608 && value <= 8_388_607) return whole(4);
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return whole(5);
  return whole(9);
}
export const sizeOfBytes = (bytes: number): number => whole(bytes < 64 ? 1 + bytes : bytes < 4096 ? 2 + bytes : 5 + bytes);

const INTEGER = /^(0|-?[1-9]\d{0,18})$/;
/** Texts that are integers of 64 bits are kept as such. */
export function sizeOfText(text: string): number {
  if (text.length > 20 || !INTEGER.test(text)) return sizeOfBytes(byteLength(text));
  const value = Number(text);
  if (Number.isSafeInteger(value)) return sizeOfInteger(value);
  const exact = BigInt(text);
  return exact === BigInt.asIntN(64, exact) ? sizeOfInteger(exact) : sizeOfBytes(text.length);
}
/** UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 2;
      i++;
    } else if (unit >= 0x800) bytes += 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}
