import type { Core, Route } from './core.ts';
import type { Envelope, Handed, Headers } from './events.ts';
import type { Client, Consumer, Subscription } from './model.ts';
import { isLed } from './leading.ts';
import { isLiteral, matchTokens, subjectMatches, tokensOf } from './subjects.ts';

/** Who gets a message: plain subscriptions all, of each queue group one, and the streams that take the subject. */

function routeOf(core: Core, subject: string): Route {
  const known = core.routes.get(subject);
  if (known !== undefined) return known;
  const tokens = tokensOf(subject);
  const plain: Subscription[] = [];
  const groups = new Map<string, { readonly queue: string; readonly members: Subscription[]; readonly far: Subscription[] }>();
  const streams: string[] = [];
  const leaves = new Set<string>();
  if (!tokens.includes('')) {
    for (const client of core.clients.values()) {
      const far = client.options.leaf !== undefined;
      for (const sub of client.subs.values()) {
        if (!matchTokens(tokens, tokensOf(sub.subject))) continue;
        if (sub.queue === '') {
          if (far) leaves.add(client.name);
          else plain.push(sub);
          continue;
        }
        const group = groups.get(sub.queue) ?? { queue: sub.queue, members: [], far: [] };
        groups.set(sub.queue, group);
        (far ? group.far : group.members).push(sub);
      }
    }
    for (const stream of core.streams.values()) if (isLed(core, stream) && stream.listening.some((one) => matchTokens(tokens, tokensOf(one)))) streams.push(stream.name);
  }
  plain.sort((a, b) => a.order - b.order);
  for (const { members, far } of groups.values()) for (const side of [members, far]) side.sort((a, b) => a.order - b.order);
  const route = { plain, groups: [...groups.values()], streams, leaves: [...leaves].sort() };
  core.routes.set(subject, route);
  return route;
}
/** A subscription came or went. */
function forget(core: Core, subject: string): void {
  core.interests++;
  if (isLiteral(subject)) core.routes.delete(subject);
  else core.routes.clear();
}

/** A stream takes other subjects than before. Push consumers may be listened to by it. */
export function streamsChanged(core: Core, subjects: readonly string[]): void {
  core.interests++;
  core.routes.clear();
  for (const consumer of core.consumers.values()) {
    if (!subjects.includes(consumer.config.deliver_subject)) continue;
    const interest = listens(core, consumer);
    if (interest !== consumer.active) core.later({ does: 'interest', consumer: consumer.id, interest });
  }
}

/**
 * Sends to all that listen. Streams store when what is under way is done.
 * @param from the publishing client; null for the server itself
 * @returns whether anybody got it, a stream included
 */
export function route(core: Core, from: Client | null, envelope: Envelope): boolean {
  const { plain, groups, streams, leaves } = routeOf(core, envelope.subject);
  const { queues } = envelope;
  let reached = false;
  /** Queue groups behind each leaf connection that carries the message. */
  let carried: Map<string, string[]> | null = null;
  for (const sub of plain) reached = hand(core, from, sub, envelope) || reached;
  for (const leaf of leaves) if (leaf !== from?.name) (carried ??= new Map()).set(leaf, []);
  for (const { queue, members, far } of groups) {
    if (queues !== undefined && !queues.includes(queue)) continue;
    const first = members.length > 1 ? core.pick(members.length) : 0;
    const taken = members.some((_, i) => hand(core, from, members[(first + i) % members.length] as Subscription, envelope));
    reached = taken || reached;
    const others = taken ? [] : far.filter((sub) => sub.client !== from?.name);
    const other = others[others.length > 1 ? core.pick(others.length) : 0];
    if (other === undefined) continue;
    carried ??= new Map();
    carried.set(other.client, [...(carried.get(other.client) ?? []), queue]);
  }
  for (const [leaf, named] of carried ?? []) {
    core.emit({ kind: 'forwarded', client: leaf, envelope: { ...envelope, queues: named } });
    reached = true;
  }
  for (const stream of streams) {
    core.later({ does: 'store', stream, envelope });
    reached = true;
  }
  return reached;
}

/** JetStream's own connection to its server. */
export const INTERNAL = '$JS';

function hand(core: Core, from: Client | null, sub: Subscription, envelope: Envelope): boolean {
  const client = core.clients.get(sub.client);
  if (client === undefined || client.subs.get(sub.sid) !== sub) return false;
  if (client === from && client.options.echo === false) return false;
  if (client.name === INTERNAL) {
    core.later({ does: 'internal', envelope });
    return true;
  }
  if (denied(client.options.permissions?.subscribe?.deny, envelope.shown ?? envelope.subject)) return false;
  sub.count += 1;
  const event: Handed = {
    kind: 'message',
    client: client.name,
    sid: sub.sid,
    subject: envelope.shown ?? envelope.subject,
    reply: envelope.reply ?? '',
    message: envelope.message,
    size: envelope.size ?? 0,
    headers: client.options.headers === false ? null : (envelope.headers ?? null),
    status: client.options.headers === false ? null : (envelope.status ?? null),
    description: envelope.description ?? '',
    ack: envelope.ack ?? null,
    info: envelope.info ?? null,
    bodyless: envelope.bodyless === true,
  };
  core.emit(event);
  if (sub.max > 0 && sub.count >= sub.max) removeSubscription(core, client, sub);
  return true;
}
const denied = (deny: readonly string[] | undefined, subject: string): boolean => deny?.some((pattern) => subjectMatches(subject, pattern)) === true;

/** Nobody got it, it asks for a reply, and the client wants to know: a message with status 503 on the reply subject. */
export function noResponders(core: Core, client: Client, reply: string): void {
  if (client.options.no_responders !== true) return;
  const [sub] = [...client.subs.values()].filter((one) => one.queue === '' && subjectMatches(reply, one.subject)).sort(asFound);
  if (sub === undefined) return;
  core.emit({ kind: 'message', client: client.name, sid: sub.sid, subject: reply, reply: '', message: -1, size: 0, headers: null, status: 503, description: '', ack: null, info: null, bodyless: false });
}
/** The server takes the first subscription its tree finds: `>` before `*` before a literal, but a literal last token before `*`. */
function asFound(one: Subscription, other: Subscription): number {
  const [a, b] = [tokensOf(one.subject), tokensOf(other.subject)];
  const rank = (tokens: readonly string[], i: number) => (tokens[i] === '>' ? 0 : (tokens[i] === '*') === i < tokens.length - 1 ? 1 : 2);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (rank(a, i) !== rank(b, i)) return rank(a, i) - rank(b, i);
  return one.order - other.order;
}
/** A message of the server itself, without payload: a status line on a reply subject. */
export function status(core: Core, subject: string, code: number, description: string, headers: Headers | null = null, reply = ''): void {
  route(core, null, { subject, reply, message: -1, headers, status: code, description });
}
export function hasInterest(core: Core, subject: string): boolean {
  const { plain, groups, streams, leaves } = routeOf(core, subject);
  return plain.length + groups.length + streams.length + leaves.length > 0;
}

export function addSubscription(core: Core, client: Client, sub: Subscription): void {
  client.subs.set(sub.sid, sub);
  forget(core, sub.subject);
  for (const consumer of core.consumers.values()) if (waitsOn(consumer, sub) && !consumer.active) core.later({ does: 'interest', consumer: consumer.id, interest: true });
}
export function removeSubscription(core: Core, client: Client, sub: Subscription): void {
  client.subs.delete(sub.sid);
  forget(core, sub.subject);
  for (const consumer of core.consumers.values()) {
    if (waitsOn(consumer, sub) && !listens(core, consumer)) core.later({ does: 'interest', consumer: consumer.id, interest: false });
  }
}
const waitsOn = ({ config }: Consumer, { subject, queue }: Subscription): boolean => config.deliver_subject === subject && config.deliver_group === queue;

/** A push consumer is told of subscriptions to exactly its deliver subject, in exactly its deliver group; wildcards do not wake it. */
export function listens(core: Core, { config }: Consumer): boolean {
  const { deliver_subject: subject, deliver_group: queue } = config;
  const { plain, groups, streams, leaves } = routeOf(core, subject);
  const exactly = (sub: Subscription | undefined) => sub?.subject === subject;
  if (queue !== '') return groups.some((group) => group.queue === queue && (exactly(group.members[0]) || exactly(group.far[0])));
  if (leaves.some((leaf) => [...(core.clients.get(leaf)?.subs.values() ?? [])].some((sub) => sub.queue === '' && exactly(sub)))) return true;
  return plain.some(exactly) || streams.some((name) => core.streams.get(name)?.listening.includes(subject) === true);
}

/**
 * What a leaf connection's far end is told: what somebody here listens to, streams included. A hub hears of local interest and
 * of that of leaves; a leaf hears of everything but its own.
 * @returns subjects, those of queue groups with a blank and the group's name
 */
export function interestFor(core: Core, connection: Client): Set<string> {
  const wanted = new Set<string>();
  for (const client of core.clients.values()) {
    if (client === connection || (connection.options.leaf === 'hub' && client.options.leaf === 'hub')) continue;
    for (const { subject, queue } of client.subs.values()) wanted.add(queue === '' ? subject : `${subject} ${queue}`);
  }
  for (const { listening } of core.streams.values()) for (const subject of listening) wanted.add(subject);
  return wanted;
}
