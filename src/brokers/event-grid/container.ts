/** A blob container to which dead events are written, and rest. https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events */
import type { Dead } from './subscription.ts';

export interface ContainerState {
  readonly node: string;
  readonly name: string;
  readonly isDown: boolean;
  readonly events: readonly (Dead & { readonly stored: number })[];
}
export class Container {
  readonly node: string;
  name: string;
  isDown = false;
  /** By their number in the container, oldest first. */
  events = new Map<number, Dead & { readonly stored: number }>();
  constructor(node: string, name: string) {
    this.node = node;
    this.name = name;
  }
  save(): ContainerState {
    return { node: this.node, name: this.name, isDown: this.isDown, events: [...this.events.values()] };
  }
  load(state: ContainerState): void {
    this.name = state.name;
    this.isDown = state.isDown;
    this.events = new Map(state.events.map((event) => [event.stored, event]));
  }
}
