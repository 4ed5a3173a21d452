/** What reads over a link: a KafkaConsumer, or a KafkaShareConsumer where group.protocol is share. Which of them, it is made with. */
import type { Delivery, Portion, ReceiveListener, ReceiveSession } from '../contract.ts';
import type { ClientState } from './connection.ts';
import { type ConsumerSessionState, KafkaConsumer } from './consumer.ts';
import type { ConsumerHost } from './consumer-context.ts';
import type { Response } from './protocol.ts';
import { KafkaShareConsumer, type ShareConsumerState } from './share-consumer.ts';

export interface ReceiverState {
  readonly shares: boolean;
  readonly consumer: ConsumerSessionState;
  readonly share: ShareConsumerState;
}
export class KafkaReceiver implements ReceiveSession {
  readonly client: ClientState;
  readonly share: KafkaShareConsumer;
  private readonly consumer: KafkaConsumer;
  private readonly host: ConsumerHost;
  private shares = false;
  constructor(client: ClientState, host: ConsumerHost, listener: ReceiveListener) {
    this.client = client;
    this.host = host;
    this.consumer = new KafkaConsumer(client, host, listener);
    this.share = new KafkaShareConsumer(client, host, listener);
  }
  private get session(): KafkaConsumer | KafkaShareConsumer {
    return this.shares ? this.share : this.consumer;
  }
  get can(): ReceiveSession['can'] {
    return this.session.can;
  }
  get topic(): string {
    return this.consumer.topic;
  }
  get group(): string {
    return this.consumer.group;
  }
  open(): void {
    if (this.client.wanted) return;
    this.shares = this.host.config(this.client)['group.protocol'] === 'share';
    this.session.open();
  }
  close(how: 'graceful' | 'crash'): void {
    if (this.client.wanted) this.session.close(how);
  }
  ready(slots: number): void {
    this.session.ready(slots);
  }
  portion(): Portion | undefined {
    return this.session.portion();
  }
  /** @returns whether it can: a share consumer has no positions */
  pause(on: boolean): boolean {
    if (!this.shares) this.consumer.pause(on);
    return !this.shares;
  }
  /** Its next commit never gets to the coordinator, or a share consumer's next acknowledgements to the leader. @returns whether it acknowledges */
  loseNext(): boolean {
    if (this.shares) this.share.loseNextAcknowledgement();
    else this.consumer.loseNextCommit();
    return this.shares;
  }
  seek(to: 'earliest' | 'latest'): boolean {
    if (!this.shares) this.consumer.seek(to);
    return !this.shares;
  }
  buffered(): readonly Delivery[] {
    return this.session.buffered();
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    this.session.settle(delivery, how);
  }
  answered(correlation: number, response: Response): void {
    this.session.answered(correlation, response);
  }
  timer(name: string, arg: number): void {
    this.session.timer(name, arg);
  }
  save(): ReceiverState {
    return { shares: this.shares, consumer: this.consumer.save(), share: this.share.save() };
  }
  load({ shares, consumer, share }: ReceiverState): void {
    this.shares = shares;
    this.consumer.load(consumer);
    this.share.load(share);
  }
}
