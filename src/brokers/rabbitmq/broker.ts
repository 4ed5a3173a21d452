import { RabbitDeclarations } from './declarations.ts';
import type { ConnectArgs, ConsumeArgs, GetResult, Outcome, PolicyArgs, QueueCounts, RabbitHost, RabbitOptions, RabbitServer, StoredMessage, SubscribeArgs } from './api.ts';
import { byTag, endChannels, endConnection, newChannel, newConnection, refuse, resume, settleAll } from './channels.ts';
import { startNode, stopNode } from './cluster.ts';
import { disconnectedDue } from './suspects.ts';
import { consume, consumeReplies, isReplyQueue } from './consuming.ts';
import { dispatch, fetch, retryDue, type Settlement } from './custody.ts';
import { errors } from './errors.ts';
import type { FieldValue, PublishArgs, RequeueReason } from './events.ts';
import { creditDue } from './flow.ts';
import { isPattern } from './policy.ts';
import { publish } from './publishing.ts';
import { applyPolicies, expiryDue, removeConsumers, use } from './queues.ts';
import { loadCore, saveCore } from './state.ts';
import { answered, isStream, storeOffset, type StreamQueue } from './stream.ts';
import { filterValueOf } from './stream-filter.ts';
import { consumerUpdated } from './stream-protocol.ts';
import { timeoutsDue } from './timeouts.ts';
import { commit, newTransaction, rollBack, settleLater } from './transactions.ts';
import { bindingViews, census, counts, exchangeViews, peek, queueView } from './views.ts';

export type { RabbitOptions, RabbitServer } from './api.ts';

/** A RabbitMQ cluster as its clients meet it: AMQP 0-9-1 verbs, each done with all its consequences when it returns. */
export class RabbitBroker extends RabbitDeclarations implements RabbitServer {
  constructor(host: RabbitHost, options: RabbitOptions) {
    super(host, options);
  }

  connect(name: string, args: ConnectArgs = {}): Outcome {
    const node = args.node ?? this.core.nodes.find((one) => one.up)?.name ?? this.core.nodes[0]?.name ?? '';
    if (!this.core.nodeUp(node)) return errors.nodeNotRunning(node);
    if (this.core.connections.has(name)) this.dropConnection(name, 'replaced by a new connection of the same name');
    newConnection(this.core, name, args, node);
    return this.done();
  }
  closeConnection(name: string): Outcome {
    const connection = this.core.connections.get(name);
    if (connection === undefined) return errors.gone('connection');
    this.core.emit({ kind: 'closed', connection: name, channel: null, refusal: null });
    endConnection(this.core, connection, 'rabbitmq.connection_closed');
    return this.done();
  }
  dropConnection(name: string, why: string): Outcome {
    const connection = this.core.connections.get(name);
    if (connection === undefined) return errors.gone('connection');
    refuse(this.core, connection, null, errors.operatorClosed(why));
    return this.done();
  }
  openChannel(name: string, number: number): Outcome {
    const connection = this.core.connections.get(name);
    if (connection === undefined) return errors.gone('connection');
    const existing = connection.channels.get(number);
    if (existing !== undefined && !existing.closing) return this.no(connection, null, errors.channelAlreadyOpen());
    const limit = this.core.settings.channel_max;
    if (existing === undefined && connection.channels.size >= limit) return this.no(connection, null, errors.channelMax(limit));
    newChannel(connection, number, this.core.order());
    return this.done();
  }
  closeChannel(name: string, number: number): Outcome {
    const connection = this.core.connections.get(name);
    const channel = connection?.channels.get(number);
    if (connection === undefined || channel === undefined) return errors.gone(connection === undefined ? 'connection' : 'channel');
    if (!channel.closing) {
      this.core.emit({ kind: 'closed', connection: name, channel: number, refusal: null });
      endChannels(this.core, [channel], 'rabbitmq.channel_closed');
    }
    connection.channels.delete(number);
    return this.done();
  }
  confirmSelect(connection: string, channel: number): Outcome {
    return this.with(connection, channel, (on) => {
      if (on.tx !== null) return this.no(on.connection, on, errors.txToConfirm());
      on.confirms = true;
      return this.done();
    });
  }

  txSelect(connection: string, channel: number): Outcome {
    return this.with(connection, channel, (on) => {
      if (on.confirms) return this.no(on.connection, on, errors.confirmToTx());
      on.tx ??= newTransaction();
      return this.done();
    });
  }
  txCommit(connection: string, channel: number): Outcome {
    return this.with(connection, channel, (on) => {
      const refusal = on.tx === null ? errors.notTransactional() : commit(this.core, on, on.tx);
      return refusal === null ? this.done() : this.no(on.connection, on, refusal);
    });
  }
  txRollback(connection: string, channel: number): Outcome {
    return this.with(connection, channel, (on) => {
      if (on.tx === null) return this.no(on.connection, on, errors.notTransactional());
      rollBack(this.core, on, on.tx);
      return this.done();
    });
  }

  publish(connection: string, channel: number, args: PublishArgs): Outcome<{ seqNo: number | null; held: boolean }> {
    return this.with(connection, channel, (on) => {
      const outcome = publish(this.core, on, args);
      this.finish();
      return outcome;
    });
  }
  basicQos(connection: string, channel: number, args: { prefetchCount: number; global?: boolean }): Outcome {
    return this.with(connection, channel, (on) => {
      // 4.3 takes a global prefetch for a per-consumer one: the feature is off by default.
      if (args.global !== true || this.core.since43) {
        on.prefetch = args.prefetchCount;
        // It also takes back one for the whole channel.
        if (on.globalPrefetch > 0) {
          on.globalPrefetch = 0;
          resume(this.core, on);
        }
        return this.done();
      }
      // What is out already counts.
      if (on.globalPrefetch === 0) on.globalUsed = on.unacked.size;
      on.globalPrefetch = args.prefetchCount;
      resume(this.core, on);
      return this.done();
    });
  }
  basicConsume(connection: string, channel: number, args: ConsumeArgs): Outcome<{ consumerTag: string }> {
    return this.with(connection, channel, (on) => {
      if (isReplyQueue(args.queue)) return consumeReplies(this.core, on, args);
      const queue = this.queueFor(on, args.queue, 'consuming from');
      if ('refused' in queue) return this.no(on.connection, on, queue);
      const outcome = consume(this.core, on, queue, args);
      this.finish();
      return outcome;
    });
  }
  basicCancel(connection: string, channel: number, consumerTag: string): Outcome {
    return this.with(connection, channel, (on) => {
      if (on.replyConsumer === consumerTag) {
        on.replyConsumer = null;
        this.core.replyChannels.delete(on.replyToken);
        return this.done();
      }
      const consumer = on.consumers.get(consumerTag);
      if (consumer !== undefined) for (const queue of removeConsumers(this.core, [consumer])) dispatch(this.core, queue);
      return this.done();
    });
  }
  basicGet(connection: string, channel: number, args: { queue: string; noAck?: boolean }): Outcome<GetResult> {
    return this.with(connection, channel, (on) => {
      const queue = this.queueFor(on, args.queue, 'getting from');
      if ('refused' in queue) return this.no(on.connection, on, queue);
      if (queue.type === 'quorum' && queue.settings.singleActive) return this.no(on.connection, on, errors.getFromSingleActive(queue.name));
      if (isStream(queue)) return this.no(on.connection, on, errors.notForStreams(queue.name, 'basic.get'));
      use(this.core, queue);
      const delivery = fetch(this.core, queue, on, args.noAck ?? false);
      this.finish();
      if (delivery === null) return { refused: false, empty: true };
      return { refused: false, empty: false, messageCount: queue.backlog.size, ...delivery };
    });
  }
  basicAck(connection: string, channel: number, args: { deliveryTag: number; multiple?: boolean }): Outcome {
    return this.#settle(connection, channel, args, { how: 'ack' });
  }
  basicNack(connection: string, channel: number, args: { deliveryTag: number; multiple?: boolean; requeue?: boolean }): Outcome {
    return this.#settle(connection, channel, args, args.requeue === false ? { how: 'discard', failed: !this.core.since43 } : returned('rabbitmq.nack_requeue', false));
  }
  basicReject(connection: string, channel: number, args: { deliveryTag: number; requeue?: boolean }): Outcome {
    return this.#settle(connection, channel, args, args.requeue === false ? { how: 'discard', failed: true } : returned('rabbitmq.reject_requeue', this.core.since43));
  }
  #settle(connection: string, channel: number, args: { deliveryTag: number; multiple?: boolean }, settlement: Settlement): Outcome {
    return this.with(connection, channel, (on) => {
      const batch = byTag(on, args.deliveryTag, args.multiple ?? false);
      if ('refused' in batch) return this.no(on.connection, on, batch);
      const read = this.core.since40 || settlement.how === 'ack' ? undefined : batch.find((held) => isStream(held.queue) && held.consumer?.subscription === null);
      if (read !== undefined) return this.no(on.connection, on, errors.notForStreams(read.queue.name, 'basic.nack and basic.reject'));
      if (on.tx !== null) settleLater(on, on.tx, batch, settlement);
      else settleAll(this.core, on, batch, settlement);
      return this.done();
    });
  }
  basicRecover(connection: string, channel: number): Outcome {
    return this.with(connection, channel, (on) => {
      const batch = [...on.unacked.values()];
      if (!this.core.since40 && batch.some((held) => isStream(held.queue))) return this.no(on.connection, on, errors.crash());
      settleAll(this.core, on, batch, returned('rabbitmq.recover', false));
      return this.done();
    });
  }

  subscribe(connection: string, channel: number, args: SubscribeArgs): Outcome {
    return this.with(connection, channel, (on) => {
      const queue = this.core.queues.get(args.stream);
      if (queue === undefined || !isStream(queue)) return errors.noStream(args.stream);
      const { name = null, singleActive = false, partition = -1, credit, consumerTag, arguments: table = {} } = args;
      // Single active consumers came with 3.11.
      if (singleActive && name === null && this.core.since40) return errors.unnamedSingleActive(args.stream);
      const outcome = consume(this.core, on, queue, { queue: queue.name, consumerTag, arguments: table, subscription: { name, singleActive: singleActive && this.core.since40, partition, credit } });
      this.finish();
      return outcome;
    });
  }
  consumerUpdated(connection: string, channel: number, args: { consumerTag: string; from: FieldValue }): Outcome {
    return this.with(connection, channel, (on) => {
      const consumer = on.consumers.get(args.consumerTag);
      if (consumer === undefined || !isStream(consumer.queue)) return this.done();
      const refusal = consumerUpdated(this.core, consumer.queue, consumer, args.from);
      this.finish();
      return refusal ?? { refused: false };
    });
  }
  storeOffset(stream: string, reference: string, offset: number): void {
    const queue = this.core.queues.get(stream);
    if (queue !== undefined && isStream(queue)) storeOffset(this.core, queue, reference, offset);
  }
  queryOffset(stream: string, reference: string): Outcome<{ offset: number }> {
    return this.#tracked<{ offset: number }>(stream, ({ stream: log }) => {
      const offset = log.tracked(reference);
      return offset === null ? errors.noOffset(reference) : { refused: false, offset };
    });
  }
  queryPublisherSequence(stream: string, reference: string): Outcome<{ sequence: number }> {
    return this.#tracked<{ sequence: number }>(stream, ({ stream: log }) => ({ refused: false, sequence: Math.max(0, log.sequence(reference)) }));
  }
  #tracked<T>(stream: string, ask: (queue: StreamQueue) => Outcome<T>): Outcome<T> {
    const queue = this.core.queues.get(stream);
    if (queue === undefined || !isStream(queue)) return errors.noStream(stream);
    const outcome = ask(queue);
    answered(this.core, queue);
    this.finish();
    return outcome;
  }

  setPolicy(args: PolicyArgs): Outcome {
    if (!isPattern(args.pattern)) return errors.badPolicy(args.pattern);
    this.core.policies.set(args.name, args);
    applyPolicies(this.core);
    return this.done();
  }
  clearPolicy(name: string): Outcome {
    this.core.policies.delete(name);
    applyPolicies(this.core);
    return this.done();
  }
  configure(settings: Partial<Omit<RabbitOptions, 'version' | 'nodes'>>): void {
    this.core.settings = { ...this.core.settings, ...settings };
    this.finish();
  }
  setMemoryAlarm(on: boolean): void {
    this.core.forcedMemoryAlarm = on;
    this.finish();
  }
  setDiskFree(bytes: number): void {
    this.core.diskFree = bytes;
    this.finish();
  }
  stopNode(node: string, how?: 'killed'): Outcome {
    stopNode(this.core, node, how === 'killed');
    return this.done();
  }
  startNode(node: string): Outcome {
    startNode(this.core, node);
    return this.done();
  }

  timer(name: string, ref: number): void {
    const { core } = this;
    const queue = core.queuesById.get(ref);
    if (name === 'timeouts') timeoutsDue(core);
    else if (name === 'credit') creditDue(core, ref);
    else if (queue !== undefined) {
      if (name === 'ttl' && core.now() >= queue.ttlAt && queue.ttlAt >= 0) {
        queue.ttlAt = -1;
        dispatch(core, queue);
      } else if (name === 'expires') expiryDue(core, queue);
      else if (name === 'retry') retryDue(core, queue);
      else if (name === 'undertake') core.workers.add(queue.id);
      else if (name === 'disconnected') disconnectedDue(core, queue);
    }
    this.finish();
  }

  save(): unknown {
    return saveCore(this.core);
  }
  load(state: unknown): void {
    loadCore(this.core, state);
  }

  hasExchange(name: string): boolean {
    return this.core.exchanges.has(name);
  }
  hasQueue(name: string): boolean {
    return this.core.queues.has(name);
  }
  peek(name: string, max: number) {
    const queue = this.core.queues.get(name);
    return queue === undefined ? { ready: [], unacked: [] } : peek(this.core, queue, max);
  }
  stored(name: string, from: number, most: number): readonly StoredMessage[] {
    const queue = this.core.queues.get(name);
    if (queue === undefined || !isStream(queue)) return [];
    return queue.stream.from(from, most).map(({ seq, id, envelope }) => ({ offset: seq, message: envelope.message, copy: id, filterValue: filterValueOf(envelope.cover.headers) }));
  }
  offsets(name: string): { readonly first: number; readonly end: number } {
    const stream = this.core.queues.get(name)?.stream;
    return { first: stream?.firstOffset ?? 0, end: stream?.nextOffset ?? 0 };
  }
  queueCounts(name: string): QueueCounts | null {
    const queue = this.core.queues.get(name);
    return queue === undefined ? null : counts(queue);
  }
  queues() {
    return [...this.core.queues.values()].map(queueView);
  }
  exchanges() {
    return exchangeViews(this.core);
  }
  bindings() {
    return bindingViews(this.core);
  }
  census() {
    return census(this.core);
  }
  memory(): number {
    return this.core.memory();
  }
}

const returned = (because: RequeueReason, failed: boolean): Settlement => ({ how: 'requeue', because, failed, mayGoToTail: true });
