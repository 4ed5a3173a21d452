/** What the history knows of the entries that groups have yet to read or to acknowledge: one copy per entry and group. */
import type { RoomHost } from '../contract.ts';
import type { Id } from './ids.ts';

export interface Known {
  /** Its number in the history. */
  readonly copy: number;
  readonly message: number;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries, as Redis counts them. */
  attempts: number;
  /** The consumer with which it is pending, or null. */
  holder: string | null;
}
/** Names of streams and groups → nodes of the document. */
export interface Geography {
  readonly server: string;
  streamNode(key: string): string;
  groupNode(key: string, group: string): string;
  /** The link that leads from a stream to a group. */
  wire(key: string, group: string): string | undefined;
}
export type LedgerState = readonly (readonly [pair: string, copies: readonly (readonly [Id, Known])[]])[];

export class Ledger {
  private pairs = new Map<string, Map<Id, Known>>();
  private readonly host: RoomHost;
  private readonly geography: Geography;
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  of(key: string, group: string): Map<Id, Known> {
    const pair = JSON.stringify([key, group]);
    let copies = this.pairs.get(pair);
    if (copies === undefined) this.pairs.set(pair, (copies = new Map()));
    return copies;
  }
  /** Every stream and group of which something is known. */
  known(): (readonly [key: string, group: string])[] {
    return [...this.pairs.keys()].map((pair) => JSON.parse(pair) as [string, string]);
  }
  get(key: string, group: string, id: Id): Known | undefined {
    return this.of(key, group).get(id);
  }
  enqueued(key: string, group: string, id: Id, message: number, cause: number): Known {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place: this.geography.groupNode(key, group), cause });
    const known: Known = { copy, message, entry, attempts: 0, holder: null };
    this.of(key, group).set(id, known);
    return known;
  }
  delivered(key: string, group: string, known: Known, consumer: string, attempts: number): void {
    known.attempts = attempts;
    known.holder = consumer;
    known.entry = this.host.record('delivered', { ...this.facts(key, group, known), actor: consumer });
  }
  requeued(key: string, group: string, known: Known, reason: string): void {
    known.holder = null;
    known.entry = this.host.record('requeued', { ...this.facts(key, group, known), reason });
  }
  /** @returns the entry, or -1 when it was not known */
  ended(kind: 'settled' | 'dropped' | 'expired' | 'lost' | 'dead-lettered', key: string, group: string, id: Id, reason: string, more: { readonly detail?: number; readonly cause?: number } = {}): number {
    const known = this.get(key, group, id);
    if (known === undefined) return -1;
    this.of(key, group).delete(id);
    return this.host.record(kind, { ...this.facts(key, group, known), reason, ...more });
  }
  save(): LedgerState {
    return [...this.pairs].map(([pair, copies]) => [pair, [...copies].map(([id, known]) => [id, { ...known }])]);
  }
  load(state: LedgerState): void {
    this.pairs = new Map(state.map(([pair, copies]) => [pair, new Map(copies.map(([id, known]) => [id, { ...known }]))]));
  }
  private facts(key: string, group: string, { message, copy, entry, attempts }: Known) {
    return { message, copy, place: this.geography.groupNode(key, group), attempt: attempts, cause: entry };
  }
}
