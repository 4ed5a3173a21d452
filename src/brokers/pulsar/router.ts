/** To which partition a producer sends a message. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#routing-modes */
import { keyHash } from './murmur3.ts';

export interface Routing {
  readonly mode: 'RoundRobinPartition' | 'SinglePartition';
  readonly scheme: 'JavaStringHash' | 'Murmur3_32Hash';
  readonly batching: boolean;
  /** µs: with batching the round robin goes on after ten of these. */
  readonly publishDelay: number;
}
const SWITCH = 10;

/** String.hashCode, without the sign. */
export function javaStringHash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h & 0x7fffffff;
}
/** A key goes before the mode. @param turn how many messages without a key were sent before, @param start the partition drawn at the start */
export function choosePartition({ mode, scheme, batching, publishDelay }: Routing, key: string | null, partitions: number, turn: number, start: number, now: number): number {
  if (partitions <= 1) return 0;
  if (key !== null) return (scheme === 'JavaStringHash' ? javaStringHash(key) : keyHash(key)) % partitions;
  if (mode === 'SinglePartition') return start % partitions;
  return (start + (batching ? Math.ceil(now / Math.max(1, publishDelay * SWITCH)) : turn)) % partitions;
}
