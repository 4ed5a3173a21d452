/**
 * Amazon SQS as a state machine with its own verbs, instantaneous in virtual time.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
import type { BrokerHost, Refusal } from '../contract.ts';
import { type Attributes, type Conduct, DEFAULTS, POLITE, refusedAttributes } from './attributes.ts';
import { errors } from './errors.ts';
import { type Handed, handleText, type Item, parseHandle, type Receipt, type Sent, SECOND, type SqsEvent } from './message.ts';
import { MoveTasks, type MoveTasksState } from './move-tasks.ts';
import { Queue, type QueueHost, type QueueState } from './queue.ts';
import { refusedBatch, refusedMessage } from './sending.ts';

export interface SqsHost extends BrokerHost {
  tell(event: SqsEvent): void;
  /** Uniform on [0, 1). */
  luck(purpose: string): number;
}
export interface SendResult {
  readonly messageId: number;
  /** It had been sent before: it is accepted and goes nowhere. */
  readonly duplicate: boolean;
}
export interface SqsState {
  readonly queues: readonly QueueState[];
  readonly deleted: readonly (readonly [name: string, at: number])[];
  readonly tasks: MoveTasksState;
  readonly nextId: number;
  readonly nextQueue: number;
  readonly nextPoll: number;
}
/** A purged or deleted queue keeps its operator waiting for so long, µs. */
export const MINUTE = 60_000_000;
const HALF_A_DAY = 43_200;
/** A request is charged for each part of its payload of so many bytes. https://aws.amazon.com/sqs/pricing/ */
const CHARGED_PART = 65_536;

export class Sqs {
  private queues = new Map<string, Queue>();
  private deleted = new Map<string, number>();
  private nextId = 0;
  private nextQueue = 0;
  private nextPoll = 0;
  private readonly host: SqsHost;
  private readonly queueHost: QueueHost;
  private readonly tasks: MoveTasks;

  constructor(host: SqsHost) {
    this.host = host;
    this.queueHost = {
      now: () => host.now(),
      after: (delay, name, ref) => host.after(delay, name, ref),
      tell: (event) => host.tell(event),
      luck: (purpose) => host.luck(purpose),
      next: () => this.nextId++,
      bury: (queue, item) => this.bury(queue, item),
    };
    this.tasks = new MoveTasks(
      host,
      (name) => this.queues.get(name),
      (from, item, to) => this.move(from, item, to, 'redrive'),
    );
  }
  queue(name: string): Queue | undefined {
    return this.queues.get(name);
  }
  all(): IterableIterator<Queue> {
    return this.queues.values();
  }
  // Queues -------------------------------------------------------------------
  CreateQueue(name: string, given: Partial<Attributes> = {}, conduct: Partial<Conduct> = {}): 'created' | Refusal {
    const attributes = { ...DEFAULTS, ...given };
    if (name.length > 80 || attributes.FifoQueue !== name.endsWith('.fifo')) return errors.queueName();
    const refused = refusedAttributes(attributes, attributes.FifoQueue, Object.keys(given)) ?? this.refusedRedrive(name, attributes);
    if (refused !== undefined) return refused;
    const known = this.queues.get(name);
    if (known !== undefined) {
      const other = Object.keys(given).find((one) => JSON.stringify(given[one as keyof Attributes]) !== JSON.stringify(known.attributes[one as keyof Attributes]));
      return other === undefined ? 'created' : errors.nameExists(other);
    }
    if (this.host.now() - (this.deleted.get(name) ?? -MINUTE) < MINUTE) return errors.deletedRecently();
    this.queues.set(name, new Queue(this.queueHost, name, this.nextQueue++, attributes, { ...POLITE, ...conduct }));
    return 'created';
  }
  SetQueueAttributes(name: string, given: Partial<Attributes>, conduct: Partial<Conduct> = {}): 'set' | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const attributes = { ...queue.attributes, ...given };
    if (attributes.FifoQueue !== queue.isFifo) return errors.attributeName('FifoQueue');
    const refused = refusedAttributes(attributes, queue.isFifo, Object.keys(given)) ?? this.refusedRedrive(name, attributes);
    if (refused !== undefined) return refused;
    queue.setAttributes(attributes, { ...queue.conduct, ...conduct });
    return 'set';
  }
  DeleteQueue(name: string): 'deleted' | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    for (const { ref } of queue.waitingPolls()) queue.stopWaiting(ref);
    queue.clear('queue_deleted');
    this.queues.delete(name);
    this.deleted.set(name, this.host.now());
    return 'deleted';
  }
  PurgeQueue(name: string): 'purging' | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const now = this.host.now();
    if (queue.purgedAt >= 0 && now - queue.purgedAt < MINUTE) return errors.purging(name);
    queue.purgedAt = now;
    this.charge(queue);
    if (queue.conduct.purgeTakes === 0) queue.clear('purged');
    else this.host.after(queue.conduct.purgeTakes, 'purge', queue.number);
    return 'purging';
  }
  // Messages -----------------------------------------------------------------
  SendMessage(name: string, sent: Sent): SendResult | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    this.charge(queue, sent.size);
    return refusedMessage(queue, sent) ?? this.throttled(queue, 'SendMessage', [sent.MessageGroupId ?? '']) ?? this.accept(queue, sent);
  }
  /** One call for up to ten messages, which fare each on their own. */
  SendMessageBatch(name: string, entries: readonly { readonly Id: string; readonly sent: Sent }[]): readonly (SendResult | Refusal)[] | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const total = entries.reduce((sum, { sent }) => sum + sent.size, 0);
    const refused = refusedBatch(entries.map(({ Id }) => Id)) ?? (total > DEFAULTS.MaximumMessageSize ? errors.batchTooLong(DEFAULTS.MaximumMessageSize, total) : undefined);
    if (refused !== undefined) return refused;
    this.charge(queue, total);
    const groups = [...new Set(entries.map(({ sent }) => sent.MessageGroupId ?? ''))];
    return this.throttled(queue, 'SendMessage', groups) ?? queue.together(() => entries.map(({ sent }) => refusedMessage(queue, sent) ?? this.accept(queue, sent)));
  }
  /** @returns what there is; 'waiting' when the answer is an event that follows */
  ReceiveMessage(name: string, client: string, asked: { readonly MaxNumberOfMessages?: number | undefined; readonly WaitTimeSeconds?: number | undefined; readonly VisibilityTimeout?: number | undefined } = {}): readonly Handed[] | 'waiting' | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const { MaxNumberOfMessages: most = 1, WaitTimeSeconds: wait = queue.attributes.ReceiveMessageWaitTimeSeconds, VisibilityTimeout: visibility = queue.attributes.VisibilityTimeout } = asked;
    if (most < 1 || most > 10) return errors.readCount(most);
    if (wait < 0 || wait > 20) return errors.waitTime(wait);
    if (visibility < 0 || visibility > HALF_A_DAY) return errors.visibility(visibility);
    this.charge(queue);
    const throttled = queue.attributes.FifoThroughputLimit === 'perQueue' ? this.throttled(queue, 'ReceiveMessage', ['']) : undefined;
    if (throttled !== undefined) return throttled;
    if (!queue.isFifo && wait === 0 && queue.inFlight >= queue.conduct.inFlight) return errors.overLimit();
    const handed = queue.receive(client, most, visibility, wait === 0 ? queue.sample() : null);
    if (handed.length > 0 || wait === 0) {
      if (handed.length === 0) queue.calls.emptyReceives++;
      return handed;
    }
    queue.wait({ ref: this.nextPoll++, client, most, visibility }, wait);
    return 'waiting';
  }
  DeleteMessage(name: string, handle: string): 'deleted' | Refusal {
    const found = this.find(name, handle);
    if ('refused' in found) return found;
    const { queue, receipt, item } = found;
    this.charge(queue);
    const throttled = this.throttled(queue, 'DeleteMessage', [item?.group ?? '']);
    if (throttled !== undefined) return throttled;
    return this.forget(queue, item, receipt);
  }
  /** One call for up to ten receipt handles. */
  DeleteMessageBatch(name: string, handles: readonly string[]): readonly ('deleted' | Refusal)[] | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const refused = refusedBatch(handles.map((_, i) => String(i)));
    if (refused !== undefined) return refused;
    this.charge(queue);
    const found = handles.map((handle) => this.find(name, handle));
    const groups = [...new Set(found.flatMap((one) => ('refused' in one ? [] : [one.item?.group ?? ''])))];
    const throttled = this.throttled(queue, 'DeleteMessage', groups);
    return throttled ?? found.map((one) => ('refused' in one ? one : this.forget(queue, one.item, one.receipt)));
  }
  ChangeMessageVisibility(name: string, handle: string, seconds: number): 'changed' | Refusal {
    const found = this.find(name, handle);
    if ('refused' in found) return found;
    const { queue, receipt, item } = found;
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > HALF_A_DAY) return errors.visibility(seconds);
    this.charge(queue);
    const now = this.host.now();
    if (item === undefined || item.state !== 'in flight') return errors.notInFlight(handle);
    if (item.receives !== receipt.receive) return errors.handle();
    if (now + seconds * SECOND > item.receivedAt + HALF_A_DAY * SECOND) return errors.visibilityTotal(seconds);
    item.until = now + seconds * SECOND;
    if (seconds === 0) queue.comeBack(item, 'changed');
    else this.host.after(seconds * SECOND, 'visible', item.id);
    return 'changed';
  }
  /** A client is gone: nobody waits for the answers to its receives. */
  hangUp(name: string, session: string): void {
    this.queues.get(name)?.stopWaitingOf(session);
  }
  // Dead letters -------------------------------------------------------------
  StartMessageMoveTask(source: string, asked: { readonly DestinationArn?: string | undefined; readonly MaxNumberOfMessagesPerSecond?: number | undefined } = {}): 'started' | Refusal {
    const queue = this.queues.get(source);
    if (queue === undefined) return errors.noQueue();
    if (![...this.queues.values()].some((one) => one.attributes.RedrivePolicy?.deadLetterTargetArn === source)) return errors.notADeadLetterQueue();
    const { DestinationArn: to, MaxNumberOfMessagesPerSecond: rate } = asked;
    if (to !== undefined && !this.queues.has(to)) return errors.noQueue();
    if (rate !== undefined && (!Number.isInteger(rate) || rate < 1 || rate > 500)) return errors.moveRate(rate);
    return this.tasks.start(queue, to, rate);
  }
  CancelMessageMoveTask(source: string): 'cancelled' | Refusal {
    return this.tasks.cancel(source) ? 'cancelled' : errors.noMoveTask();
  }
  isMoving(source: string): boolean {
    return this.tasks.isRunning(source);
  }
  // Time ---------------------------------------------------------------------
  timer(name: string, ref: number): void {
    if (name === 'visible') {
      for (const queue of this.queues.values()) {
        const item = queue.item(ref);
        if (item !== undefined) return queue.due(item);
      }
      return;
    }
    if (name === 'poll') {
      for (const queue of this.queues.values()) {
        const poll = queue.stopWaiting(ref);
        if (poll === undefined) continue;
        queue.calls.emptyReceives++;
        return this.host.tell({ kind: 'answer', client: poll.client, handed: [] });
      }
      return;
    }
    if (name === 'move') return this.tasks.step(ref);
    for (const queue of this.queues.values()) {
      if (queue.number !== ref) continue;
      if (name === 'retention') queue.expire();
      else if (name === 'purge') queue.clear('purged');
      return;
    }
  }
  save(): SqsState {
    return { queues: [...this.queues.values()].map((queue) => queue.save()), deleted: [...this.deleted], tasks: this.tasks.save(), nextId: this.nextId, nextQueue: this.nextQueue, nextPoll: this.nextPoll };
  }
  load(state: SqsState): void {
    this.queues = new Map(
      state.queues.map((saved) => {
        const queue = new Queue(this.queueHost, saved.name, saved.number, saved.attributes, saved.conduct);
        queue.load(saved);
        return [saved.name, queue];
      }),
    );
    this.deleted = new Map(state.deleted);
    this.tasks.load(state.tasks);
    this.nextId = state.nextId;
    this.nextQueue = state.nextQueue;
    this.nextPoll = state.nextPoll;
  }

  private charge(queue: Queue, bytes = 0): void {
    queue.calls.requests += Math.max(1, Math.ceil(bytes / CHARGED_PART));
  }
  /** FIFO queues have a quota per second and action: of the queue, or of each group. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
  private throttled(queue: Queue, action: string, groups: readonly string[]): Refusal | undefined {
    if (!queue.isFifo) return undefined;
    const names = queue.attributes.FifoThroughputLimit === 'perMessageGroupId' ? groups.map((group) => `${action} ${group}`) : [action];
    return names.every((name) => queue.quota.take(name, queue.conduct.calls, this.host.now())) ? undefined : errors.throttled();
  }
  private accept(queue: Queue, sent: Sent): SendResult {
    const now = this.host.now();
    if (queue.isFifo) {
      const key = deduplicationKey(queue.attributes, sent);
      const known = queue.deduplication.find(key, now);
      if (known !== undefined) return { messageId: known, duplicate: true };
      const item = queue.add(sent, 'sent', -1);
      queue.deduplication.remember(key, item.messageId, now);
      queue.calls.sent++;
      return { messageId: item.messageId, duplicate: false };
    }
    queue.calls.sent++;
    return { messageId: queue.add(sent, 'sent', -1).messageId, duplicate: false };
  }
  private find(name: string, handle: string): { readonly queue: Queue; readonly receipt: Receipt; readonly item: Item | undefined } | Refusal {
    const queue = this.queues.get(name);
    if (queue === undefined) return errors.noQueue();
    const receipt = parseHandle(handle);
    if (receipt === undefined) return errors.handle();
    return { queue, receipt, item: queue.item(receipt.id) };
  }
  private forget(queue: Queue, item: Item | undefined, receipt: Receipt): 'deleted' | Refusal {
    // What is gone already, and on a standard queue also an old handle: the call succeeds and deletes nothing.
    if (item === undefined) return 'deleted';
    const isCurrent = item.receives === receipt.receive;
    if (queue.isFifo && (!isCurrent || item.state !== 'in flight')) return errors.handleExpired(handleText(receipt));
    if (!isCurrent) return 'deleted';
    const { duplicates } = queue.conduct;
    const missed = !queue.isFifo && duplicates > 0 && this.host.luck('duplicates') < duplicates;
    this.host.tell({ kind: 'deleted', queue: queue.name, id: item.id });
    queue.remove(item);
    queue.calls.deleted++;
    if (missed) queue.again(item, item.until);
    queue.goOn(item.group);
    return 'deleted';
  }
  private refusedRedrive(name: string, { FifoQueue, RedrivePolicy }: Attributes): Refusal | undefined {
    if (RedrivePolicy === null) return undefined;
    const policy = JSON.stringify(RedrivePolicy);
    const target = this.queues.get(RedrivePolicy.deadLetterTargetArn);
    if (target === undefined) return errors.noDeadLetterQueue(policy);
    if (target.isFifo !== FifoQueue) return errors.deadLetterKind(policy);
    const { redrivePermission, sourceQueueArns } = target.attributes.RedriveAllowPolicy;
    if (redrivePermission === 'allowAll' || (redrivePermission === 'byQueue' && sourceQueueArns.includes(name))) return undefined;
    return errors.redriveDenied(policy);
  }
  private bury(queue: Queue, item: Item): boolean {
    const target = this.queues.get(queue.attributes.RedrivePolicy?.deadLetterTargetArn ?? '');
    if (target === undefined) return false;
    this.move(queue, item, target, 'max_receive_count');
    return true;
  }
  /** To a dead-letter queue a standard message goes with the age it has; a FIFO message, and whatever is redriven, starts anew. */
  private move(from: Queue, item: Item, to: Queue, why: 'max_receive_count' | 'redrive'): void {
    this.host.tell({ kind: 'moved', queue: from.name, id: item.id, to: to.name, why });
    from.remove(item);
    const { message, body, size, attributes, group } = item;
    const sent: Sent = { message, body, size, attributes, ...(group === '' ? {} : { MessageGroupId: group }) };
    const buried = why === 'max_receive_count';
    to.add(sent, buried ? 'dead-lettered' : 'redriven', item.id, { ...(buried ? { from: from.name, messageId: item.messageId } : {}), ...(buried && !from.isFifo ? { sentAt: item.sentAt } : {}) });
  }
}
/** Without an id of its own a message is known by its body. */
function deduplicationKey({ DeduplicationScope }: Attributes, { MessageDeduplicationId, MessageGroupId, body }: Sent): string {
  const id = MessageDeduplicationId === undefined ? `body ${body}` : `id ${MessageDeduplicationId}`;
  return DeduplicationScope === 'messageGroup' ? `${(MessageGroupId ?? '').length} ${MessageGroupId ?? ''} ${id}` : id;
}
