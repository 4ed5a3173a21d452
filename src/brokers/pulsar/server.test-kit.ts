/** One cluster with nothing around it but virtual time: topics, consumers and messages by name. */
import { RandomStream } from '../../kernel/random.ts';
import type { Refusal } from '../contract.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { DEFAULTS, type Options } from './options.ts';
import type { AccessMode } from './partition.ts';
import { PulsarServer } from './server.ts';
import type { KeySharedPolicy, SubscriptionType } from './subscription.ts';

interface Joining {
  readonly type?: SubscriptionType;
  readonly partition?: string;
  readonly subscription?: string;
  readonly priority?: number;
  readonly initialPosition?: 'Latest' | 'Earliest';
  readonly keyShared?: Partial<KeySharedPolicy>;
  readonly permits?: number;
}
interface Sending {
  readonly partition?: string;
  readonly key?: string;
  readonly producer?: string;
  readonly sequence?: number;
  /** ms from now */
  readonly after?: number;
}
export class Bench {
  readonly clock = new VirtualClock();
  readonly server: PulsarServer;
  /** "body" or "body redelivered n times" by consumer, since it was last asked. */
  private got = new Map<string, string[]>();
  private bodies: string[] = [];
  /** Everything else that happened, in words. */
  readonly told: string[] = [];
  private tags = 0;
  constructor(options: Partial<Options> = {}, topics: Readonly<Record<string, number>> = { t: 0 }, persistent = true) {
    const luck = new RandomStream(1, 'bookies');
    this.server = new PulsarServer(this.clock, { ...DEFAULTS, journalLatency: 0, ...options }, () => luck);
    this.clock.attach((name, ref) => {
      this.server.timer(name, ref);
      this.drain();
    });
    this.server.start();
    for (const [name, partitions] of Object.entries(topics)) this.server.createTopic(name, { partitions, persistent });
  }
  /** @returns the refusal's name, or 'ok' */
  join(consumer: string, { type = 'Shared', partition = 't', subscription = 's', priority = 0, initialPosition = 'Latest', keyShared = {}, permits = 1000 }: Joining = {}): string {
    const refusal = this.server.subscribe(partition, consumer, { subscription, type, name: consumer, priority, initialPosition, keyShared: { mode: 'AUTO_SPLIT', allowOutOfOrderDelivery: false, ranges: [], ...keyShared } });
    if (refusal === null && permits > 0) this.server.flow(partition, subscription, consumer, permits);
    this.drain();
    return refusal?.name ?? 'ok';
  }
  leave(consumer: string, partition = 't', subscription = 's'): void {
    this.server.closeConsumer(partition, subscription, consumer);
    this.drain();
  }
  flow(consumer: string, permits: number, partition = 't'): void {
    this.server.flow(partition, 's', consumer, permits);
    this.drain();
  }
  produce(producer: string, mode: AccessMode = 'Shared', name = producer, life = 0): string {
    const answer = this.server.connectProducer('t', { session: producer, name, mode, life });
    this.drain();
    return answer === null ? 'ok' : answer === 'waiting' ? answer : answer.name;
  }
  /** Several bodies at once are a batch. */
  send(bodies: string | readonly string[], { partition = 't', key, producer = 'p', sequence = -1, after }: Sending = {}): void {
    const all = typeof bodies === 'string' ? [bodies] : bodies;
    const messages = all.map((body) => this.bodies.push(body) - 1);
    this.server.send(partition, { session: producer, tag: this.tags++ }, { messages, bytes: 100 * all.length, producer, sequence, key: key ?? null, deliverAt: after === undefined ? -1 : this.clock.now() + after * 1000 });
    this.drain();
    this.clock.advance(0);
  }
  /** What a consumer was sent since it was last asked. */
  of(consumer: string): string[] {
    const got = this.got.get(consumer) ?? [];
    this.got.delete(consumer);
    return got;
  }
  ack(...bodies: readonly string[]): void {
    this.server.acknowledge(
      't',
      's',
      bodies.map((body) => ({ position: this.position(body), indexes: null })),
    );
    this.drain();
  }
  ackSome(body: string, indexes: readonly number[]): void {
    this.server.acknowledge('t', 's', [{ position: this.position(body), indexes }]);
    this.drain();
  }
  ackUpTo(body: string): void {
    this.server.acknowledgeUpTo('t', 's', this.position(body));
    this.drain();
  }
  nack(consumer: string, ...bodies: readonly string[]): void {
    this.server.redeliver(
      't',
      's',
      consumer,
      bodies.map((body) => this.position(body)),
      'nack',
    );
    this.drain();
  }
  wait(ms: number): void {
    this.clock.advance(ms * 1000);
  }
  /** Entries that are not acknowledged, those with consumers, and the mark-delete position. */
  counts(partition = 't', subscription = 's'): readonly [backlog: number, out: number, next: number] {
    const s = this.server.partition(partition)?.subscriptions.get(subscription);
    return s === undefined ? [-1, -1, -1] : [s.backlog, s.out, s.cursor.markDelete];
  }
  do(todo: (server: PulsarServer) => void): void {
    todo(this.server);
    this.drain();
  }
  private position(body: string): number {
    const message = this.bodies.indexOf(body);
    const log = this.server.partition('t')?.log;
    for (let at = log?.start ?? 0; at < (log?.end ?? 0); at++) if (log?.at(at)?.messages.includes(message) === true) return at;
    return -1;
  }
  private drain(): void {
    for (const event of this.server.out.splice(0)) {
      switch (event.kind) {
        case 'dispatched': {
          const words = event.indexes.map((i) => `${this.bodies[event.entry.messages[i] ?? -1] ?? ''}${event.redeliveries > 0 ? ` again ${event.redeliveries}` : ''}`);
          this.got.set(event.consumer, [...(this.got.get(event.consumer) ?? []), ...words]);
          break;
        }
        case 'send-error':
          this.told.push(`${event.to.session} ${nameOf(event.refusal)}`);
          break;
        case 'closed':
          this.told.push(`${event.session} closed: ${event.why}`);
          break;
        case 'granted':
          this.told.push(`${event.session} granted`);
          break;
        case 'receipt':
          this.told.push(`receipt for ${event.to.session}`);
          break;
        case 'blocked':
          this.told.push(`${event.session ?? 'subscription'} ${event.begins ? 'blocked' : 'unblocked'}`);
          break;
        case 'missed':
        case 'duplicate':
          this.told.push(event.kind);
          break;
        case 'gone':
        case 'again':
          this.told.push(`${event.kind}: ${event.why}`);
          break;
        default:
      }
    }
  }
}
const nameOf = ({ name }: Refusal): string => name;
