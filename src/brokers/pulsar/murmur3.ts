import { murmur3 } from '../../base/murmur3.ts';
import { utf8Bytes } from '../../base/utf8.ts';

/** As Pulsar uses it: seed 0, without the sign. 0 to 2³¹ − 1. */
export function keyHash(key: string): number {
  return murmur3(utf8Bytes(key), 0) & 0x7fffffff;
}
