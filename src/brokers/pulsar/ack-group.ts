/** Acknowledgements that a consumer has not sent yet (the acknowledgment grouping tracker), one partition at a time. */
import type { Ack } from './acknowledging.ts';
import type { Farewell } from './traffic.ts';

export interface AckGroupState {
  readonly partition: string;
  acks: Ack[];
  /** Cumulative: up to here; -1 = nothing new. */
  upTo: number;
  farewells: Farewell[];
}
export class AckGroups {
  private groups: AckGroupState[] = [];

  /** Waiting acknowledgements. */
  get size(): number {
    return this.groups.reduce((sum, { acks, upTo }) => sum + acks.length + (upTo >= 0 ? 1 : 0), 0);
  }
  add(partition: string, ack: Ack): void {
    this.of(partition).acks.push(ack);
  }
  addUpTo(partition: string, position: number): void {
    const group = this.of(partition);
    group.upTo = Math.max(group.upTo, position);
  }
  addFarewell(partition: string, farewell: Farewell): void {
    this.of(partition).farewells.push(farewell);
  }
  /** Whether a message is acknowledged already, as far as the client knows. */
  has(partition: string, position: number, index: number): boolean {
    const group = this.groups.find((one) => one.partition === partition);
    return group !== undefined && (position <= group.upTo || group.acks.some((ack) => ack.position === position && (ack.indexes === null || ack.indexes.includes(index))));
  }
  /** What is to be sent over the connections that are there. */
  take(connected: (partition: string) => boolean): AckGroupState[] {
    const due = this.groups.filter(({ partition, acks, upTo, farewells }) => connected(partition) && (acks.length > 0 || upTo >= 0 || farewells.length > 0));
    this.groups = this.groups.filter((group) => !due.includes(group));
    return due;
  }
  clear(): void {
    this.groups = [];
  }
  save(): readonly AckGroupState[] {
    return this.groups;
  }
  load(groups: readonly AckGroupState[]): void {
    this.groups = [...groups];
  }
  private of(partition: string): AckGroupState {
    let group = this.groups.find((one) => one.partition === partition);
    if (group === undefined) this.groups.push((group = { partition, acks: [], upTo: -1, farewells: [] }));
    return group;
  }
}
