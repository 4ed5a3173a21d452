/** A toy: one log per place, every reader reads all of it in order from its committed offset; a reading is a copy. */
import type { Depth, PublishListener, ReceiveListener, ReceiveSession } from '../../brokers/contract.ts';
import { type Client, ToyRoom } from './toy-room.ts';

const POLL = 50_000;
interface Cursor {
  offset: number;
  committed: number;
  life: number;
  slots: number;
  open: Reading[];
  /** Given back, to be read again. */
  back: Reading[];
}
interface Reading {
  readonly offset: number;
  readonly copy: number;
  readonly attempt: number;
}
type Thing = { readonly do: 'publish' | 'confirm' | 'poll' | 'commit' | 'fetched'; readonly client: string; readonly number: number; readonly offset: number; readonly entry: number };

export class LogRoom extends ToyRoom<Thing, { log: { message: number; place: string }[]; cursors: Record<string, Cursor> }> {
  protected state = { log: [] as { message: number; place: string }[], cursors: {} as Record<string, Cursor> };
  depths(): readonly Depth[] {
    return [...this.readers.values()].map((r) => ({ place: r.place, pending: this.cursor(r).back.length, inFlight: this.cursor(r).open.length, oldest: -1 }));
  }
  protected publish(client: Client<PublishListener>, message: number): void {
    this.send(client, false, { do: 'publish', client: client.id, number: message, offset: 0, entry: -1 }, message);
  }
  protected session(client: Client<ReceiveListener>): ReceiveSession {
    const poll = (life: number) => this.later(POLL, { do: 'poll', client: client.id, number: life, offset: 0, entry: -1 });
    return {
      can: { retryOne: false, reject: false, extend: false, outOfOrder: false },
      ready: (slots) => void (this.cursor(client).slots = slots),
      settle: (d) => this.send(client, true, { do: 'commit', client: client.id, number: d.copy, offset: d.handle, entry: -1 }),
      open: () => poll(++this.cursor(client).life),
      close: () => {
        const cursor = this.cursor(client);
        cursor.life++;
        cursor.offset = cursor.committed;
        for (const { copy, offset } of cursor.open) this.end('requeued', client, copy, offset);
        cursor.back.push(...cursor.open.splice(0));
      },
      buffered: () => [],
    };
  }
  protected happen(thing: Thing): void {
    const client = this.publishers.get(thing.client);
    const reader = this.readers.get(thing.client);
    if (thing.do === 'publish' && client) {
      this.host.record('accepted', { message: thing.number, place: client.place, detail: 0 });
      this.state.log.push({ message: thing.number, place: client.place });
      this.send(client, true, { ...thing, do: 'confirm' });
    } else if (thing.do === 'confirm') client?.listener.outcome(thing.number, 'confirmed');
    else if (thing.do === 'poll' && reader && thing.number === this.cursor(reader).life) this.poll(reader);
    else if (thing.do === 'fetched' && reader) this.fetched(reader, thing);
    else if (thing.do === 'commit' && reader) {
      const cursor = this.cursor(reader);
      const at = cursor.open.findIndex((o) => o.copy === thing.number);
      if (at < 0) return;
      cursor.open.splice(at, 1);
      cursor.committed = Math.max(cursor.committed, thing.offset + 1);
      this.end('settled', reader, thing.number, thing.offset);
    }
  }
  private poll(reader: Client<ReceiveListener>): void {
    const cursor = this.cursor(reader);
    for (let n = 0; n < cursor.slots && cursor.offset < this.state.log.length; cursor.offset++) {
      const record = this.state.log[cursor.offset];
      if (record?.place !== reader.place) continue;
      n++;
      const { copy, attempt } = this.readAgain(cursor) ?? { copy: this.host.copy(), attempt: 0 };
      if (attempt === 0) this.tell('enqueued', { message: record.message, copy, place: reader.place });
      const { entry } = this.handOver(reader, cursor.offset, record.message, copy, attempt + 1);
      cursor.open.push({ offset: cursor.offset, copy, attempt: attempt + 1 });
      this.send(reader, false, { do: 'fetched', client: reader.id, number: copy, offset: cursor.offset, entry }, record.message);
    }
    this.later(POLL, { do: 'poll', client: reader.id, number: cursor.life, offset: 0, entry: -1 });
  }
  private fetched(reader: Client<ReceiveListener>, { number: copy, offset, entry }: Thing): void {
    const attempt = this.cursor(reader).open.find((o) => o.copy === copy)?.attempt;
    if (attempt === undefined) return;
    const message = this.state.log[offset]?.message ?? -1;
    if (reader.listener.push({ handle: offset, message, copy, attempt, redelivered: attempt > 1, entry }) === 'busy') this.later(POLL, { do: 'fetched', client: reader.id, number: copy, offset, entry });
  }
  private readAgain(cursor: Cursor): Reading | undefined {
    const at = cursor.back.findIndex(({ offset }) => offset === cursor.offset);
    return at < 0 ? undefined : cursor.back.splice(at, 1)[0];
  }
  private end(kind: 'settled' | 'requeued', client: Client<unknown>, copy: number, offset: number): void {
    this.tell(kind, { message: this.state.log[offset]?.message ?? -1, copy, place: client.place, reason: kind === 'settled' ? 'toy.committed' : 'toy.reread' });
  }
  private cursor(client: Client<unknown>): Cursor {
    this.state.cursors[client.id] ??= { offset: 0, committed: 0, life: 0, slots: 1, open: [], back: [] };
    return this.state.cursors[client.id] as Cursor;
  }
}
