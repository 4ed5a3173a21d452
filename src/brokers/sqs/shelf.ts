/**
 * What one server of a queue can hand out, by message group, the oldest of each group first. Messages are named by
 * their order. What is no longer there is noticed when its turn comes.
 */
import type { Heap } from '../../base/heap.ts';
import { heapOf } from './numbers.ts';

export interface ShelfState {
  readonly groups: readonly (readonly [group: string, orders: readonly number[]])[];
  readonly fronts: readonly number[];
  readonly frontOf: readonly (readonly [group: string, order: number])[];
  readonly closed: readonly string[];
}

export class Shelf {
  /** Orders. */
  private groups = new Map<string, Heap<number>>();
  /** The oldest of each open group, and some that are out of date. */
  private fronts = heapOf();
  /** The newest entry that stands for a group in `fronts`. */
  private frontOf = new Map<string, number>();
  private groupOfFront = new Map<number, string>();
  private closed = new Set<string>();
  private readonly isHere: (order: number) => boolean;
  /** @param isHere whether the message of this order can be received now */
  constructor(isHere: (order: number) => boolean) {
    this.isHere = isHere;
  }
  put(group: string, order: number): void {
    let orders = this.groups.get(group);
    if (orders === undefined) this.groups.set(group, (orders = heapOf()));
    orders.push(order);
    if (!this.closed.has(group) && orders.first() === order) this.stand(group, order);
  }
  /** The oldest of all open groups. */
  oldest(): { readonly group: string; readonly order: number } | undefined {
    for (;;) {
      const order = this.fronts.first();
      if (order === undefined) return undefined;
      const group = this.groupOfFront.get(order);
      if (group !== undefined && this.frontOf.get(group) === order && this.head(group) === order) return { group, order };
      this.fronts.shift();
      if (group === undefined) continue;
      this.groupOfFront.delete(order);
      if (this.frontOf.get(group) !== order) continue;
      this.frontOf.delete(group);
      this.open(group);
    }
  }
  /** The oldest of a group, open or not. */
  head(group: string): number | undefined {
    const orders = this.groups.get(group);
    if (orders === undefined) return undefined;
    for (let first = orders.first(); first !== undefined && !this.isHere(first); first = orders.first()) orders.shift();
    if (orders.size === 0) this.groups.delete(group);
    return orders.first();
  }
  /** Takes off the oldest of a group. */
  take(group: string): number | undefined {
    const order = this.head(group);
    if (order === undefined) return undefined;
    this.groups.get(group)?.shift();
    if (!this.closed.has(group)) this.open(group);
    return order;
  }
  /** Nothing of the group comes first any more, until it is opened. */
  close(group: string): void {
    this.closed.add(group);
    this.frontOf.delete(group);
  }
  open(group: string): void {
    this.closed.delete(group);
    const order = this.head(group);
    if (order !== undefined && this.frontOf.get(group) !== order) this.stand(group, order);
  }
  /** For pictures: what is gone may still be among them. */
  all(): ReadonlyMap<string, Heap<number>> {
    return this.groups;
  }
  save(): ShelfState {
    return { groups: [...this.groups].map(([group, orders]) => [group, orders.sorted()]), fronts: this.fronts.sorted(), frontOf: [...this.frontOf], closed: [...this.closed] };
  }
  load(state: ShelfState): void {
    this.groups = new Map(state.groups.map(([group, orders]) => [group, heapOf(orders)]));
    this.fronts = heapOf(state.fronts);
    this.frontOf = new Map(state.frontOf);
    this.groupOfFront = new Map(state.frontOf.map(([group, order]) => [order, group]));
    this.closed = new Set(state.closed);
  }
  private stand(group: string, order: number): void {
    this.frontOf.set(group, order);
    this.groupOfFront.set(order, group);
    this.fronts.push(order);
  }
}
