/** The server's end of its connections: what clients send is done, told to the history, and answered. */
import type { Delivery, Refusal } from '../contract.ts';
import { nanos, type Config, type ConsumerPlan, publishSubject } from './plan.ts';
import type { ApiError } from './errors.ts';
import type { Envelope, Handed, Headers, NatsEvent } from './events.ts';
import type { Carried } from './leaves.ts';
import type { CopyHost } from './ledger.ts';
import type { NatsServer } from './server.ts';
import { ALL, type Reading } from './sessions.ts';
import { readerOf } from './syncing.ts';
import type { Teller } from './teller.ts';
import type { SessionState, Thing, Traffic } from './traffic.ts';

/** What the document says of a session. */
export interface Wiring {
  configOf(session: SessionState): Config;
  /** The node at the server's end of its link. */
  nodeOf(session: SessionState): string;
  /** The subject of that node: a stream's first, or that of the node for a subject. */
  subjectOf(session: SessionState): string;
  consumerOf(session: SessionState): ConsumerPlan | undefined;
  reading(session: SessionState): Reading;
  /** A publish waits for the stream's answer. */
  awaits(session: SessionState): boolean;
}
/** The server's leaf connections, and what else it has to do with other servers. */
export interface Uplink {
  /** The node of this server. */
  readonly cluster: string;
  /** What is listened to here may have changed. */
  changed(): void;
  /** Sends something over a leaf connection. */
  carry(connection: string, envelope: Envelope, carried: Carried | null): void;
  /** Servers, leaders and what lies on disks. */
  clusterChanged(event: Extract<NatsEvent, { readonly kind: 'server' | 'leader' | 'restored' }>): void;
  /** A stream here has taken over a message of another server's stream. */
  sourced(event: Extract<NatsEvent, { readonly kind: 'sourced' }>): void;
}
/** The detail of a delivery that moves a copy. */
const MOVED = 1;
/** Copies of core NATS that a publish has led to, here or over leaf connections. */
const copiesIn = (events: readonly NatsEvent[], message: number): number => events.filter((one) => (one.kind === 'message' && one.message === message && one.info === null) || (one.kind === 'forwarded' && one.envelope.message === message && one.envelope.info === undefined)).length;
const isKept = (events: readonly NatsEvent[], message: number): boolean => events.some((one) => (one.kind === 'stored' || one.kind === 'skipped' || one.kind === 'duplicate' || one.kind === 'rejected' || one.kind === 'proposed') && one.message === message);
const INBOX = 1;
const SUBJECT = 2;
/** A token for a name: neither dots, wildcards nor blanks. */
const inboxOf = ({ id }: SessionState): string => `_INBOX.${encodeURIComponent(id).replaceAll('.', '%2E').replaceAll('*', '%2A')}`;
/** "Consumer Deleted" → nats.consumer_deleted */
const reasonOf = (text: string): string => `nats.${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`;
const named = (error: ApiError): Refusal => ({ ...error, name: `nats.${error.err_code}` });
const NO_RESPONDERS: Refusal = { refused: true, name: 'nats.no_responders', code: 503, text: 'no responders available for request', closes: 'message' };

export class Desk {
  private readonly host: CopyHost;
  private readonly server: NatsServer;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly wiring: Wiring;
  private readonly uplink: Uplink;
  constructor(host: CopyHost, server: NatsServer, traffic: Traffic, teller: Teller, wiring: Wiring, uplink: Uplink) {
    this.host = host;
    this.server = server;
    this.traffic = traffic;
    this.teller = teller;
    this.wiring = wiring;
    this.uplink = uplink;
  }
  /** A client is there: its inbox, and what its document has it listen to. */
  greet(state: SessionState): void {
    this.server.connect(state.id, { no_responders: true });
    this.server.subscribe(state.id, { sid: INBOX, subject: `${inboxOf(state)}.*` });
    state.listens = '';
    this.attach(state);
  }
  /** Subscribes to what the document says now, where that is another subject or group than before. */
  attach(state: SessionState): void {
    if (state.kind !== 'receive' || state.served < 0) return;
    const { mode } = this.wiring.reading(state);
    const { deliver_subject = '', deliver_group = '' } = this.wiring.consumerOf(state)?.args ?? {};
    const queue = this.wiring.configOf(state)['queue'];
    const [subject, group] = mode === 'core' ? [this.wiring.subjectOf(state), typeof queue === 'string' ? queue : ''] : [deliver_subject, deliver_group];
    const wanted = subject === '' ? '' : `${subject} ${group}`;
    if (wanted === state.listens) return;
    if (state.listens !== '') this.server.unsubscribe(state.id, SUBJECT);
    state.listens = '';
    if (mode === 'push' && group === '' && this.isBound(state)) return this.refuse(state, 'nats.consumer_already_bound');
    if (wanted !== '') this.server.subscribe(state.id, { sid: SUBJECT, subject, queue: group });
    state.listens = wanted;
    this.flush();
  }
  /** Clients ask before they subscribe: one push consumer without a group serves one subscription. */
  private isBound(state: SessionState): boolean {
    const at = this.wiring.consumerOf(state);
    return at !== undefined && this.server.stream(at.stream)?.consumers.get(at.name)?.active === true;
  }
  private refuse(state: SessionState, reason: string, code = 409): void {
    this.host.record('refused', { place: this.wiring.nodeOf(state), actor: state.client, reason });
    this.traffic.down(state, { do: 'status', session: state.id, life: state.served, code, left: 0 });
  }
  /** Something came up from a client that is connected. */
  serve(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'publish':
        return this.publish(state, thing.message);
      case 'subscribe':
        return this.attach(state);
      case 'pull':
        return this.pull(state, thing.batch);
      case 'say': {
        const delay = thing.how === 'nak' ? nanos(this.wiring.configOf(state)['nakDelay']) : undefined;
        this.server.ack(state.id, { subject: thing.subject, how: thing.how, ...(delay === undefined ? {} : { delay }) });
        return this.flush();
      }
      default:
        return;
    }
  }
  private publish(state: SessionState, message: number): void {
    const config = this.wiring.configOf(state);
    const subject = publishSubject(String(config['subject'] ?? ''), this.wiring.subjectOf(state), this.host.keyName(message));
    const ttl = config['Nats-TTL'];
    const headers: Headers = { ...(config['Nats-Msg-Id'] === true ? { 'Nats-Msg-Id': String(message) } : {}), ...(typeof ttl === 'string' && ttl !== '' ? { 'Nats-TTL': ttl } : {}) };
    const reply = this.wiring.awaits(state) ? { reply: `${inboxOf(state)}.${message}` } : {};
    const answer = this.server.publish(state.id, { subject, message, size: this.host.messages.size(message), ...reply, ...(Object.keys(headers).length > 0 ? { headers } : {}) });
    const events = this.server.events();
    const heard = copiesIn(events, message);
    const kept = isKept(events, message);
    const place = this.wiring.nodeOf(state);
    let cause = -1;
    if (answer.refused) this.host.record('refused', { message, place, actor: state.client, reason: reasonOf(answer.name) });
    // Who asked for an answer is told that nobody was there.
    else if (heard > 0 || !(kept || this.wiring.awaits(state))) {
      cause = this.host.record('accepted', { message, place, detail: heard });
      if (heard === 0) this.host.record('unrouted', { message, place, reason: 'nats.no_subscribers', cause });
    }
    this.tell(events, message, cause);
  }
  /** Something came over a leaf connection. @param settled the entry that ends its way there, or -1 */
  arrived(connection: string, envelope: Envelope, settled: number): void {
    const { message, info, ...rest } = envelope;
    // What a consumer of another server pushes to a subject is to its listeners here a message like any other.
    this.server.forward(connection, readerOf(envelope.subject) === '' ? { ...rest, message } : envelope);
    const events = this.server.events();
    const heard = copiesIn(events, message);
    let cause = -1;
    if (message >= 0 && (heard > 0 || !(isKept(events, message) || info !== undefined))) {
      cause = this.host.record('accepted', { message, place: this.uplink.cluster, detail: heard, cause: settled });
      if (heard === 0) this.host.record('unrouted', { message, place: this.uplink.cluster, reason: 'nats.no_subscribers', cause });
    }
    this.tell(events, message, cause);
  }
  private pull(state: SessionState, batch: number): void {
    const at = this.wiring.consumerOf(state);
    if (at === undefined) return this.refuse(state, 'nats.no_responders', 503);
    const expires = nanos(this.wiring.configOf(state)['PullExpiry']) ?? 0;
    this.server.pull(state.id, at.stream, at.name, `${inboxOf(state)}.pull`, { batch, expires });
    this.flush();
  }
  /** Tells what the server did since the last time, and sends what it says to clients. */
  flush(): void {
    this.tell(this.server.events(), -1, -1);
  }
  /** @param message just published @param cause entry that tells of it */
  private tell(events: readonly NatsEvent[], message: number, cause: number): void {
    this.uplink.changed();
    // What listeners of the subject get follows at once upon the entry that promises it.
    for (const one of events) {
      if (one.kind === 'message' && one.message >= 0 && one.info === null) this.handOver(one, one.message === message ? cause : -1);
      else if (one.kind === 'forwarded') this.forward(one.client, one.envelope, one.envelope.message === message ? cause : -1);
    }
    let handed: Handed[] = [];
    for (const one of events) {
      if (one.kind === 'message' && one.info !== null) handed.push(one);
      else if (one.kind === 'message' && one.message < 0) this.answer(one);
      else if (one.kind === 'delivered') {
        const to = handed.filter(({ info }) => info?.consumer === one.consumer && info.stream === one.stream && info.consumerSeq === one.consumerSeq);
        handed = handed.filter((h) => !to.includes(h));
        const readers = to.flatMap((h) => this.traffic.sessions.get(h.client) ?? []);
        const known = this.teller.delivered(one, readers[0]?.client ?? one.to);
        for (const [i, state] of readers.entries()) {
          const delivery = { message: one.message, copy: known?.copy ?? -1, attempt: one.deliveries, redelivered: one.deliveries > 1, entry: known?.entry ?? -1 };
          this.deliver(state, delivery, to[i]?.reply ?? '');
        }
      } else if (one.kind === 'sourced') this.uplink.sourced(one);
      else if (one.kind === 'server' || one.kind === 'leader' || one.kind === 'restored') this.uplink.clusterChanged(one);
      else if (one.kind === 'closed') this.hungUp(one.client, one.why);
      else this.teller.tell(one);
    }
    this.teller.settle();
  }
  private deliver(state: SessionState, what: Omit<Delivery, 'handle'>, subject: string): void {
    if (what.message < 0 || what.copy < 0) {
      // Nobody's message (an advisory, a marker): the client has nothing to do but to acknowledge it.
      this.server.ack(state.id, { subject, how: 'ack' });
      return this.flush();
    }
    const delivery: Delivery = { handle: state.nextHandle++, ...what };
    this.traffic.down(state, { do: 'deliver', session: state.id, life: state.served, delivery, subject, fleeting: null }, what.message, what.redelivered);
  }
  /** Core NATS: a copy that nobody keeps, sent to one listener. */
  private handOver(one: Handed, cause: number): void {
    const state = this.traffic.sessions.get(one.client);
    if (state === undefined) return;
    const place = this.wiring.nodeOf(state);
    const { message } = one;
    const copy = this.host.copy();
    const born = this.host.record('enqueued', { message, copy, place, cause });
    const entry = this.host.record('delivered', { message, copy, place, actor: state.client, attempt: 1, cause: born });
    const delivery: Delivery = { handle: state.nextHandle++, message, copy, attempt: 1, redelivered: false, entry };
    this.traffic.down(state, { do: 'deliver', session: state.id, life: state.served, delivery, subject: '', fleeting: { copy, message, place } }, message);
  }
  /** Over a leaf connection; what a consumer sends is accounted for where it waits. */
  private forward(connection: string, envelope: Envelope, cause: number): void {
    const { message, info } = envelope;
    if (message < 0 || info !== undefined) return this.uplink.carry(connection, envelope, null);
    const place = this.uplink.cluster;
    const copy = this.host.copy();
    const born = this.host.record('enqueued', { message, copy, place, cause });
    const entry = this.host.record('delivered', { message, copy, place, actor: connection, attempt: 1, detail: MOVED, cause: born });
    this.uplink.carry(connection, envelope, { copy, place, entry });
  }
  /** The server's own words: an answer to a publish, or to a pull request. */
  private answer({ client, subject, ack, status, description, headers }: Handed): void {
    const state = this.traffic.sessions.get(client);
    if (state === undefined) return;
    const about = { session: state.id, life: state.served };
    if (state.kind === 'publish') {
      const outcome = ack === null ? NO_RESPONDERS : ack.error === null ? ('confirmed' as const) : named(ack.error);
      return this.traffic.down(state, { do: 'reply', ...about, message: Number(subject.split('.').at(-1)), outcome });
    }
    if (status === null || status === 100) return;
    if (status !== 408) this.host.record('refused', { place: this.wiring.nodeOf(state), actor: state.client, reason: status === 503 ? 'nats.no_responders' : reasonOf(description) });
    const left = description === 'Leadership Change' ? ALL : Number(headers?.['Nats-Pending-Messages'] ?? 0);
    this.traffic.down(state, { do: 'status', ...about, code: status, left });
  }
  /** The server ended a connection itself. */
  private hungUp(client: string, why: string): void {
    const state = this.traffic.sessions.get(client);
    if (state === undefined || state.served < 0) return;
    const life = state.served;
    state.served = -1;
    this.traffic.down(state, { do: 'lost', session: state.id, life, why: reasonOf(why) });
  }
}
