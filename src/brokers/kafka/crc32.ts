/**
 * The partitioners of librdkafka (C, Python, Go, .NET …) hash keys with CRC-32 by default, not with murmur2: the same key goes to
 * another partition than from a Java client. https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md (`partitioner`)
 */
const table = Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});

/** CRC-32 as of IEEE 802.3, unsigned. */
function crc32(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** librdkafka's `consistent`, which `consistent_random` uses for records with a key. */
export function consistentPartition(key: Uint8Array, partitions: number): number {
  return crc32(key) % partitions;
}
