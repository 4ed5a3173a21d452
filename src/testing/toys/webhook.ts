/** A toy: the broker calls its readers; whoever is busy or fails is called again, three times in all. */
import type { Delivery, Depth, PublishListener, ReceiveListener, ReceiveSession } from '../../brokers/contract.ts';
import { type Client, ToyRoom } from './toy-room.ts';

const AGAIN = 1_000_000;
const CALLS = 3;
interface Call {
  readonly message: number;
  readonly copy: number;
  readonly reader: string;
  readonly place: string;
  calls: number;
  inFlight: boolean;
}
type Thing = { readonly do: 'publish' | 'confirm' | 'call' | 'again' | 'answer' | 'busy'; readonly client: string; readonly number: number; readonly entry: number };

export class WebhookRoom extends ToyRoom<Thing, { calls: Call[]; closed: string[] }> {
  protected state = { calls: [] as Call[], closed: [] as string[] };
  depths(): readonly Depth[] {
    return [...new Set([...this.readers.values()].map((r) => r.place))].map((place) => {
      const here = this.state.calls.filter((c) => c.place === place);
      const inFlight = here.filter((c) => c.inFlight).length;
      return { place, pending: here.length - inFlight, inFlight, oldest: -1 };
    });
  }
  protected publish(client: Client<PublishListener>, message: number): void {
    this.send(client, false, { do: 'publish', client: client.id, number: message, entry: -1 }, message);
  }
  protected session(client: Client<ReceiveListener>): ReceiveSession {
    const answer = (d: Delivery, how: 'answer' | 'busy') => this.send(client, true, { do: how, client: client.id, number: d.copy, entry: d.attempt });
    return {
      can: { retryOne: true, reject: false, extend: false, outOfOrder: true },
      ready: () => undefined,
      settle: (d, how) => answer(d, how === 'done' ? 'answer' : 'busy'),
      open: () => void (this.state.closed = this.state.closed.filter((c) => c !== client.id)),
      close: () => {
        this.state.closed.push(client.id);
        for (const call of this.state.calls) if (call.reader === client.id && call.inFlight) this.giveBack(call, 'toy.connection_reset');
      },
      buffered: () => [],
    };
  }
  protected happen(thing: Thing): void {
    const client = this.publishers.get(thing.client);
    if (thing.do === 'confirm') return client?.listener.outcome(thing.number, 'confirmed');
    if (thing.do === 'publish') return client && this.fanOut(client, thing.number);
    const call = this.state.calls.find((c) => c.copy === thing.number);
    const reader = this.readers.get(thing.client);
    if (!call || !reader) return;
    if (thing.do === 'again') this.call(call);
    else if (thing.do === 'call') {
      const delivery = { handle: call.copy, message: call.message, copy: call.copy, attempt: call.calls, redelivered: call.calls > 1, entry: thing.entry };
      if (!call.inFlight || this.state.closed.includes(reader.id) || reader.listener.push(delivery) === 'busy') this.send(reader, true, { do: 'busy', client: reader.id, number: call.copy, entry: call.calls });
    } else if (thing.do === 'busy' && call.inFlight && thing.entry === call.calls) this.giveBack(call, 'toy.busy');
    else if (thing.do === 'answer' && call.inFlight && thing.entry === call.calls) this.end(call, 'settled', 'toy.answered');
  }
  private fanOut(client: Client<PublishListener>, message: number): void {
    const readers = [...this.readers.values()].filter((r) => r.place === client.place);
    const accepted = this.host.record('accepted', { message, place: client.place, detail: readers.length });
    for (const reader of readers) {
      const call = { message, copy: this.host.copy(), reader: reader.id, place: client.place, calls: 0, inFlight: false };
      this.tell('enqueued', { message, copy: call.copy, place: call.place, cause: accepted });
      this.state.calls.push(call);
      this.call(call);
    }
    this.send(client, true, { do: 'confirm', client: client.id, number: message, entry: -1 });
  }
  private call(call: Call): void {
    const reader = this.readers.get(call.reader);
    if (!reader) return this.end(call, 'dropped', 'toy.no_reader');
    call.calls++;
    call.inFlight = true;
    const { entry } = this.handOver(reader, call.copy, call.message, call.copy, call.calls);
    this.send(reader, false, { do: 'call', client: reader.id, number: call.copy, entry }, call.message);
  }
  private giveBack(call: Call, reason: string): void {
    call.inFlight = false;
    this.tell('requeued', { message: call.message, copy: call.copy, place: call.place, reason });
    if (call.calls >= CALLS) this.end(call, 'dropped', 'toy.gave_up');
    else this.later(AGAIN, { do: 'again', client: call.reader, number: call.copy, entry: -1 });
  }
  private end(call: Call, kind: 'settled' | 'dropped', reason: string): void {
    this.state.calls = this.state.calls.filter((c) => c !== call);
    this.tell(kind, { message: call.message, copy: call.copy, place: call.place, reason });
  }
}
