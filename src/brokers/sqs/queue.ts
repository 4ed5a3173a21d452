/** One queue: what it holds, who waits for it, and what the passing of time does to it. Verbs are checked by `Sqs`. */
import type { Attributes, Conduct } from './attributes.ts';
import { Deduplication, type DeduplicationState } from './deduplication.ts';
import { Fairness, type FairnessState } from './fairness.ts';
import { Horizon, type HorizonState } from './horizon.ts';
import { type Arrival, type Handed, type Item, type Return, type Sent, SECOND, type SqsEvent } from './message.ts';
import { Quota, type QuotaState } from './quota.ts';
import { Retention, type RetentionState } from './retention.ts';
import { Shelf, type ShelfState } from './shelf.ts';

/** What a queue needs from the service it belongs to. */
export interface QueueHost {
  now(): number;
  after(delayUs: number, name: string, ref: number): void;
  tell(event: SqsEvent): void;
  /** Uniform on [0, 1). */
  luck(purpose: string): number;
  /** A number that no message has had. */
  next(): number;
  /** The receive count would exceed maxReceiveCount. @returns whether the message was moved away */
  bury(queue: Queue, item: Item): boolean;
}
/** A receive that waits for messages. */
export interface LongPoll {
  readonly ref: number;
  readonly client: string;
  readonly most: number;
  /** s */
  readonly visibility: number;
}
/** Calls so far, as they are charged. */
export interface Calls {
  requests: number;
  emptyReceives: number;
  sent: number;
  received: number;
  deleted: number;
}
export interface QueueState {
  readonly name: string;
  readonly number: number;
  readonly attributes: Attributes;
  readonly conduct: Conduct;
  readonly createdAt: number;
  readonly items: readonly Item[];
  readonly shelves: readonly ShelfState[];
  readonly inFlightOf: readonly (readonly [string, number])[];
  readonly flying: readonly number[];
  readonly waiting: readonly number[];
  readonly polls: readonly LongPoll[];
  readonly deduplication: DeduplicationState;
  readonly retention: RetentionState;
  readonly armed: number;
  readonly fairness: FairnessState;
  readonly horizon: HorizonState;
  readonly quota: QuotaState;
  readonly calls: Calls;
  readonly purgedAt: number;
}
/** After so many receives a message of a standard queue goes to the back. */
const TO_THE_BACK = 3;

export class Queue {
  readonly name: string;
  /** Among all that there ever were. */
  readonly number: number;
  readonly createdAt: number;
  attributes: Attributes;
  conduct: Conduct;
  readonly calls: Calls = { requests: 0, emptyReceives: 0, sent: 0, received: 0, deleted: 0 };
  readonly quota = new Quota();
  readonly deduplication = new Deduplication();
  readonly fairness = new Fairness();
  /** µs; of the latest purge, or -1. */
  purgedAt = -1;
  private readonly host: QueueHost;
  private items = new Map<number, Item>();
  private byOrder = new Map<number, number>();
  private shelves: Shelf[] = [];
  private inFlightOf = new Map<string, number>();
  private polls = new Map<number, LongPoll>();
  private readonly retention = new Retention();
  private readonly horizon = new Horizon((order) => this.byOrder.has(order));
  /** µs; when retention is looked at next, or -1. */
  private armed = -1;
  private serving = false;
  /** Ids, in the order in which they were received. */
  private flying = new Set<number>();
  /** Ids whose delay is not over. */
  private waiting = new Set<number>();

  constructor(host: QueueHost, name: string, number: number, attributes: Attributes, conduct: Conduct) {
    this.host = host;
    this.name = name;
    this.number = number;
    this.attributes = attributes;
    this.conduct = conduct;
    this.createdAt = host.now();
    this.spread(conduct.servers);
  }
  get isFifo(): boolean {
    return this.attributes.FifoQueue;
  }
  get size(): number {
    return this.items.size;
  }
  get inFlight(): number {
    return this.flying.size;
  }
  get delayed(): number {
    return this.waiting.size;
  }
  get visible(): number {
    return this.items.size - this.flying.size - this.waiting.size;
  }
  /** Servers that have anything of a group ready. */
  get servers(): readonly Shelf[] {
    return this.shelves;
  }
  item(id: number): Item | undefined {
    return this.items.get(id);
  }
  ofOrder(order: number): Item | undefined {
    const id = this.byOrder.get(order);
    return id === undefined ? undefined : this.items.get(id);
  }
  /** In flight, those that were received first before the others. */
  held(most: number): Item[] {
    return this.some(this.flying, most);
  }
  /** Those whose delay is not over. */
  later(most = Infinity): Item[] {
    return this.some(this.waiting, most);
  }
  private some(ids: ReadonlySet<number>, most: number): Item[] {
    const found: Item[] = [];
    for (const id of ids) {
      if (found.length >= most) break;
      const item = this.items.get(id);
      if (item !== undefined) found.push(item);
    }
    return found;
  }
  groupInFlight(group: string): number {
    return this.inFlightOf.get(group) ?? 0;
  }
  /** Groups with anything in flight, those that were received from first. */
  lockedGroups(): IterableIterator<string> {
    return this.inFlightOf.keys();
  }
  /** µs in which the oldest message was sent, to the second; Infinity when there is none. */
  oldest(): number {
    return this.retention.oldest();
  }

  // In -----------------------------------------------------------------------
  /** @param of the copy that it came from, or -1 */
  add(sent: Sent, how: Arrival, of: number, more: { readonly messageId?: number; readonly sentAt?: number; readonly from?: string; readonly receives?: number; readonly until?: number } = {}): Item {
    const { host, attributes } = this;
    const now = host.now();
    const id = host.next();
    const delay = (how === 'sent' ? (sent.DelaySeconds ?? attributes.DelaySeconds) : how === 'duplicate' ? 0 : attributes.DelaySeconds) * SECOND;
    const until = Math.max(now + delay, more.until ?? 0);
    const item: Item = {
      id,
      messageId: more.messageId ?? id,
      message: sent.message,
      body: sent.body,
      size: sent.size,
      attributes: sent.attributes,
      group: sent.MessageGroupId ?? '',
      server: this.shelves.length === 1 ? 0 : Math.floor(host.luck('server') * this.shelves.length),
      sentAt: more.sentAt ?? now,
      from: more.from ?? null,
      order: id,
      state: 'delayed',
      until,
      receives: more.receives ?? 0,
      receivedAt: -1,
    };
    this.items.set(id, item);
    this.byOrder.set(id, id);
    this.waiting.add(id);
    if (this.isFifo) this.horizon.add(id, this.conduct.scanned);
    this.retention.add(id, item.sentAt);
    this.arm();
    this.fairness.noteSent(item.group, now);
    host.tell({ kind: 'arrived', queue: this.name, id, message: item.message, how, of });
    if (until <= now) {
      this.show(item);
      this.serve();
    } else host.after(until - now, 'visible', id);
    return item;
  }
  /** What is sent together can be received together. */
  together<T>(send: () => T): T {
    this.serving = true;
    const result = send();
    this.serving = false;
    this.serve();
    return result;
  }
  // Out ----------------------------------------------------------------------
  /** @param servers of which it is asked; all of them when absent */
  receive(client: string, most: number, visibility: number, servers: readonly number[] | null = null): Handed[] {
    const { conduct, host } = this;
    const room = Math.min(most, conduct.inFlight - this.flying.size);
    const handed: Handed[] = [];
    for (const group of this.fairness.forgiven(host.now())) this.forgive(group);
    for (let group: string | null = null; handed.length < room; ) {
      const item: Item | undefined = this.isFifo ? this.nextInLine(group) : this.nextOfAny(servers);
      if (item === undefined && group === null) break;
      if (item === undefined) group = null;
      else if (!this.tooOften(item)) {
        handed.push(this.hand(item, client, visibility));
        group = item.group;
      }
    }
    return handed;
  }
  /** Servers that a short poll asks; null for all. */
  sample(): readonly number[] | null {
    const { conduct, host, shelves } = this;
    if (this.isFifo || conduct.asked >= shelves.length) return null;
    const all = shelves.map((_, i) => i);
    return Array.from({ length: Math.max(1, conduct.asked) }, () => all.splice(Math.floor(host.luck('sample') * all.length), 1)[0] as number);
  }
  wait(poll: LongPoll, seconds: number): void {
    this.polls.set(poll.ref, poll);
    this.host.after(seconds * SECOND, 'poll', poll.ref);
  }
  /** The wait of a long poll is over, or its client has gone. @returns it, if it still waited */
  stopWaiting(ref: number): LongPoll | undefined {
    const poll = this.polls.get(ref);
    this.polls.delete(ref);
    return poll;
  }
  waitingPolls(): readonly LongPoll[] {
    return [...this.polls.values()];
  }
  /** @param session the receivers of one client begin with it */
  stopWaitingOf(session: string): void {
    for (const [ref, { client }] of [...this.polls]) if (client === session || client.startsWith(`${session} `)) this.polls.delete(ref);
  }
  /** The oldest that could be received, taken off for a move task: a FIFO queue gives its groups in order. */
  takeVisible(): Item | undefined {
    const item = this.isFifo ? this.nextInLine(null) : this.nextOfAny(null);
    if (item !== undefined) this.unlock(item.group);
    return item;
  }
  putBack(item: Item): void {
    this.shelves[item.server]?.put(item.group, item.order);
  }
  // What becomes of it -------------------------------------------------------
  /** It can be received again. */
  comeBack(item: Item, why: Return): void {
    this.release(item);
    if (!this.isFifo && item.receives >= TO_THE_BACK) {
      this.byOrder.delete(item.order);
      item.order = this.host.next();
      this.byOrder.set(item.order, item.id);
    }
    item.state = 'delayed';
    this.waiting.add(item.id);
    this.host.tell({ kind: 'returned', queue: this.name, id: item.id, why });
    this.show(item);
    this.unlock(item.group);
    this.serve();
  }
  /** It is stored no more. */
  remove(item: Item): void {
    if (item.state === 'in flight') this.release(item);
    else if (item.state === 'delayed') this.waiting.delete(item.id);
    this.items.delete(item.id);
    this.byOrder.delete(item.order);
    if (this.isFifo) this.horizon.remove(item.order, this.conduct.scanned);
    this.retention.remove(item.sentAt);
  }
  /** After something was removed: a group may go on, or there is room in flight. */
  goOn(group: string): void {
    this.unlock(group);
    this.serve();
  }
  /** Its delay or its visibility timeout is over. */
  due(item: Item): void {
    const now = this.host.now();
    if (item.state === 'visible' || item.until > now) return;
    if (item.state === 'in flight') return this.comeBack(item, 'visibility_timeout');
    this.show(item);
    this.serve();
  }
  /** Time to look at retention. */
  expire(): void {
    this.armed = -1;
    const period = this.attributes.MessageRetentionPeriod * SECOND;
    while (this.retention.due(period) <= this.host.now())
      for (const id of this.retention.takeOldest()) {
        const item = this.items.get(id);
        if (item === undefined) continue;
        this.lose(item, 'retention');
        this.goOn(item.group);
      }
    this.arm();
  }
  /** All that there is, delayed and in flight. */
  clear(why: 'purged' | 'queue_deleted'): void {
    const all = [...this.items.values()];
    for (const item of all) this.lose(item, why);
    for (const { group } of all) this.unlock(group);
    this.serve();
  }
  setAttributes(attributes: Attributes, conduct: Conduct): void {
    const was = this.attributes;
    this.attributes = attributes;
    const respread = conduct.servers !== this.conduct.servers;
    this.conduct = conduct;
    if (respread) this.spread(conduct.servers);
    // Of a FIFO queue the delay of what is there already changes with it.
    if (this.isFifo && was.DelaySeconds !== attributes.DelaySeconds) {
      for (const item of this.later()) {
        item.until = item.sentAt + attributes.DelaySeconds * SECOND;
        if (item.until <= this.host.now()) this.due(item);
        else this.host.after(item.until - this.host.now(), 'visible', item.id);
      }
    }
    this.arm();
    this.serve();
  }

  // Inner workings -----------------------------------------------------------
  private lose(item: Item, why: 'retention' | 'purged' | 'queue_deleted'): void {
    this.host.tell({ kind: 'gone', queue: this.name, id: item.id, why });
    this.remove(item);
  }
  private spread(servers: number): void {
    this.shelves = Array.from({ length: this.isFifo ? 1 : servers }, () => this.newShelf());
    const count = this.shelves.length;
    for (const item of this.items.values()) {
      (item as { server: number }).server = item.server % count;
      if (item.state === 'visible') this.shelves[item.server]?.put(item.group, item.order);
    }
    for (const group of this.fairness.noisy) for (const shelf of this.shelves) shelf.close(group);
  }
  private newShelf(): Shelf {
    return new Shelf((order) => this.ofOrder(order)?.state === 'visible');
  }
  private show(item: Item): void {
    item.state = 'visible';
    this.waiting.delete(item.id);
    this.shelves[item.server]?.put(item.group, item.order);
  }
  private release(item: Item): void {
    this.flying.delete(item.id);
    const left = this.groupInFlight(item.group) - 1;
    if (left > 0) this.inFlightOf.set(item.group, left);
    else this.inFlightOf.delete(item.group);
  }
  /** A group of a FIFO queue goes on when nothing of it is in flight. */
  private unlock(group: string): void {
    if (this.isFifo && this.groupInFlight(group) === 0) this.shelves[0]?.open(group);
  }
  /** Whoever waits gets what there is. */
  private serve(): void {
    // What is handed out may leave a second copy behind, and then this is asked again.
    if (this.serving) return;
    this.serving = true;
    for (const poll of this.polls.values()) {
      const handed = this.visible === 0 ? [] : this.receive(poll.client, poll.most, poll.visibility);
      if (handed.length === 0) break;
      this.polls.delete(poll.ref);
      this.host.tell({ kind: 'answer', client: poll.client, handed });
    }
    this.serving = false;
  }
  /** Of a FIFO queue: what follows in the group that is being handed out, else the oldest of those that are not locked. */
  private nextInLine(group: string | null): Item | undefined {
    const shelf = this.shelves[0] as Shelf;
    if (group !== null) {
      const order = shelf.take(group);
      return order === undefined ? undefined : this.ofOrder(order);
    }
    const first = shelf.oldest();
    if (first === undefined || !this.horizon.sees(first.order)) return undefined;
    shelf.close(first.group);
    shelf.take(first.group);
    return this.ofOrder(first.order);
  }
  private nextOfAny(servers: readonly number[] | null): Item | undefined {
    const asked = servers?.map((i) => this.shelves[i] as Shelf) ?? this.shelves;
    const candidates = asked.flatMap((shelf) => {
      const first = shelf.oldest();
      return first === undefined ? [] : [{ shelf, ...first }];
    });
    if (candidates.length === 0) return this.nextOfNoisy(asked);
    let best = candidates[0] as (typeof candidates)[number];
    for (const one of candidates) if (one.order < best.order) best = one;
    if (candidates.length > 1 && this.conduct.reordering > 0 && this.host.luck('reordering') < this.conduct.reordering) best = candidates[Math.floor(this.host.luck('reordering') * candidates.length)] as typeof best;
    best.shelf.take(best.group);
    return this.ofOrder(best.order);
  }
  /** When no quiet tenant has anything: of the noisy one with the least in flight. */
  private nextOfNoisy(asked: readonly Shelf[]): Item | undefined {
    let best: { group: string; shelf: Shelf; order: number } | undefined;
    for (const group of this.fairness.noisy) {
      if (best !== undefined && this.groupInFlight(group) >= this.groupInFlight(best.group)) continue;
      for (const shelf of asked) {
        const order = shelf.head(group);
        if (order !== undefined && (best?.group !== group || order < best.order)) best = { group, shelf, order };
      }
    }
    if (best === undefined) return undefined;
    const { group, shelf, order } = best;
    shelf.take(group);
    if (this.shelves.every((one) => one.head(group) === undefined)) this.forgive(group);
    return this.ofOrder(order);
  }
  private forgive(group: string): void {
    this.fairness.quiet(group);
    for (const shelf of this.shelves) shelf.open(group);
  }
  private tooOften(item: Item): boolean {
    const { RedrivePolicy } = this.attributes;
    if (RedrivePolicy === null || item.receives < RedrivePolicy.maxReceiveCount || !this.host.bury(this, item)) return false;
    this.unlock(item.group);
    return true;
  }
  private hand(item: Item, client: string, visibility: number): Handed {
    const { host, conduct } = this;
    const now = host.now();
    item.receives++;
    item.receivedAt = now;
    item.state = 'in flight';
    item.until = now + visibility * SECOND;
    this.flying.add(item.id);
    const ofGroup = this.groupInFlight(item.group) + 1;
    this.inFlightOf.set(item.group, ofGroup);
    this.calls.received++;
    host.tell({ kind: 'received', queue: this.name, id: item.id, client, receives: item.receives });
    host.after(visibility * SECOND, 'visible', item.id);
    if (!this.isFifo) {
      const waits = this.shelves.some((shelf) => shelf.head(item.group) !== undefined);
      if (waits && this.fairness.noteReceived(item.group, ofGroup, this.flying.size, now)) for (const shelf of this.shelves) shelf.close(item.group);
      if (conduct.duplicates > 0 && host.luck('duplicates') < conduct.duplicates) this.again(item, now);
    }
    return { id: item.id, receive: item.receives, message: item.message, messageId: item.messageId, body: item.body, group: item.group };
  }
  /** A server was not there when it was received or deleted: what it has of the message can be received until then. */
  again(item: Item, until: number): void {
    const { message, body, size, attributes, group, messageId, sentAt } = item;
    this.add({ message, body, size, attributes, ...(group === '' ? {} : { MessageGroupId: group }) }, 'duplicate', item.id, { messageId, sentAt, receives: Math.max(0, item.receives - 1), until });
  }
  private arm(): void {
    const due = this.retention.due(this.attributes.MessageRetentionPeriod * SECOND);
    if (due === Infinity || (this.armed >= 0 && this.armed <= due)) return;
    this.armed = Math.max(due, this.host.now());
    this.host.after(this.armed - this.host.now(), 'retention', this.number);
  }
  save(): QueueState {
    const { name, number, attributes, conduct, createdAt } = this;
    return {
      ...{ name, number, attributes, conduct, createdAt },
      items: [...this.items.values()].map((item) => ({ ...item })),
      shelves: this.shelves.map((shelf) => shelf.save()),
      inFlightOf: [...this.inFlightOf],
      flying: [...this.flying],
      waiting: [...this.waiting],
      polls: [...this.polls.values()],
      deduplication: this.deduplication.save(),
      retention: this.retention.save(),
      armed: this.armed,
      fairness: this.fairness.save(),
      horizon: this.horizon.save(),
      quota: this.quota.save(),
      calls: { ...this.calls },
      purgedAt: this.purgedAt,
    };
  }
  load(state: QueueState): void {
    (this as { createdAt: number }).createdAt = state.createdAt;
    this.items = new Map(state.items.map((item) => [item.id, { ...item }]));
    this.byOrder = new Map(state.items.map(({ order, id }) => [order, id]));
    this.shelves = state.shelves.map((shelf) => {
      const one = this.newShelf();
      one.load(shelf);
      return one;
    });
    this.inFlightOf = new Map(state.inFlightOf);
    this.flying = new Set(state.flying);
    this.waiting = new Set(state.waiting);
    this.polls = new Map(state.polls.map((poll) => [poll.ref, poll]));
    this.deduplication.load(state.deduplication);
    this.retention.load(state.retention);
    this.armed = state.armed;
    this.fairness.load(state.fairness);
    this.horizon.load(state.horizon);
    this.quota.load(state.quota);
    Object.assign(this.calls, state.calls);
    this.purgedAt = state.purgedAt;
  }
}
