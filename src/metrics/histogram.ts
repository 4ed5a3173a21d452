/** Counts of durations (µs) in buckets 1/16 of a power of two wide: quantiles are off by at most 6 %. */
const SUB = 16;

export function bucketOf(us: number): number {
  if (us < SUB) return Math.max(0, Math.floor(us));
  let exponent = 0;
  let scale = us;
  for (; scale >= 2 ** 31; exponent++) scale /= 2;
  const places = 27 - Math.clz32(scale);
  return (exponent + places) * SUB + (scale >> places);
}
/** The least duration of the next bucket, µs. */
export function upperOf(bucket: number): number {
  if (bucket < SUB * 2) return bucket + 1;
  const exponent = Math.floor(bucket / SUB) - 1;
  let upper = (bucket % SUB) + SUB + 1;
  for (let i = 0; i < exponent; i++) upper *= 2;
  return upper;
}
export class Histogram {
  count = 0;
  sum = 0;
  max = 0;
  private counts: number[] = [];
  add(us: number): void {
    const bucket = bucketOf(us);
    while (this.counts.length <= bucket) this.counts.push(0);
    (this.counts[bucket] as number)++;
    this.count++;
    this.sum += us;
    if (us > this.max) this.max = us;
  }
  /** Counts what another counted, too. */
  include(other: Histogram): void {
    while (this.counts.length < other.counts.length) this.counts.push(0);
    for (const [bucket, count] of other.counts.entries()) (this.counts[bucket] as number) += count;
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
  }
  /** @returns µs, or null when there is nothing */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    let left = Math.ceil(q * this.count);
    for (let b = 0; b < this.counts.length; b++) {
      left -= this.counts[b] as number;
      if (left <= 0) return Math.min(this.max, upperOf(b) - 1);
    }
    return this.max;
  }
  buckets(): { readonly upTo: number; readonly count: number }[] {
    return this.counts.flatMap((count, b) => (count > 0 ? [{ upTo: upperOf(b), count }] : []));
  }
  save() {
    return { count: this.count, sum: this.sum, max: this.max, counts: this.counts.slice() };
  }
  load(state: ReturnType<Histogram['save']>): void {
    this.count = state.count;
    this.sum = state.sum;
    this.max = state.max;
    this.counts = state.counts.slice();
  }
}
