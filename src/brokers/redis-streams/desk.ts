/** The server's end of its connections: what clients ask is done, told to the history, and answered. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import type { RedisEvent, Reply } from './core.ts';
import type { Durability } from './durability.ts';
import { show } from './ids.ts';
import type { Known } from './ledger.ts';
import type { Config, GroupPlan } from './plan.ts';
import { type Answer, answersOf, entriesOf, xadd, xautoclaim, xreadgroup } from './protocol.ts';
import type { RedisServer } from './server.ts';
import type { Teller } from './teller.ts';
import { type Place, type SessionState, type Thing, type Traffic, WAKE } from './traffic.ts';

/** What the document says of a session. */
export interface Wiring {
  configOf(session: SessionState): Config;
  /** The node at the server's end of its link. */
  nodeOf(session: SessionState): string;
  /** The stream that it publishes to. */
  keyOf(session: SessionState): string;
  groupOf(session: SessionState): GroupPlan | undefined;
  /** The streams of its group. */
  keysOf(session: SessionState): readonly string[];
}
const isRefusal = (reply: Reply | undefined): reply is Refusal => typeof reply === 'object' && reply !== null && 'refused' in reply;
const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `redis-streams.${refusal.name}` });
const NO_STREAM: Refusal = { refused: true, name: 'redis-streams.NOMKSTREAM', code: 0, text: '(nil)', closes: 'message' };

export class Desk {
  private readonly host: RoomHost;
  private readonly server: RedisServer;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly durability: Durability;
  private readonly wiring: Wiring;
  /** Copies that were handed out since the last flush, by consumer, stream and ID. */
  private handed = new Map<string, Known>();
  constructor(host: RoomHost, server: RedisServer, traffic: Traffic, teller: Teller, durability: Durability, wiring: Wiring) {
    this.host = host;
    this.server = server;
    this.traffic = traffic;
    this.teller = teller;
    this.durability = durability;
    this.wiring = wiring;
  }
  /** Something came up from a client that is connected. */
  serve(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'xadd':
        return this.add(state, thing.message);
      case 'xreadgroup': {
        const group = this.wiring.groupOf(state);
        const keys = this.wiring.keysOf(state);
        if (group === undefined || keys.length === 0 || this.server.isBlocked(state.id)) return;
        const reply = this.server.execute(state.id, xreadgroup(this.wiring.configOf(state), group.name, state.client, keys, thing.after));
        this.flush();
        if (reply !== undefined) this.answer(state, 'xreadgroup', reply, answersOf(reply));
        return;
      }
      case 'xautoclaim':
        return this.claim(state);
      case 'xack':
        return this.acknowledge(state, thing.at, thing.why);
      case 'bury':
        return this.bury(state, thing.at, thing.message);
      default:
        return;
    }
  }
  /** Tells what the server did since the last time, and answers clients that waited. @param cause entry of which additions came */
  flush(cause = -1): void {
    this.handed = new Map();
    const { out, written } = this.server;
    for (let i = 0; i < out.length; i++) {
      const event = out[i] as RedisEvent;
      const known = this.teller.tell(event, cause);
      if (event.kind === 'delivered' && known !== undefined) this.handed.set(`${event.consumer} ${event.key} ${event.id}`, known);
      if (event.kind !== 'reply') continue;
      const state = this.traffic.sessions.get(event.client);
      if (state !== undefined && state.served >= 0) this.answer(state, 'xreadgroup', event.reply, answersOf(event.reply));
    }
    out.length = 0;
    this.durability.note(written.splice(0), this.server.takeDirty(), () => this.server.dataset());
  }

  private add(state: SessionState, message: number): void {
    const config = this.wiring.configOf(state);
    const reply = this.server.execute(state.id, xadd(config, this.wiring.keyOf(state), message, state.client), { weight: this.host.messages.size(message) });
    const isNew = this.server.out.some((event) => event.kind === 'added');
    this.flush();
    const about = { session: state.id, life: state.served, message };
    if (isRefusal(reply) || reply === null) return this.traffic.down(state, { do: 'reply', ...about, outcome: isRefusal(reply) ? named(reply) : NO_STREAM });
    if (!isNew) this.host.record('accepted', { message, place: this.wiring.nodeOf(state), reason: 'redis-streams.idempotent', detail: 0 });
    const wanted = Number(config['WAIT'] ?? 0);
    if (wanted === 0) return this.traffic.down(state, { do: 'reply', ...about, outcome: 'confirmed' });
    // There and back: the replicas acknowledge what they have.
    const takes = 2 * this.durability.delay;
    const timeout = Number(config['waitTimeout'] ?? 0) * 1000;
    if (this.durability.replicas >= wanted && (timeout === 0 || takes <= timeout)) this.traffic.later(takes, WAKE.wait, state, { do: 'reply', ...about, outcome: 'confirmed' });
    else if (timeout > 0) this.traffic.later(timeout, WAKE.wait, state, { do: 'reply', ...about, outcome: 'unknown' });
  }
  private claim(state: SessionState): void {
    const config = this.wiring.configOf(state);
    const group = this.wiring.groupOf(state);
    const found: Answer[] = [];
    for (const key of this.wiring.keysOf(state)) {
      const reply = this.server.execute(`${state.id} claim`, xautoclaim(config, key, group?.name ?? '', state.client, state.cursors[key] ?? '0-0'));
      if (!Array.isArray(reply)) continue;
      state.cursors[key] = String(reply[0]);
      found.push(...entriesOf(key, reply[1]));
    }
    this.flush();
    this.answer(state, 'xautoclaim', [], found);
  }
  private answer(state: SessionState, what: 'xreadgroup' | 'xautoclaim', reply: Reply, answers: readonly Answer[]): void {
    const about = { session: state.id, life: state.served };
    for (const { key, id, exists } of answers) {
      const at = { key, id };
      const known = this.handed.get(`${state.client} ${key} ${id}`);
      if (!exists) this.traffic.down(state, { do: 'gone', ...about, at });
      else if (known !== undefined) {
        const { message, copy, attempts, entry } = known;
        const delivery: Delivery = { handle: state.nextHandle++, message, copy, attempt: attempts, redelivered: attempts > 1, entry };
        this.traffic.down(state, { do: 'deliver', ...about, delivery, at }, message, delivery.redelivered);
      }
    }
    if (isRefusal(reply)) this.host.record('refused', { place: this.wiring.nodeOf(state), actor: state.client, reason: named(reply).name });
    this.traffic.down(state, { do: 'answered', ...about, what, found: answers.length, refused: isRefusal(reply) });
  }
  private acknowledge(state: SessionState, { key, id }: Place, why: 'done' | 'rejected' | 'gone'): void {
    const group = this.wiring.groupOf(state)?.name;
    if (group === undefined) return;
    const reply = this.server.execute(`${state.id} ack`, ['XACK', key, group, show(id)]);
    // The server knows of no reason; the client does.
    if (reply === 1 && why !== 'done') this.teller.ledger.ended('dropped', key, group, id, why === 'gone' ? 'redis-streams.deleted_while_pending' : 'redis-streams.rejected');
    this.flush();
  }
  /** MULTI, XADD to the dead stream, XACK, EXEC: both or none. */
  private bury(state: SessionState, { key, id }: Place, message: number): void {
    const group = this.wiring.groupOf(state);
    if (group?.deadStream === undefined) return;
    const reply = this.server.execute(`${state.id} ack`, ['XADD', group.deadStream, '*', 'message', String(message), 'from', key], { weight: this.host.messages.size(message) });
    if (isRefusal(reply)) {
      this.host.record('refused', { message, place: group.node, actor: state.client, reason: named(reply).name });
      return this.flush();
    }
    // When somebody has acknowledged it meanwhile, the dead stream has it all the same.
    const acknowledged = this.server.execute(`${state.id} ack`, ['XACK', key, group.name, show(id)]) === 1;
    const entry = acknowledged ? this.teller.ledger.ended('dead-lettered', key, group.name, id, 'redis-streams.gave_up', { detail: this.teller.readers(group.deadStream).length }) : -1;
    if (entry >= 0) this.host.pass(`deadStream:${group.node}`, message);
    this.flush(entry);
  }
}
