/** What was sent in the last five minutes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const DEDUPLICATION_INTERVAL = 300_000_000;

export type DeduplicationState = readonly (readonly [key: string, seen: { readonly at: number; readonly messageId: number }])[];

export class Deduplication {
  /** In the order in which they were sent. */
  private seen = new Map<string, { readonly at: number; readonly messageId: number }>();
  /** The message that was sent under this key within the interval. */
  find(key: string, now: number): number | undefined {
    for (const [old, { at }] of this.seen) {
      if (now - at < DEDUPLICATION_INTERVAL) break;
      this.seen.delete(old);
    }
    return this.seen.get(key)?.messageId;
  }
  remember(key: string, messageId: number, now: number): void {
    this.seen.set(key, { at: now, messageId });
  }
  save(): DeduplicationState {
    return [...this.seen];
  }
  load(state: DeduplicationState): void {
    this.seen = new Map(state);
  }
}
