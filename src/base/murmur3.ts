/** MurmurHash3, x86, 32 bit (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp). */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const rotateLeft = (value: number, by: number) => (value << by) | (value >>> (32 - by));
const mixK1 = (k1: number) => Math.imul(rotateLeft(Math.imul(k1, C1), 15), C2);
const mixH1 = (h1: number, k1: number) => (Math.imul(rotateLeft(h1 ^ k1, 13), 5) + 0xe6546b64) | 0;

/** Signed 32 bit. */
export function murmur3(bytes: readonly number[], seed: number): number {
  let h1 = seed | 0;
  const whole = bytes.length - (bytes.length % 4);
  const at = (i: number) => bytes[i] ?? 0;
  for (let i = 0; i < whole; i += 4) h1 = mixH1(h1, mixK1(at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)));
  // Beyond the end there are zeros, which change nothing.
  h1 ^= mixK1(at(whole) | (at(whole + 1) << 8) | (at(whole + 2) << 16));
  h1 ^= bytes.length;
  h1 = Math.imul(h1 ^ (h1 >>> 16), 0x85ebca6b);
  h1 = Math.imul(h1 ^ (h1 >>> 13), 0xc2b2ae35);
  return h1 ^ (h1 >>> 16);
}
