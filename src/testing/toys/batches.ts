/** A toy: the broker pushes what waits in batches, and each batch is answered for as a whole or, where its place says `partial`, one by one. */
import type { Delivery, Depth, PublishListener, ReceiveListener, ReceiveSession } from '../../brokers/contract.ts';
import { type Client, ToyRoom } from './toy-room.ts';

const EVERY = 100_000;
interface Item {
  readonly message: number;
  readonly copy: number;
  readonly place: string;
  attempts: number;
  inFlight: boolean;
}
type Thing = { readonly do: 'publish' | 'confirm' | 'push' | 'hand' | 'delete' | 'release'; readonly client: string; readonly number: number; readonly copies: readonly number[]; readonly entries: readonly number[] };

export class BatchRoom extends ToyRoom<Thing, { items: Item[]; batches: number; open: string[] }> {
  protected state = { items: [] as Item[], batches: 0, open: [] as string[] };
  depths(): readonly Depth[] {
    return [...new Set(this.state.items.map((i) => i.place))].map((place) => {
      const here = this.state.items.filter((i) => i.place === place);
      const inFlight = here.filter((i) => i.inFlight).length;
      return { place, pending: here.length - inFlight, inFlight, oldest: -1 };
    });
  }
  protected publish(client: Client<PublishListener>, message: number): void {
    this.send(client, false, thing('publish', client, message), message);
  }
  protected session(client: Client<ReceiveListener>): ReceiveSession {
    const config = this.topology.nodes.find((n) => n.id === client.place)?.config ?? {};
    return {
      can: { retryOne: true, reject: false, extend: false, outOfOrder: config['ordered'] !== true, partialBatch: config['partial'] === true },
      ready: () => undefined,
      settle: (d, how) => this.send(client, true, thing(how === 'done' ? 'delete' : 'release', client, d.copy)),
      open: () => {
        this.state.open.push(client.id);
        this.later(EVERY, thing('push', client, 0));
      },
      close: () => void (this.state.open = this.state.open.filter((id) => id !== client.id)),
      buffered: () => [],
    };
  }
  protected happen({ do: what, client: id, number, copies, entries }: Thing): void {
    const publisher = this.publishers.get(id);
    const reader = this.readers.get(id);
    if (what === 'confirm') return publisher?.listener.outcome(number, 'confirmed');
    if (what === 'publish' && publisher) {
      const copy = this.host.copy();
      const cause = this.host.record('accepted', { message: number, place: publisher.place, detail: 1 });
      this.tell('enqueued', { message: number, copy, place: publisher.place, cause });
      this.state.items.push({ message: number, copy, place: publisher.place, attempts: 0, inFlight: false });
      return this.send(publisher, true, thing('confirm', publisher, number));
    }
    if (!reader) return;
    if (what === 'push') return this.push(reader);
    if (what === 'hand') return this.hand(reader, copies, entries);
    const item = this.state.items.find((i) => i.copy === number && i.inFlight);
    if (!item) return;
    if (what === 'release') return this.giveBack(item, 'toy.release');
    this.state.items = this.state.items.filter((i) => i !== item);
    this.tell('settled', { message: item.message, copy: item.copy, place: item.place, reason: 'toy.deleted' });
  }
  private push(reader: Client<ReceiveListener>): void {
    if (!this.state.open.includes(reader.id)) return;
    const size = Number(this.topology.nodes.find((n) => n.id === reader.place)?.config?.['batch'] ?? 1);
    const batch = this.state.items.filter((i) => !i.inFlight && i.place === reader.place).slice(0, size);
    const entries = batch.map((item) => {
      item.inFlight = true;
      return this.handOver(reader, item.copy, item.message, item.copy, ++item.attempts).entry;
    });
    if (batch.length > 0) {
      const copies = batch.map((item) => item.copy);
      this.send(reader, false, { ...thing('hand', reader, 0), copies, entries }, batch[0]?.message);
    }
    this.later(EVERY, thing('push', reader, 0));
  }
  private hand(reader: Client<ReceiveListener>, copies: readonly number[], entries: readonly number[]): void {
    const batch = { id: this.state.batches++, size: copies.length };
    copies.forEach((copy, i) => {
      const item = this.state.items.find((one) => one.copy === copy);
      if (!item) return;
      const delivery: Delivery = { handle: copy, message: item.message, copy, attempt: item.attempts, redelivered: item.attempts > 1, entry: entries[i] as number, batch };
      if (reader.listener.push(delivery) === 'busy') this.giveBack(item, 'toy.busy');
    });
  }
  private giveBack(item: Item, reason: string): void {
    item.inFlight = false;
    this.tell('requeued', { message: item.message, copy: item.copy, place: item.place, reason });
  }
}
const thing = (what: Thing['do'], client: Client<unknown>, number: number): Thing => ({ do: what, client: client.id, number, copies: [], entries: [] });
