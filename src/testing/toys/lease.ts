/** A toy: readers poll, a delivery is leased for a while, and comes back when it is not deleted in time. */
import type { Depth, PublishListener, ReceiveListener, ReceiveSession } from '../../brokers/contract.ts';
import { type Client, ToyRoom } from './toy-room.ts';

const LEASE = 500_000;
const POLL = 100_000;
interface Item {
  readonly message: number;
  readonly copy: number;
  readonly place: string;
  attempts: number;
  leasedTo: string | null;
}
type Thing =
  | { readonly do: 'publish'; readonly client: string; readonly message: number }
  | { readonly do: 'confirm'; readonly client: string; readonly message: number }
  | { readonly do: 'poll'; readonly client: string; readonly life: number }
  | { readonly do: 'deliver' | 'expire'; readonly client: string; readonly copy: number; readonly attempt: number; readonly entry: number }
  | { readonly do: 'delete' | 'release'; readonly client: string; readonly copy: number; readonly attempt: number };

export class LeaseRoom extends ToyRoom<Thing, { items: Item[]; polls: Record<string, { life: number; slots: number }> }> {
  protected state = { items: [] as Item[], polls: {} as Record<string, { life: number; slots: number }> };
  depths(): readonly Depth[] {
    const places = new Set(this.state.items.map((i) => i.place));
    return [...places].map((place) => {
      const here = this.state.items.filter((i) => i.place === place);
      const held = here.filter((i) => i.leasedTo !== null).length;
      return { place, pending: here.length - held, inFlight: held, oldest: -1 };
    });
  }
  protected publish(client: Client<PublishListener>, message: number): void {
    this.send(client, false, { do: 'publish', client: client.id, message }, message);
  }
  protected session(client: Client<ReceiveListener>): ReceiveSession {
    const settle = (copy: number, attempt: number, how: 'delete' | 'release') => this.send(client, true, { do: how, client: client.id, copy, attempt });
    return {
      can: { retryOne: true, reject: false, extend: false, outOfOrder: true },
      ready: (slots) => void (this.polls(client).slots = slots),
      settle: (d, how) => settle(d.copy, d.attempt, how === 'retry' ? 'release' : 'delete'),
      open: () => this.later(POLL, { do: 'poll', client: client.id, life: ++this.polls(client).life }),
      close: () => void this.polls(client).life++,
      buffered: () => [],
    };
  }
  protected happen(thing: Thing): void {
    if (thing.do === 'publish' || thing.do === 'confirm') {
      const client = this.publishers.get(thing.client);
      if (!client) return;
      if (thing.do === 'confirm') return client.listener.outcome(thing.message, 'confirmed');
      const copy = this.host.copy();
      const cause = this.host.record('accepted', { message: thing.message, place: client.place, detail: 1 });
      this.tell('enqueued', { message: thing.message, copy, place: client.place, cause });
      this.state.items.push({ message: thing.message, copy, place: client.place, attempts: 0, leasedTo: null });
      return this.send(client, true, { do: 'confirm', client: client.id, message: thing.message });
    }
    const reader = this.readers.get(thing.client);
    if (!reader) return;
    if (thing.do === 'poll') return thing.life === this.polls(reader).life ? this.poll(reader) : undefined;
    const item = this.state.items.find((i) => i.copy === thing.copy && i.attempts === thing.attempt && i.leasedTo === thing.client);
    if (!item) return;
    if (thing.do === 'deliver') reader.listener.push({ handle: item.copy, message: item.message, copy: item.copy, attempt: item.attempts, redelivered: item.attempts > 1, entry: thing.entry });
    else if (thing.do === 'delete') {
      this.state.items = this.state.items.filter((i) => i !== item);
      this.tell('settled', { message: item.message, copy: item.copy, place: item.place, reason: 'toy.deleted' });
    } else {
      item.leasedTo = null;
      this.tell('requeued', { message: item.message, copy: item.copy, place: item.place, reason: `toy.${thing.do}` });
    }
  }
  private polls(client: Client<unknown>): { life: number; slots: number } {
    this.state.polls[client.id] ??= { life: 0, slots: 1 };
    return this.state.polls[client.id] as { life: number; slots: number };
  }
  private poll(reader: Client<ReceiveListener>): void {
    const { life, slots } = this.polls(reader);
    for (const item of this.state.items.filter((i) => i.leasedTo === null && i.place === reader.place).slice(0, slots)) {
      item.leasedTo = reader.id;
      item.attempts++;
      const { entry } = this.handOver(reader, item.copy, item.message, item.copy, item.attempts);
      const about = { client: reader.id, copy: item.copy, attempt: item.attempts, entry };
      this.send(reader, false, { do: 'deliver', ...about }, item.message);
      this.later(LEASE, { do: 'expire', ...about });
    }
    this.later(POLL, { do: 'poll', client: reader.id, life });
  }
}
