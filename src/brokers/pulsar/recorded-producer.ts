/** A producer of the client library in a recorded case. Between it and the brokers no time passes, unless what they say is held back. */
import type { Outcome, PublishListener } from '../contract.ts';
import type { PulsarEvent } from './events.ts';
import type { AccessMode } from './partition.ts';
import { type ProducerHost, PulsarProducer } from './producer.ts';
import type { RecordedHost } from './recorded-consumer.ts';
import type { RecordedMessages, Written } from './recorded-messages.ts';
import type { Attachment, ClientState, Thing } from './traffic.ts';

type Config = Readonly<Record<string, unknown>>;
/** What it needs of the case. */
export interface ProducerCase extends RecordedHost {
  readonly messages: RecordedMessages;
  /** A whole number below `n`. */
  draw(n: number): number;
}
/** µs, the steps in which the client is waited for, and how long at most */
const [STEP, PATIENCE] = [5000, 60_000_000];
const nothing = () => undefined;
/** Endings of connections, as opposed to what is said on them. */
const ENDS = new Set(['broker_down', 'connection_closed']);

export class RecordedProducer {
  readonly session: string;
  private readonly host: ProducerCase;
  private readonly topic: string;
  private readonly config: Config;
  private readonly state: ClientState;
  private readonly producer: PulsarProducer;
  /** In the order in which they were sent. */
  private readonly sent: number[] = [];
  private readonly unanswered = new Set<number>();
  private called: { readonly body: string; readonly error?: string }[] = [];
  /** send() has not taken them yet. */
  private waiting: { readonly message: number; readonly taken: () => void }[] = [];
  /** What brokers said while it is held back. */
  private held: (() => void)[] | null = null;
  private refused: string | null = null;
  /** The message that was taken last, and how it failed, if it did: that is what flush() tells. */
  private lastTaken = -1;
  private lastError: string | null = null;

  constructor(host: ProducerCase, name: string, topic: string, config: Config) {
    this.host = host;
    this.session = `producer ${name}`;
    this.topic = topic;
    this.config = { producerName: name, ...config };
    this.state = { id: this.session, link: '', client: name, kind: 'publish', wanted: false, life: 0, loseNextAck: false, attachments: [] };
    const listener: PublishListener = { outcome: (message, outcome) => this.answered(message, outcome), returned: nothing, room: () => this.goOn(), blocked: nothing, unblocked: nothing, lost: nothing };
    this.producer = new PulsarProducer(this.state, this.clientHost(), listener);
  }
  /** @returns the exception that its builder throws, or null */
  open(): string | null {
    this.producer.open();
    this.wait(() => this.refused !== null || this.connected);
    if (this.refused !== null) this.producer.close('crash');
    return this.refused;
  }
  /**
   * One after the other, with no time for an answer in between unless send() blocks.
   * @param unblocked called when send() has taken the last of them, where it does not matter how long that takes
   */
  send(messages: readonly Written[], unblocked: (() => void) | null): void {
    for (const [i, written] of messages.entries()) {
      this.waiting.push({ message: this.host.messages.enter(written), taken: i === messages.length - 1 ? (unblocked ?? nothing) : nothing });
      this.goOn();
      if (unblocked === null && this.waiting.length > 0) this.wait(() => this.waiting.length === 0);
    }
  }
  callbacks(sorted: boolean): readonly { readonly body: string; readonly error?: string }[] {
    const called = this.called;
    this.called = [];
    return sorted ? called.sort((a, b) => (a.body < b.body ? -1 : 1)) : called;
  }
  /** The entries that it wrote, in the order in which they lie. */
  batches(): readonly (readonly string[])[] {
    const entries = new Map<string, string[]>();
    const places = this.sent.flatMap((message) => {
      const place = this.unanswered.has(message) ? undefined : this.host.messages.placeOf(message);
      return place === undefined ? [] : [{ ...place, body: this.host.messages.written(message).body }];
    });
    places.sort((a, b) => (a.partition === b.partition ? a.position - b.position : a.partition < b.partition ? -1 : 1));
    for (const { partition, position, body } of places) {
      const at = `${partition} ${position}`;
      entries.set(at, [...(entries.get(at) ?? []), body]);
    }
    return [...entries.values()];
  }
  /** @param byAppearance numbered as they first appear */
  placed(byAppearance: boolean): readonly number[] {
    this.wait(() => this.unanswered.size === 0);
    const order: string[] = [];
    return this.sent.map((message) => {
      const partition = this.host.messages.placeOf(message)?.partition ?? '';
      if (!order.includes(partition)) order.push(partition);
      return byAppearance ? order.indexOf(partition) : Number(/-partition-(\d+)$/.exec(partition)?.[1] ?? -1);
    });
  }
  /** @returns the exception with which the last message that was taken failed, or null */
  flush(): string | null {
    this.producer.flush();
    this.wait(() => this.unanswered.size === 0);
    return this.lastError;
  }
  close(): void {
    this.producer.close('graceful');
  }
  holdBack(): void {
    this.held ??= [];
  }
  letThrough(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const said of held) said();
  }
  /** Until it is connected again, or never will be. */
  cut(): void {
    this.held = null;
    for (const a of this.state.attachments) {
      if (a.state === 'closed') continue;
      this.host.server.disconnectProducer(a.partition, this.session);
      a.served = -1;
      this.producer.lost(a, 'pulsar.connection_closed');
    }
    this.wait(() => this.refused !== null || this.connected);
  }
  /** What a broker says to it. */
  hear(event: PulsarEvent): void {
    if (event.kind === 'closed') {
      if (ENDS.has(event.why)) this.held = null;
      const closed = this.attachment(event.partition);
      if (closed !== undefined) closed.served = -1;
    }
    this.listen(() => {
      if (event.kind === 'receipt' || event.kind === 'send-error') return this.producer.receipt(event.partition, event.to.tag, event.kind === 'receipt' ? null : event.refusal);
      const a = 'partition' in event ? this.attachment(event.partition) : undefined;
      if (a === undefined || a.state === 'closed') return;
      if (event.kind === 'closed') this.producer.lost(a, `pulsar.${event.why}`);
      else if (event.kind === 'granted' && a.state === 'waiting') this.producer.granted(a);
    });
  }

  private attachment(of: string): Attachment | undefined {
    return this.state.attachments.find(({ partition }) => partition === of);
  }
  private get connected(): boolean {
    const { attachments } = this.state;
    return attachments.length > 0 && attachments.every(({ state }) => state === 'open');
  }
  private listen(said: () => void): void {
    if (this.held !== null) this.held.push(said);
    else this.host.later(0, said);
  }
  private goOn(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const answer = this.producer.send(next.message, 1);
      if (answer === 'full') return;
      this.waiting.shift();
      this.sent.push(next.message);
      this.unanswered.add(next.message);
      if (answer === 'taken') this.lastTaken = next.message;
      else this.answered(next.message, answer);
      next.taken();
    }
  }
  private answered(message: number, outcome: Outcome): void {
    this.unanswered.delete(message);
    const { body } = this.host.messages.written(message);
    const error = outcome === 'confirmed' ? null : outcome === 'unknown' ? 'TimeoutException' : exceptionOf(outcome.name);
    if (message === this.lastTaken) this.lastError = error;
    this.called.push(error === null ? { body } : { body, error });
  }
  private wait(until: () => boolean): void {
    this.host.advance(0);
    for (let waited = 0; waited < PATIENCE && !until(); waited += STEP) this.host.advance(STEP);
  }
  private clientHost(): ProducerHost {
    const { host } = this;
    return {
      now: () => host.now(),
      up: (_, thing) => host.later(0, () => this.serve(thing)),
      later: (state, delay, name, arg, partition = '') => {
        const { life } = state;
        host.later(delay, () => {
          if (state.life === life) this.producer.timer(name, arg, partition);
        });
      },
      config: () => this.config,
      partitions: () => host.server.lookUp(this.topic),
      refused: (_, { name }) => {
        this.refused = exceptionOf(name);
      },
      size: (message) => host.messages.written(message).bytes,
      keyOf: (message) => host.messages.written(message).key,
      maxMessageSize: () => host.server.options.maxMessageSize,
      draw: (_, n) => host.draw(n),
    };
  }
  private serve(thing: Thing): void {
    const { server } = this.host;
    const { partition } = thing;
    const a = this.attachment(partition);
    if (thing.do === 'attach') {
      if (a === undefined || a.life !== thing.life) return;
      const mode = (this.config['accessMode'] ?? 'Shared') as AccessMode;
      const answer = server.connectProducer(partition, { session: this.session, name: String(this.config['producerName']), mode, life: this.state.life });
      if (answer === null || answer === 'waiting') a.served = thing.life;
      this.listen(() => {
        if (a.life === thing.life && a.state === 'opening') this.producer.attached(a, answer);
      });
    } else if (thing.do === 'detach') server.disconnectProducer(partition, this.session);
    // What is under way when the connection ends never arrives.
    else if (thing.do === 'send' && thing.life === a?.served) server.send(partition, { session: this.session, tag: thing.tag }, thing.args);
  }
}
/** A refusal as the client throws it. */
function exceptionOf(refusal: string): string {
  const name = refusal.replace('pulsar.', '');
  return /(Exception|Error)$/.test(name) ? name : `${name}Exception`;
}
