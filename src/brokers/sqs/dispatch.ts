/** What SNS does with a copy for a subscription: deliver, wait for the answer, try again, and give up at last. */
import type { RoomHost } from '../contract.ts';
import type { Known, Ledger } from './ledger.ts';
import type { Sent } from './message.ts';
import type { Places } from './places.ts';
import { AWS_ENDPOINT, HTTP_DEFAULT, asyncRetryDelay, asyncThrottleDelay, retryDelay, type RetryPolicy } from './retry.ts';
import type { Subscription } from './sns.ts';
import type { Sqs } from './sqs.ts';
import type { Teller } from './teller.ts';
import type { EndpointState, Traffic } from './traffic.ts';

/** A copy on its way to one subscriber. */
interface Errand {
  readonly known: Known;
  readonly link: string;
  readonly sent: Sent;
  readonly since: number;
  /** Of a FIFO topic, the copies for one subscriber and group go one after the other. */
  readonly line: string | null;
  /** Number of the attempt; answers to earlier ones come too late. */
  attempt: number;
  /** Attempts that were throttled. */
  throttled: number;
  /** An endpoint has it. */
  inHands: boolean;
}
export interface DispatchState {
  readonly errands: readonly (readonly [copy: number, errand: Errand])[];
  readonly lines: readonly (readonly [line: string, copies: readonly number[]])[];
  readonly turns: readonly (readonly [link: string, turn: number])[];
}
/** SNS waits so long for an HTTP answer, µs. https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html */
const HTTP_TIMEOUT = 15_000_000;
/** Deliveries to one subscription that may overtake each other. */
const LANES = 16;
/** The JSON around a message that is not delivered raw: names, ids, a signature and two addresses. Bytes. */
const ENVELOPE = 900;

export class Dispatch {
  private errands = new Map<number, Errand>();
  private lines = new Map<string, number[]>();
  /** Endpoints of a link take turns; so do lanes. */
  private turns = new Map<string, number>();
  private readonly waiting = new Map<string, number>();
  private readonly working = new Map<string, number>();
  private readonly host: RoomHost;
  private readonly places: Places;
  private readonly sqs: Sqs;
  private readonly teller: Teller;
  private readonly traffic: Traffic;
  constructor(host: RoomHost, places: Places, sqs: Sqs, teller: Teller, traffic: Traffic) {
    this.host = host;
    this.places = places;
    this.sqs = sqs;
    this.teller = teller;
    this.traffic = traffic;
  }
  private get ledger(): Ledger {
    return this.teller.ledger;
  }
  /** @param accepted the entry that tells of the publication */
  begin(topicNode: string, isFifo: boolean, sent: Sent, to: readonly Subscription[], accepted: number): void {
    const born = to.map(({ id }) => {
      const target = this.places.subscription(id)?.target ?? id;
      const place = `${topicNode}/${target}`;
      const known = this.ledger.born(sent.message, place, accepted);
      const errand: Errand = { known, link: id, sent, since: this.host.now(), line: isFifo ? `${id} ${sent.MessageGroupId ?? ''}` : null, attempt: 0, throttled: 0, inHands: false };
      this.errands.set(known.copy, errand);
      this.count(this.waiting, place, 1);
      return errand;
    });
    for (const errand of born) this.lineUp(errand);
  }
  /** Time to send it, for the first time or again. */
  send(copy: number, attempt: number): void {
    const errand = this.errands.get(copy);
    if (errand === undefined || errand.attempt !== attempt) return;
    errand.attempt++;
    const subscription = this.places.subscription(errand.link);
    if (subscription === undefined || this.places.link(errand.link) === undefined) return this.giveUp(errand, 'endpoint_gone');
    const { known, link } = errand;
    if (subscription.protocol === 'sqs') {
      const turn = (this.turns.get(link) ?? 0) + 1;
      this.turns.set(link, turn % LANES);
      // A FIFO topic sends one at a time of each group, so there is nothing to overtake.
      return this.traffic.out(link, `sns/${turn % LANES}`, { do: 'notify', copy, attempt: errand.attempt }, known.message, errand.attempt > 1);
    }
    const session = this.endpoint(link);
    if (session === undefined) return this.failed(errand, 'unreachable', true);
    this.ledger.delivered(known, session.client, errand.attempt);
    this.hand(errand, true);
    const { attempts, message, entry } = known;
    this.traffic.down(session, { do: 'push', session: session.id, life: session.life, copy, delivery: { handle: session.nextHandle++, message, copy, attempt: attempts, redelivered: attempts > 1, entry } }, message, attempts > 1);
    // Lambda takes the event at once, so SNS waits for HTTP endpoints only.
    if (subscription.protocol === 'https') this.traffic.later(HTTP_TIMEOUT, { do: 'timeout', copy, attempt: errand.attempt });
  }
  /** It has come to the queue that it was sent to. */
  arrive(copy: number, attempt: number): void {
    const errand = this.errands.get(copy);
    if (errand === undefined || errand.attempt !== attempt) return;
    const { known, link, sent } = errand;
    const subscription = this.places.subscription(link);
    const queue = subscription?.queue ?? '';
    const raw = subscription?.attributes.RawMessageDelivery === true;
    const isFifo = this.sqs.queue(queue)?.isFifo === true;
    const { MessageDeduplicationId, ...rest } = sent;
    const letter: Sent = {
      ...rest,
      size: raw ? sent.size : sent.size + ENVELOPE,
      attributes: raw ? sent.attributes : {},
      DelaySeconds: undefined,
      // Deduplication by the body of the topic holds for the queue, too.
      ...(isFifo ? { MessageDeduplicationId: MessageDeduplicationId ?? `body-${sent.message}` } : {}),
    };
    this.teller.cause = known.entry;
    const result = this.sqs.SendMessage(queue, letter);
    this.teller.cause = -1;
    if ('refused' in result) return this.failed(errand, result.name, result.name === 'ThrottlingException');
    this.ledger.delivered(known, this.places.queueNode(queue), attempt, { detail: 1 });
    this.end(errand, 'settled', result.duplicate ? 'deduplicated' : 'passed_on');
  }
  /** An endpoint has answered. */
  answered(copy: number, attempt: number, how: 'done' | 'failed' | 'rejected' | 'busy'): void {
    const errand = this.errands.get(copy);
    if (errand === undefined || errand.attempt !== attempt || !errand.inHands) return;
    if (how === 'done') return void this.end(errand, 'settled', 'answered');
    const isFunction = this.places.subscription(errand.link)?.protocol === 'lambda';
    this.takeBack(errand, how === 'busy' ? 'endpoint_busy' : how === 'failed' ? 'endpoint_failed' : 'endpoint_rejected');
    if (isFunction) this.invokeAgain(errand, how);
    else this.failed(errand, how === 'rejected' ? 'endpoint_rejected' : how === 'busy' ? 'endpoint_busy' : 'endpoint_failed', how !== 'rejected');
  }
  timedOut(copy: number, attempt: number): void {
    const errand = this.errands.get(copy);
    if (errand === undefined || errand.attempt !== attempt || !errand.inHands) return;
    this.takeBack(errand, 'endpoint_timeout');
    this.failed(errand, 'endpoint_timeout', true);
  }
  /** Copies of a place: waiting for a delivery, and in the hands of an endpoint. */
  depths(): readonly { readonly place: string; readonly waiting: number; readonly working: number }[] {
    return [...new Set([...this.waiting.keys(), ...this.working.keys()])].sort().map((place) => ({ place, waiting: this.waiting.get(place) ?? 0, working: this.working.get(place) ?? 0 }));
  }
  /** Messages under way from a topic, the oldest first. */
  underWay(topicNode: string, most: number): { readonly known: Known; readonly attempt: number }[] {
    const found: { readonly known: Known; readonly attempt: number }[] = [];
    for (const { known, attempt } of this.errands.values()) {
      if (found.length >= most) break;
      if (known.place.startsWith(`${topicNode}/`)) found.push({ known, attempt });
    }
    return found;
  }
  save(): DispatchState {
    return { errands: [...this.errands], lines: [...this.lines], turns: [...this.turns] };
  }
  load(state: DispatchState): void {
    this.errands = new Map(state.errands);
    this.lines = new Map(state.lines.map(([line, copies]) => [line, [...copies]]));
    this.turns = new Map(state.turns);
    this.waiting.clear();
    this.working.clear();
    for (const { known, inHands } of this.errands.values()) this.count(inHands ? this.working : this.waiting, known.place, 1);
  }

  private lineUp(errand: Errand): void {
    const { known, line } = errand;
    if (line !== null) {
      const before = this.lines.get(line);
      if (before !== undefined) return void before.push(known.copy);
      this.lines.set(line, []);
    }
    this.send(known.copy, 0);
  }
  /** Endpoints that are there take turns. */
  private endpoint(link: string): EndpointState | undefined {
    const there = [...this.traffic.sessions.values()].filter((s): s is EndpointState => s.kind === 'endpoint' && s.link === link && s.wanted).sort((a, b) => (a.id < b.id ? -1 : 1));
    const turn = this.turns.get(link) ?? 0;
    this.turns.set(link, turn + 1);
    return there[turn % Math.max(1, there.length)];
  }
  private takeBack(errand: Errand, reason: string): void {
    this.ledger.requeued(errand.known, `sqs.${reason}`);
    this.hand(errand, false);
  }
  private hand(errand: Errand, inHands: boolean): void {
    const { place } = errand.known;
    errand.inHands = inHands;
    this.count(this.working, place, inHands ? 1 : -1);
    this.count(this.waiting, place, inHands ? -1 : 1);
  }
  /** @param again whether SNS takes it to be a failure of the server, which may pass */
  private failed(errand: Errand, why: string, again: boolean): void {
    const config = this.places.configOf(errand.link);
    const policy = this.places.subscription(errand.link)?.protocol === 'https' ? policyOf(config) : AWS_ENDPOINT;
    const wait = again ? retryDelay(policy, errand.attempt) : undefined;
    if (wait === undefined) this.giveUp(errand, why);
    else this.traffic.later(wait, { do: 'retry', copy: errand.known.copy, attempt: errand.attempt });
  }
  /** Lambda keeps the event in a queue of its own and calls the function again. */
  private invokeAgain(errand: Errand, how: 'failed' | 'rejected' | 'busy'): void {
    const { MaximumRetryAttempts = 2, MaximumEventAgeInSeconds = 21_600 } = this.places.configOf(errand.link);
    if (how === 'busy') errand.throttled++;
    const errors = errand.attempt - errand.throttled;
    const wait = how === 'busy' ? asyncThrottleDelay(errand.throttled) : asyncRetryDelay(errors);
    if (how !== 'busy' && errors > Number(MaximumRetryAttempts)) return this.giveUp(errand, 'retries_used_up');
    if (this.host.now() + wait - errand.since > Number(MaximumEventAgeInSeconds) * 1_000_000) return this.giveUp(errand, 'event_too_old');
    this.traffic.later(wait, { do: 'retry', copy: errand.known.copy, attempt: errand.attempt });
  }
  private giveUp(errand: Errand, why: string): void {
    const { sent, link } = errand;
    const target = this.places.subscription(link)?.deadLetterQueue;
    const queue = target === undefined ? undefined : this.sqs.queue(target);
    if (target === undefined || queue === undefined) return void this.end(errand, 'dropped', why);
    const entry = this.end(errand, 'dead-lettered', why);
    this.teller.cause = entry;
    const result = this.sqs.SendMessage(target, { ...sent, DelaySeconds: undefined, MessageDeduplicationId: queue.isFifo ? (sent.MessageDeduplicationId ?? `body-${sent.message}`) : undefined });
    this.teller.cause = -1;
    if ('refused' in result) this.host.record('refused', { message: sent.message, place: this.places.queueNode(target), reason: `sqs.${result.name}`, cause: entry });
  }
  /** Its custody at SNS is over, and the next of its group may go. @returns the entry */
  private end(errand: Errand, kind: 'settled' | 'dropped' | 'dead-lettered', why: string): number {
    const { known, line, inHands } = errand;
    this.errands.delete(known.copy);
    this.count(inHands ? this.working : this.waiting, known.place, -1);
    const entry = this.ledger.over(kind, known, `sqs.${why}`, kind === 'dead-lettered' ? { detail: 1 } : {});
    if (line !== null) {
      const next = this.lines.get(line)?.shift();
      if (next === undefined) this.lines.delete(line);
      else this.send(next, 0);
    }
    return entry;
  }
  private count(counts: Map<string, number>, place: string, by: number): void {
    const count = (counts.get(place) ?? 0) + by;
    if (count === 0) counts.delete(place);
    else counts.set(place, count);
  }
}
/** The delivery policy of an HTTP subscription: what its settings say, and the default for the rest. */
function policyOf(config: Readonly<Record<string, unknown>>): RetryPolicy {
  const given = Object.entries(HTTP_DEFAULT).flatMap(([name, fallback]) => (typeof config[name] === typeof fallback ? [[name, config[name]]] : []));
  return { ...HTTP_DEFAULT, ...(Object.fromEntries(given) as Partial<RetryPolicy>) };
}
