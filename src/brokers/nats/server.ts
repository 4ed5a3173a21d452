import { acknowledge, inProgress, nak, parseAckSubject, terminate } from './acks.ts';
import type { AckArgs, Answer, ConsumerInfo, GetArgs, GotMessage, Nats, Outcome, PublishArgs, StreamInfo, SubscribeArgs } from './api.ts';
import { badWord, type ConsumerArgs, type StreamArgs } from './config.ts';
import { isPush } from './consumer-config.ts';
import { type Action, createConsumer, deleteConsumer, flowAnswered, watchPause } from './consumers.ts';
import type { BrokerHost } from '../contract.ts';
import { Core, type NatsOptions, type Settings } from './core.ts';
import { type ApiError, errors, protocolErrors } from './errors.ts';
import type { ClusterState } from './cluster-model.ts';
import { startServer, stopServer, syncServers } from './cluster.ts';
import { isLed, isServed } from './leading.ts';
import { isClustered, leaderless } from './placement.ts';
import type { Envelope, NatsEvent } from './events.ts';
import { unpin } from './groups.ts';
import type { Client, ConnectOptions, Consumer, Stored, Stream } from './model.ts';
import { complain, done, drop, open, publish, subscribe, unsubscribe } from './protocol.ts';
import type { PullArgs } from './pull-args.ts';
import { pull, waitingCount } from './pulls.ts';
import { type PurgeArgs, purge, recount, remove } from './retention.ts';
import { addSubscription, interestFor, noResponders, removeSubscription, route } from './routing.ts';
import { loadCore, saveCore } from './state.ts';
import { gaps, newest, nextPassing, subjectsTold } from './store.ts';
import { progress } from './stored-state.ts';
import { createStream, deleteStream, updateStream } from './streams.ts';
import { leafConnected, openInternal, readerOf } from './syncing.ts';
import { restart } from './restart.ts';
import { finish, timer } from './work.ts';

const success = { success: true } as const;

/** One nats-server with JetStream, as its clients meet it: each verb is done with all its consequences when it returns. */
export class NatsServer implements Nats {
  readonly #core: Core;
  constructor(host: BrokerHost, options: NatsOptions) {
    this.#core = new Core(host, options);
    openInternal(this.#core);
  }

  connect(name: string, options: ConnectOptions = {}): Outcome {
    open(this.#core, name, options);
    if (options.no_responders === true && options.headers === false) return this.#with(name, (client) => complain(this.#core, client, protocolErrors.noRespondersRequiresHeaders()));
    return this.#finished(done);
  }
  disconnect(name: string): Outcome {
    return this.#with(name, (client) => {
      drop(this.#core, client, 'closed by the client');
      return done;
    });
  }
  subscribe(client: string, args: SubscribeArgs): Outcome {
    return this.#with(client, (one) => subscribe(this.#core, one, args));
  }
  unsubscribe(client: string, sid: number, max = 0): Outcome {
    return this.#with(client, (one) => unsubscribe(this.#core, one, sid, max));
  }
  /** A leaf connection is there. @param far what is at its other end */
  connectLeaf(name: string, far: 'hub' | 'spoke'): void {
    open(this.#core, name, { echo: false, leaf: far });
    leafConnected(this.#core);
    this.#finished(done);
  }
  /** The far end of a leaf connection listens, or not any more. @param what a subject, or one with a blank and a queue group */
  interest(connection: string, what: string, wanted: boolean): void {
    this.#with(connection, (client) => {
      const [subject = '', queue = ''] = what.split(' ');
      const known = [...client.subs.values()].find((sub) => sub.subject === subject && sub.queue === queue);
      const order = this.#core.counters.order++;
      if (wanted && known === undefined) addSubscription(this.#core, client, { client: connection, sid: order, subject, queue, order, count: 0, max: 0 });
      if (!wanted && known !== undefined) removeSubscription(this.#core, client, known);
      return done;
    });
  }
  /** Something came over a leaf connection. */
  forward(connection: string, envelope: Envelope): Outcome {
    return this.#with(connection, (client) => {
      route(this.#core, client, envelope);
      return done;
    });
  }
  /** Grows whenever `interestFor` may say something else than before. */
  get interests(): number {
    return this.#core.interests;
  }
  interestFor(connection: string): ReadonlySet<string> {
    const client = this.#core.clients.get(connection);
    return client === undefined ? new Set() : interestFor(this.#core, client);
  }
  publish(client: string, args: PublishArgs): Outcome {
    return this.#with(client, (one) => publish(this.#core, one, args));
  }

  ack(client: string, args: AckArgs): Outcome {
    return this.#with(client, (one) => {
      const at = parseAckSubject(args.subject);
      const consumer = at === null ? undefined : this.#core.streams.get(at.stream)?.consumers.get(at.consumer);
      const { reply = '' } = args;
      // With ack policy none nobody listens to acks, from 2.10 on.
      if (at === null || consumer === undefined || (consumer.config.ack_policy === 'none' && this.#core.since('2.10.27')) || !isServed(this.#core, consumer)) {
        if (reply !== '') noResponders(this.#core, one, reply);
        return done;
      }
      let taken = true;
      if (args.how === 'ack' || args.how === 'next') taken = acknowledge(this.#core, consumer, at);
      else if (args.how === 'term') taken = terminate(this.#core, consumer, at, args.reason ?? '');
      else if (args.how === 'nak') nak(this.#core, consumer, at, args.delay ?? 0);
      else inProgress(this.#core, consumer, at);
      if (args.how === 'next') pull(this.#core, consumer, reply, args.pull ?? {});
      else if (reply !== '' && taken && at.seq !== 0) route(this.#core, null, { subject: reply, message: -1 });
      this.#alive(consumer);
      return done;
    });
  }
  /** Acks are a sign of life of an ephemeral's client. */
  #alive(consumer: Consumer): void {
    if (consumer.config.inactive_threshold <= 0) return;
    if (!isPush(consumer.config)) consumer.lastPull = this.#core.now();
    else if (consumer.timers.inactive >= 0) this.#core.arm(consumer, 'inactive', consumer.inactiveAfter);
  }
  pull(client: string, stream: string, name: string, reply: string, args: PullArgs = {}): Outcome {
    return this.#with(client, (one) => {
      const consumer = this.#core.streams.get(stream)?.consumers.get(name);
      if (consumer !== undefined && isServed(this.#core, consumer)) pull(this.#core, consumer, reply, args);
      else if (this.#core.since('2.10.27')) noResponders(this.#core, one, reply);
      return done;
    });
  }
  answerFlowControl(client: string, subject: string): Outcome {
    return this.#with(client, () => {
      const [, , stream = '', name = ''] = subject.split('.');
      const consumer = this.#core.streams.get(stream)?.consumers.get(name);
      if (consumer !== undefined) flowAnswered(this.#core, consumer, subject);
      return done;
    });
  }

  createStream(args: StreamArgs): Answer<StreamInfo> {
    return this.#made(this.#unreadable(args) ?? leaderless(this.#core) ?? createStream(this.#core, args));
  }
  updateStream(args: StreamArgs): Answer<StreamInfo> {
    return this.#made(this.#unreadable(args) ?? leaderless(this.#core) ?? updateStream(this.#core, args));
  }
  #unreadable(args: object): ApiError | null {
    const word = badWord(args);
    return word === null ? null : errors.invalidJson(this.#core.since('2.14.5') ? word : null);
  }
  #made(stream: Answer<Stream>): Answer<StreamInfo> {
    return this.#finished('refused' in stream ? stream : this.#info(stream));
  }
  deleteStream(name: string): Answer<{ readonly success: true }> {
    return this.#decided(name, (stream) => {
      deleteStream(this.#core, stream);
      return success;
    });
  }
  streamInfo(name: string, subjectsFilter = ''): Answer<StreamInfo> {
    return this.#on(name, (stream) => this.#info(stream, subjectsFilter));
  }
  #info({ config, store, consumers }: Stream, filter = ''): StreamInfo {
    const since210 = this.#core.since('2.10.27');
    // Files that never held a message lack one with sequence 0, from 2.10 on.
    const gone = since210 && config.storage === 'file' && store.firstSeq === 0 && store.lastSeq === 0 ? [0] : gaps(store);
    return {
      config,
      messages: store.messages.size,
      bytes: store.bytes,
      first_seq: store.firstSeq,
      last_seq: store.lastSeq,
      num_subjects: (store.tallies ?? store.bySubject).size,
      num_deleted: gone.length,
      // Before 2.10 a stream in memory counts its last message among them, and does not list it.
      deleted: since210 || config.storage === 'file' ? gone : gone.filter((seq) => seq < store.lastSeq),
      // What streams of other servers read by is nobody's to see.
      consumer_count: [...consumers.values()].filter(({ config }) => readerOf(config.deliver_subject) === '').length,
      subjects: filter === '' ? {} : subjectsTold(store, filter),
    };
  }
  purgeStream(name: string, args: PurgeArgs = {}): Answer<{ readonly purged: number }> {
    if ((args.seq ?? 0) > 0 && (args.keep ?? 0) > 0) return errors.badRequest();
    return this.#on(name, (stream) => {
      if (stream.config.sealed) return errors.streamSealed();
      if (stream.config.deny_purge) return errors.purgeFailed('stream purge not permitted');
      const purged = purge(this.#core, stream, args);
      return typeof purged === 'number' ? { purged } : purged;
    });
  }
  getMessage(name: string, { seq = 0, last_by_subj: last = '', next_by_subj: next = '' }: GetArgs): Answer<GotMessage> {
    if ((seq > 0 && last !== '') || (seq === 0 && last === '' && next === '') || (last !== '' && next !== '')) return errors.badRequest();
    return this.#on(name, ({ store }) => {
      const message = last !== '' ? newest(store, last) : next !== '' ? nextPassing(store, seq, [next]) : (store.messages.get(seq) ?? null);
      return message === null ? errors.noMessageFound() : shown(message);
    });
  }
  deleteMessage(name: string, seq: number): Answer<{ readonly success: true }> {
    return this.#on(name, (stream) => {
      if (stream.config.sealed) return errors.streamSealed();
      if (stream.config.deny_delete) return errors.messageDeleteFailed('message delete not permitted');
      if (stream.config.storage === 'file' && seq > stream.store.lastSeq) return errors.messageDeleteFailed('stream store EOF');
      if (stream.config.storage === 'file' && seq < stream.store.firstSeq) return errors.messageDeleteFailed('no message found');
      return remove(this.#core, stream, seq, 'deleted') ? success : errors.sequenceNotFound(seq);
    });
  }

  createConsumer(name: string, args: ConsumerArgs, action: Action = ''): Answer<ConsumerInfo> {
    const unreadable = this.#unreadable(args);
    if (unreadable !== null) return unreadable;
    if ((args.num_replicas ?? 0) > 1 && !isClustered(this.#core)) return errors.replicasNotSupported();
    return this.#decided(name, (stream) => {
      const made = createConsumer(this.#core, stream, args, action);
      if ('refused' in made) return made;
      const info = this.#describe(stream, made);
      finish(this.#core);
      return info;
    });
  }
  deleteConsumer(stream: string, name: string): Answer<{ readonly success: true }> {
    return this.#decided(stream, (of) => {
      const consumer = of.consumers.get(name);
      if (consumer === undefined) return errors.consumerNotFound();
      deleteConsumer(this.#core, of, consumer, 'deleted');
      return success;
    });
  }
  consumerInfo(stream: string, name: string): Answer<ConsumerInfo> {
    return this.#consumer(stream, name, (consumer, of) => this.#describe(of, consumer));
  }
  #describe(stream: Stream, consumer: Consumer): ConsumerInfo {
    const { lastSeq, messages } = stream.store;
    const { dseq, seq, ackFloorConsumer, ackFloorStream } = progress(this.#core, consumer);
    const delivered = { consumer_seq: dseq, stream_seq: seq };
    const ack_floor = { consumer_seq: ackFloorConsumer, stream_seq: ackFloorStream };
    if (!this.#core.since('2.10.27')) recount(this.#core, stream, consumer);
    else if (this.#core.since('2.14.5')) consumer.numPending = Math.min(consumer.numPending, messages.size, Math.max(lastSeq - consumer.sseq + 1, 0));
    else if ((consumer.sseq > lastSeq && consumer.numPending > 0) || Math.max(consumer.numPending, 0) > messages.size) recount(this.#core, stream, consumer);
    return {
      name: consumer.name,
      config: consumer.config,
      delivered,
      ack_floor,
      num_ack_pending: consumer.pending.size,
      // What is delivered once at most is no redelivery, although 2.14 keeps count of it.
      num_redelivered: this.#core.since('2.14.5') && consumer.config.max_deliver === 1 ? 0 : consumer.redelivered.size,
      num_waiting: waitingCount(this.#core, consumer),
      num_pending: Math.max(consumer.numPending, 0),
      push_bound: consumer.active,
      paused: consumer.timers.pause >= 0,
    };
  }
  pauseConsumer(stream: string, name: string, until: number | null): Answer<{ readonly paused: boolean }> {
    return this.#consumer(stream, name, (consumer) => {
      consumer.config = { ...consumer.config, pause_until: until };
      watchPause(this.#core, consumer);
      return { paused: consumer.timers.pause >= 0 };
    });
  }
  unpinConsumer(stream: string, name: string, group: string): Answer<{ readonly success: true }> {
    return this.#consumer(stream, name, (consumer) => {
      if (!consumer.config.priority_groups.includes(group)) return errors.invalidPriorityGroup();
      unpin(this.#core, consumer);
      return success;
    });
  }

  /** Servers of the cluster, by number. */
  stopServer(server: number, power = false): void {
    stopServer(this.#core, server, power);
    finish(this.#core);
  }
  startServer(server: number): void {
    startServer(this.#core, server);
    finish(this.#core);
  }
  syncServers(): void {
    syncServers(this.#core);
  }
  get cluster(): ClusterState {
    return this.#core.cluster;
  }
  /** For whoever looks on; not to be changed. */
  stream(name: string): Stream | undefined {
    return this.#core.streams.get(name);
  }
  /** The process ends, and begins again with what lies in its files. */
  restart(): void {
    restart(this.#core);
    finish(this.#core);
  }
  /** Live settings of the server. */
  configure(settings: Partial<Settings>): void {
    this.#core.settings = { ...this.#core.settings, ...settings };
  }
  events(): readonly NatsEvent[] {
    return this.#core.out.splice(0);
  }
  timer(name: string, ref: number): void {
    timer(this.#core, name, ref);
    finish(this.#core);
  }
  save(): unknown {
    return saveCore(this.#core);
  }
  load(state: unknown): void {
    loadCore(this.#core, state);
  }

  #with(name: string, act: (client: Client) => Outcome): Outcome {
    const client = this.#core.clients.get(name);
    return this.#finished(client === undefined ? protocolErrors.connectionClosed() : act(client));
  }
  #on<T>(name: string, act: (stream: Stream) => Answer<T>): Answer<T> {
    const stream = this.#core.streams.get(name);
    if (stream !== undefined && !isLed(this.#core, stream)) return this.#finished(errors.clusterNotAvailable());
    return this.#finished(stream === undefined ? errors.streamNotFound() : act(stream));
  }
  /** What the cluster has to decide on. */
  #decided<T>(name: string, act: (stream: Stream) => Answer<T>): Answer<T> {
    const stream = this.#core.streams.get(name);
    return this.#finished(leaderless(this.#core) ?? (stream === undefined ? errors.streamNotFound() : act(stream)));
  }
  #consumer<T>(name: string, consumer: string, act: (consumer: Consumer, stream: Stream) => Answer<T>): Answer<T> {
    return this.#on(name, (stream) => {
      const one = stream.consumers.get(consumer);
      return one === undefined ? errors.consumerNotFound() : act(one, stream);
    });
  }
  #finished<T>(outcome: T): T {
    finish(this.#core);
    return outcome;
  }
}
const shown = ({ subject, seq, message, size, headers, at }: Stored): GotMessage => ({ subject, seq, message, size, headers, at });
