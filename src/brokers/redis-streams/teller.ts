/** Tells the history what the server's events mean for the copies of the ledger. */
import type { RoomHost } from '../contract.ts';
import type { Forgetting, Handing, RedisEvent, Removal } from './core.ts';
import type { Group } from './group.ts';
import type { Id } from './ids.ts';
import { type Geography, type Known, Ledger, type LedgerState } from './ledger.ts';
import type { RedisServer } from './server.ts';
import { type Entry, entryAt, type Fields, type Stream } from './stream.ts';
import { unread } from './unread.ts';

const REMOVED: Record<Removal, string> = { maxlen: 'trimmed', minid: 'trimmed', xdel: 'xdel', del: 'stream_deleted', expired: 'stream_expired', evicted: 'stream_evicted' };
const FORGOTTEN: Record<Forgetting, string> = { entry_deleted: 'deleted_while_pending', delref: 'trimmed', consumer_deleted: 'consumer_deleted', group_destroyed: 'group_destroyed' };
const AGAIN: Record<Handing, string> = { new: 'setid', history: 'history', claim: 'claimed' };
const said = (reason: string): string => `redis-streams.${reason}`;

/** Entries carry the number of their message. */
export const messageOf = ({ texts }: Fields): number => Number(texts[1]);

export interface TellerState {
  readonly ledger: LedgerState;
  readonly messages: readonly (readonly [string, number])[];
}

export class Teller {
  readonly ledger: Ledger;
  private readonly host: RoomHost;
  private readonly geography: Geography;
  private readonly server: RedisServer;
  /** Of entries that went while they were pending, the message: a copy of the data from before an acknowledgement has them pending still. */
  private messages = new Map<string, number>();
  constructor(host: RoomHost, geography: Geography, server: RedisServer) {
    this.host = host;
    this.geography = geography;
    this.server = server;
    this.ledger = new Ledger(host, geography);
  }
  /** @param cause entry of which an addition came; -1 for a producer's  @returns the copy that was delivered */
  tell(event: RedisEvent, cause = -1): Known | undefined {
    const { ledger } = this;
    switch (event.kind) {
      case 'added':
        this.added(event.key, event.id, messageOf(event.fields), cause);
        return undefined;
      case 'delivered': {
        const { key, group, id } = event;
        const known = ledger.get(key, group, id);
        if (known === undefined) return undefined;
        // Pending with somebody, and after an XGROUP SETID read by another with NOACK: it stays pending where it is.
        if (known.holder !== null && !event.pending) return ledger.passing(known, event.consumer);
        if (known.holder !== null) ledger.requeued(known, said(AGAIN[event.how]));
        ledger.delivered(known, event.consumer, event.deliveries);
        if (!event.pending) ledger.ended('settled', key, group, id, said('noack'));
        return known;
      }
      case 'acknowledged':
        for (const id of event.ids) this.over('settled', event.key, event.group, id, said('xack'));
        return undefined;
      case 'forgotten':
        for (const id of event.ids) this.over('dropped', event.key, event.group, id, said(FORGOTTEN[event.why]));
        return undefined;
      case 'removed':
        this.removed(event.key, event.why, event.entries);
        return undefined;
      default:
        return undefined;
    }
  }
  /** A pending entry is pending no more. Where XGROUP SETID has moved the group back behind it, it will be delivered again. */
  over(kind: 'settled' | 'dropped' | 'dead-lettered', key: string, group: string, id: Id, reason: string, more: { readonly detail?: number } = {}): number {
    const entry = this.ledger.ended(kind, key, group, id, reason, more);
    const stream = this.server.stream(key);
    const at = stream?.groups.find((one) => one.name === group);
    const fields = stream === undefined ? null : entryAt(stream, id);
    if (at !== undefined && fields !== null && id > at.lastId && this.isOurs(key, at)) this.again(key, group, id, fields, entry, said('setid'));
    return entry;
  }
  private added(key: string, id: Id, message: number, cause: number): void {
    const groups = this.readers(key);
    const because = cause >= 0 ? cause : this.host.record('accepted', { message, place: this.geography.streamNode(key), detail: groups.length });
    for (const { name } of groups) {
      this.ledger.enqueued(key, name, id, message, because);
      const wire = this.geography.wire(key, name);
      if (wire !== undefined) this.host.pass(wire, message);
    }
  }
  /** The groups of a stream that are in the document. */
  readers(key: string): readonly Group[] {
    return (this.server.stream(key)?.groups ?? []).filter((group) => this.isOurs(key, group));
  }
  private isOurs(key: string, { name }: Group): boolean {
    return this.geography.wire(key, name) !== undefined;
  }
  /** Entries are gone. What groups had not read is lost to them; what is pending stays so, unless the groups are gone too. */
  private removed(key: string, why: Removal, entries: readonly Entry[]): void {
    const all = why === 'del' || why === 'expired' || why === 'evicted';
    const reason = said(REMOVED[why]);
    for (const group of this.ledger.groupsOf(key)) {
      const copies = this.ledger.of(key, group);
      if (all) for (const [id, { holder }] of [...copies]) this.ledger.ended(why === 'expired' && holder === null ? 'expired' : 'dropped', key, group, id, reason);
      else
        for (const [id, fields] of entries) {
          const holder = copies.get(id)?.holder;
          if (holder === null) this.ledger.ended('dropped', key, group, id, reason);
          else if (holder !== undefined) this.messages.set(`${key} ${id}`, messageOf(fields));
        }
    }
  }
  /** Copies as the server has them now: after an administrator moved a group, or other data took the place of the old. @param reason of what is lost or comes back */
  compare(reason: string, gone: 'lost' | 'dropped', cause = -1): void {
    for (const [key, group] of this.ledger.known()) {
      if (this.server.stream(key)?.groups.some(({ name }) => name === group) !== true) for (const id of [...this.ledger.of(key, group).keys()]) this.ledger.ended(gone, key, group, id, reason);
    }
    for (const key of this.server.keys()) {
      const stream = this.server.stream(key);
      for (const group of stream?.groups ?? []) if (stream !== undefined && this.isOurs(key, group)) this.compareGroup(key, stream, group, { reason, gone, cause });
    }
  }
  private compareGroup(key: string, stream: Stream, group: Group, { reason, gone, cause }: { readonly reason: string; readonly gone: 'lost' | 'dropped'; readonly cause: number }): void {
    const { ledger } = this;
    const isNew = !ledger.groupsOf(key).includes(group.name);
    const copies = ledger.of(key, group.name);
    const waiting = unread(stream, group);
    const expected = new Set([...waiting, ...group.ids]);
    const here = this.geography.groupNode(key, group.name);
    for (const [id, { place }] of [...copies]) if (!expected.has(id) || place !== here) ledger.ended(gone, key, group.name, id, reason);
    const find = (id: Id) => copies.get(id) ?? this.again(key, group.name, id, entryAt(stream, id), cause, isNew ? undefined : reason);
    for (const id of waiting) {
      const known = find(id);
      if (known !== undefined && known.holder !== null) ledger.requeued(known, reason);
    }
    for (const [i, id] of group.ids.entries()) {
      const pending = group.pending[i];
      const known = find(id);
      if (known === undefined || pending === undefined || known.holder === pending.consumer) continue;
      if (known.holder !== null) ledger.requeued(known, reason);
      ledger.delivered(known, pending.consumer, pending.deliveries);
    }
  }
  /** A copy of what a new group has to read, or of what comes back although its custody had ended. */
  private again(key: string, group: string, id: Id, fields: Fields | null, cause: number, reason: string | undefined): Known | undefined {
    const message = fields === null ? this.messages.get(`${key} ${id}`) : messageOf(fields);
    return message === undefined ? undefined : this.ledger.enqueued(key, group, id, message, cause, reason);
  }
  save(): TellerState {
    return { ledger: this.ledger.save(), messages: [...this.messages] };
  }
  load(state: TellerState): void {
    this.ledger.load(state.ledger);
    this.messages = new Map(state.messages);
  }
}
