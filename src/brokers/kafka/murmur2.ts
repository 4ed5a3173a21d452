/**
 * Kafka's 32-bit murmur2, which places records by their keys.
 * https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/producer/ProducerConfig.html#PARTITIONER_CLASS_CONFIG
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** @returns a signed 32-bit number, as Java does. */
export function murmur2(data: Uint8Array): number {
  const byte = (i: number) => data[i] ?? 0;
  let h = SEED ^ data.length;
  const whole = data.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    k = Math.imul(k, M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  if (whole < data.length) {
    for (let i = data.length - 1; i >= whole; i--) h ^= byte(i) << (8 * (i - whole));
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

/** Clears the sign. Not the absolute value: the two differ for every negative number. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff;
}

/** What a StringSerializer makes of a key. A lone surrogate becomes one question mark, as Java's encoder has it. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code >= 0xd800 && code < 0xe000) bytes.push(0x3f);
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}
