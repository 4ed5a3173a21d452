/**
 * Which tenants of a standard queue are noisy neighbours: those with more than a tenth of all messages in flight, and
 * at least thirty. They stay so until their backlog is gone or nothing of theirs was sent for five minutes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
const SHARE = 0.1;
const AT_LEAST = 30;
const FORGIVEN_AFTER = 300_000_000;

export interface FairnessState {
  readonly noisy: readonly string[];
  readonly sent: readonly (readonly [group: string, at: number])[];
}
export class Fairness {
  private readonly noisyGroups = new Set<string>();
  /** Of noisy groups, when something was last sent. */
  private sent = new Map<string, number>();

  isNoisy(group: string): boolean {
    return this.noisyGroups.has(group);
  }
  get noisy(): ReadonlySet<string> {
    return this.noisyGroups;
  }
  noteSent(group: string, now: number): void {
    if (this.noisyGroups.has(group)) this.sent.set(group, now);
  }
  /** Messages without a group are each a tenant of their own. @returns whether the group has become noisy */
  noteReceived(group: string, ofGroup: number, ofAll: number, now: number): boolean {
    if (group === '' || this.noisyGroups.has(group) || ofGroup < AT_LEAST || ofGroup <= ofAll * SHARE) return false;
    this.noisyGroups.add(group);
    this.sent.set(group, now);
    return true;
  }
  /** Groups that have been silent for long enough. */
  forgiven(now: number): string[] {
    return [...this.noisyGroups].filter((group) => now - (this.sent.get(group) ?? 0) >= FORGIVEN_AFTER);
  }
  quiet(group: string): void {
    this.noisyGroups.delete(group);
    this.sent.delete(group);
  }
  save(): FairnessState {
    return { noisy: [...this.noisyGroups], sent: [...this.sent] };
  }
  load(state: FairnessState): void {
    this.noisyGroups.clear();
    for (const group of state.noisy) this.noisyGroups.add(group);
    this.sent = new Map(state.sent);
  }
}
