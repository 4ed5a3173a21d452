/** A standard SQS queue as far as dead-letter queues need it: receive with a visibility timeout, delete, retention. */
import { copyOf } from '../../base/copy.ts';
import type { BrokerHost } from '../contract.ts';
import type { DeadAttributes } from './dead-attributes.ts';

/** An event that could not be delivered, and why. */
export interface Dead {
  readonly message: number;
  readonly form: number;
  /** The bus that had it. */
  readonly bus: string;
  readonly reason: string;
  /** The attributes of the message; null when Lambda put it there. */
  readonly attributes: DeadAttributes | null;
}
export interface Item extends Dead {
  readonly id: number;
  /** µs */
  readonly since: number;
  /** Receives so far, and who has it. */
  receives: number;
  holder: string | null;
  /** For whoever keeps the books. */
  copy: number;
  entry: number;
}
export interface QueueConfig {
  /** µs */
  readonly visibilityTimeout: number;
  readonly messageRetentionPeriod: number;
  /** Whether its policy lets EventBridge send to it. */
  readonly permission: boolean;
}
export interface QueueState {
  readonly items: readonly Item[];
  readonly ready: readonly number[];
  readonly next: number;
}
/** Hears what happens to items by themselves. */
export interface QueueSink {
  visibleAgain(queue: string, item: Item): void;
  expired(queue: string, item: Item): void;
}
/** Receives that one number can tell apart, for timers. */
const RECEIVES = 4096;

export class DeadLetterQueue {
  readonly name: string;
  config: QueueConfig;
  private items = new Map<number, Item>();
  private ready = new Set<number>();
  private next = 0;
  private readonly host: BrokerHost;
  private readonly sink: QueueSink;
  constructor(name: string, config: QueueConfig, host: BrokerHost, sink: QueueSink) {
    this.name = name;
    this.config = config;
    this.host = host;
    this.sink = sink;
  }
  get waiting(): number {
    return this.ready.size;
  }
  get held(): number {
    return this.items.size - this.ready.size;
  }
  /** Oldest first. */
  values(): Iterable<Item> {
    return this.items.values();
  }
  /** @returns undefined when its policy does not let EventBridge in */
  sendMessage(dead: Dead): Item | undefined {
    if (!this.config.permission) return undefined;
    const item: Item = { ...dead, id: this.next++, since: this.host.now(), receives: 0, holder: null, copy: -1, entry: -1 };
    this.items.set(item.id, item);
    this.ready.add(item.id);
    this.host.after(this.config.messageRetentionPeriod, `retention ${this.name}`, item.id);
    return item;
  }
  receiveMessage(most: number, by: string): Item[] {
    const taken: Item[] = [];
    for (const id of this.ready) {
      if (taken.length >= most) break;
      const item = this.items.get(id) as Item;
      this.ready.delete(id);
      item.receives++;
      item.holder = by;
      taken.push(item);
      this.host.after(this.config.visibilityTimeout, `visibility ${this.name}`, id * RECEIVES + (item.receives % RECEIVES));
    }
    return taken;
  }
  /** @returns undefined when it is not in these hands any more */
  deleteMessage(id: number, receive: number): Item | undefined {
    const item = this.items.get(id);
    if (item?.holder == null || item.receives !== receive) return undefined;
    this.items.delete(id);
    return item;
  }
  /** VisibilityTimeout 0: whoever has it gives it back. */
  changeVisibility(id: number, receive: number): boolean {
    const item = this.items.get(id);
    if (item?.holder == null || item.receives !== receive) return false;
    this.giveBack(item);
    return true;
  }
  /** Takes everything that waits. */
  takeAll(): Item[] {
    const all = [...this.ready].map((id) => this.items.get(id) as Item);
    for (const { id } of all) this.items.delete(id);
    this.ready.clear();
    return all;
  }
  timer(name: string, ref: number): void {
    if (name === 'visibility') {
      const item = this.items.get(Math.floor(ref / RECEIVES));
      if (item?.holder != null && item.receives % RECEIVES === ref % RECEIVES) this.giveBack(item);
      return;
    }
    const item = this.items.get(ref);
    if (item === undefined) return;
    // SQS ends what is in a reader's hands all the same.
    this.ready.delete(ref);
    this.items.delete(ref);
    this.sink.expired(this.name, item);
  }
  private giveBack(item: Item): void {
    item.holder = null;
    this.ready.add(item.id);
    this.sink.visibleAgain(this.name, item);
  }
  save(): QueueState {
    return { items: copyOf([...this.items.values()]), ready: [...this.ready], next: this.next };
  }
  load(state: QueueState): void {
    this.items = new Map(copyOf(state.items).map((item) => [item.id, item]));
    this.ready = new Set(state.ready);
    this.next = state.next;
  }
}
