/** The services' end of what clients ask: it is done, told to the history, and answered. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import type { Dispatch } from './dispatch.ts';
import { type Handed, handleText, type Sent } from './message.ts';
import type { Places } from './places.ts';
import type { TopicPlan } from './plan.ts';
import type { Published, Sns } from './sns.ts';
import type { SendResult, Sqs } from './sqs.ts';
import type { Teller } from './teller.ts';
import type { Held, SessionState, Thing, Traffic } from './traffic.ts';

const isRefusal = <T>(value: T | Refusal): value is Refusal => typeof value === 'object' && value !== null && 'refused' in value;
const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `sqs.${refusal.name}` });
/** What a queue knows a receiver by: its session, and which of its pollers. */
const receiverOf = (session: string, poller: number): string => `${session} ${poller}`;

export class Desk {
  private readonly host: RoomHost;
  private readonly sqs: Sqs;
  private readonly sns: Sns;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly places: Places;
  private readonly dispatch: Dispatch;
  constructor(parts: { readonly host: RoomHost; readonly sqs: Sqs; readonly sns: Sns; readonly traffic: Traffic; readonly teller: Teller; readonly places: Places; readonly dispatch: Dispatch }) {
    this.host = parts.host;
    this.sqs = parts.sqs;
    this.sns = parts.sns;
    this.traffic = parts.traffic;
    this.teller = parts.teller;
    this.places = parts.places;
    this.dispatch = parts.dispatch;
  }
  serve(state: SessionState, thing: Extract<Thing, { do: 'send' | 'receive' | 'delete' | 'change' }>): void {
    switch (thing.do) {
      case 'send':
        return this.send(state, thing.life, thing.messages);
      case 'receive':
        return this.receive(state, thing);
      case 'delete':
        return this.remove(state, thing.life, thing.held);
      case 'change': {
        const { delivery, receipt, seconds } = thing;
        const result = this.sqs.ChangeMessageVisibility(this.queueOf(state), handleText(receipt), seconds);
        if (isRefusal(result)) this.reply(state, thing.life, delivery, result);
      }
    }
  }
  /** The answer to a long poll. */
  answer(receiver: string, handed: readonly Handed[]): void {
    const at = receiver.lastIndexOf(' ');
    const state = this.traffic.sessions.get(receiver.slice(0, at));
    if (state !== undefined) this.hand(state, { life: state.life, poller: Number(receiver.slice(at + 1)), waited: true }, handed);
  }
  /** Nobody waits for the answers to what this session has asked. */
  hangUp(state: SessionState): void {
    this.sqs.hangUp(this.queueOf(state), state.id);
  }

  private queueOf({ link, kind }: SessionState): string {
    const ends = this.places.link(link);
    return this.places.queueAt((kind === 'publish' ? ends?.to : ends?.from) ?? '')?.name ?? '';
  }
  private send(state: SessionState, life: number, messages: readonly number[]): void {
    const topic = this.places.topicAt(this.places.link(state.link)?.to ?? '');
    const letters = messages.map((message) => this.places.compose(state.link, message));
    const answers = topic === undefined ? this.toQueue(this.queueOf(state), letters) : letters.map((letter) => this.toTopic(topic, letter));
    for (const [i, message] of messages.entries()) this.traffic.down(state, { do: 'sent', session: state.id, life, message, outcome: answers[i] ?? 'unknown' });
  }
  private toQueue(queue: string, letters: readonly Sent[]): ('confirmed' | Refusal)[] {
    const [only] = letters;
    const results =
      letters.length === 1 && only !== undefined
        ? [this.sqs.SendMessage(queue, only)]
        : this.sqs.SendMessageBatch(
            queue,
            letters.map((sent, i) => ({ Id: String(i), sent })),
          );
    return letters.map(({ message }, i) => {
      const result = 'refused' in results ? results : (results[i] as SendResult | Refusal);
      if ('refused' in result) return named(result);
      if (result.duplicate) this.host.record('accepted', { message, place: this.places.queueNode(queue), reason: 'sqs.deduplicated', detail: 0 });
      return 'confirmed';
    });
  }
  private toTopic(topic: TopicPlan, letter: Sent): 'confirmed' | Refusal {
    const result = this.sns.Publish(topic.name, letter);
    if ('refused' in result) return named(result);
    if (result.duplicate) this.host.record('accepted', { message: letter.message, place: topic.node, reason: 'sqs.deduplicated', detail: 0 });
    else this.published(topic, letter, result);
    return 'confirmed';
  }
  private published({ node, name, attributes }: TopicPlan, sent: Sent, { to }: Published): void {
    const { message } = sent;
    const accepted = this.host.record('accepted', { message, place: node, detail: to.length });
    if (to.length === 0) this.host.record('unrouted', { message, place: node, reason: this.sns.topic(name)?.subscriptions.size === 0 ? 'sqs.no_subscription' : 'sqs.filtered_out', cause: accepted });
    this.dispatch.begin(node, attributes.FifoTopic, sent, to, accepted);
  }
  private receive(state: SessionState, { life, poller, most, wait }: { readonly life: number; readonly poller: number; readonly most: number; readonly wait: number | undefined }): void {
    const name = this.queueOf(state);
    const visibility = this.places.configOf(state.link)['VisibilityTimeout'];
    const result = this.sqs.ReceiveMessage(name, receiverOf(state.id, poller), { MaxNumberOfMessages: most, WaitTimeSeconds: wait, VisibilityTimeout: typeof visibility === 'number' ? visibility : undefined });
    if (result === 'waiting') return;
    const waited = (wait ?? this.sqs.queue(name)?.attributes.ReceiveMessageWaitTimeSeconds ?? 0) > 0;
    if (!isRefusal(result)) return this.hand(state, { life, poller, waited }, result);
    this.host.record('refused', { place: this.places.queueNode(name), actor: state.client, reason: named(result).name });
    this.traffic.down(state, { do: 'answered', session: state.id, life, poller, found: 0, waited, refused: true });
  }
  private hand(state: SessionState, { life, poller, waited }: { readonly life: number; readonly poller: number; readonly waited: boolean }, handed: readonly Handed[]): void {
    for (const { id, receive, message } of handed) {
      const known = this.teller.ledger.get(id);
      if (known === undefined || (state.kind !== 'poll' && state.kind !== 'mapping')) continue;
      const delivery: Delivery = { handle: state.nextHandle++, message, copy: known.copy, attempt: receive, redelivered: receive > 1, entry: known.entry };
      this.traffic.down(state, { do: 'deliver', session: state.id, life, poller, delivery, receipt: { id, receive } }, message, receive > 1);
    }
    this.traffic.down(state, { do: 'answered', session: state.id, life, poller, found: handed.length, waited, refused: false });
  }
  private remove(state: SessionState, life: number, held: readonly Held[]): void {
    const queue = this.queueOf(state);
    const handles = held.map(({ receipt }) => handleText(receipt));
    const results = handles.length === 1 ? handles.map((handle) => this.sqs.DeleteMessage(queue, handle)) : this.sqs.DeleteMessageBatch(queue, handles);
    for (const [i, { delivery }] of held.entries()) {
      const result = 'refused' in results ? results : (results[i] as 'deleted' | Refusal);
      if (isRefusal(result)) this.reply(state, life, delivery, result);
    }
  }
  private reply(state: SessionState, life: number, delivery: Delivery, refusal: Refusal): void {
    this.traffic.down(state, { do: 'replied', session: state.id, life, delivery, outcome: named(refusal) });
  }
}
