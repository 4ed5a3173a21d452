/**
 * Jump consistent hashing (Lamping and Veach) on Erlang's generator exs1024,
 * as deps/rabbitmq_consistent_hash_exchange/src/rabbit_exchange_type_consistent_hash.erl has it.
 */

const MASK = (1n << 64n) - 1n;
const MASK_21 = (1n << 21n) - 1n;
const WORDS = 16;

/** rand:seed_s(exs1024, {K, K, K}): the words that xorshift64* makes of the seed, the last first. */
function seed(key: number): bigint[] {
  const low = BigInt.asUintN(21, BigInt(key));
  const part = (factor: bigint) => ((low + 1n) * factor) & MASK_21;
  let state = (part(2097131n) << 43n) | (part(2097133n) << 22n) | (part(2097143n) << 1n) | 1n;
  const words: bigint[] = [];
  for (let i = 0; i < WORDS; i++) {
    state ^= state >> 12n;
    state ^= (state << 25n) & MASK;
    state ^= state >> 27n;
    words.unshift((state * 2685821657736338717n) & MASK);
  }
  return words;
}

/** rand:uniform_s/1, 0 ≤ x < 1, again and again. */
function* uniform(key: number): Generator<number> {
  const words = seed(key);
  for (let at = 0; ; at = (at + 1) % WORDS) {
    const next = (at + 1) % WORDS;
    const [s0, s1] = [words[at] as bigint, words[next] as bigint];
    const shifted = s1 ^ ((s1 << 31n) & MASK);
    words[next] = s0 ^ (s0 >> 30n) ^ shifted ^ (shifted >> 11n);
    yield Number(((words[next] as bigint) * 1181783497276652981n) & MASK) / 2 ** 64;
  }
}

/** The bucket of a whole number, 0 to buckets − 1. */
export function jumpHash(key: number, buckets: number): number {
  let bucket = -1;
  let jump = 0;
  if (buckets === 1) return 0;
  for (const random of uniform(key)) {
    if (jump >= buckets) return bucket;
    bucket = jump;
    jump = Math.trunc((bucket + 1) / random);
  }
  return bucket;
}
