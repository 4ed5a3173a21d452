/** Replays documented cases of SQS (conformance/FORMAT.md) against the model. */
import { isList, isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { utf8Length } from '../../base/utf8.ts';
import type { Refusal } from '../contract.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Attributes } from './attributes.ts';
import type { MessageAttributes } from './filter-policy.ts';
import { type Handed, handleText, type Sent } from './message.ts';
import { Sqs } from './sqs.ts';

interface Operation {
  readonly op: string;
  readonly [argument: string]: Json;
}
interface Example {
  readonly record?: readonly string[];
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
type Shown = Record<string, Json>;

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const failed = (result: unknown): result is Refusal => typeof result === 'object' && result !== null && 'refused' in result;
const shownError = ({ name }: Refusal): Json => ({ error: name });

export class SqsAdapter {
  readonly #clock = new VirtualClock();
  #sqs: Sqs;
  /** Receipt handles by queue and body, oldest first. */
  readonly #handles = new Map<string, string[]>();
  readonly #unblocked: Shown = {};
  readonly #recordsCounts: boolean;
  constructor(recordsCounts: boolean) {
    this.#recordsCounts = recordsCounts;
    this.#sqs = this.#service();
    this.#clock.attach((name, ref) => this.#sqs.timer(name, ref));
  }
  /** Puts a fresh service in the place of this one: nothing may change. */
  reload(): void {
    const saved = JSON.parse(JSON.stringify(this.#sqs.save()));
    this.#sqs = this.#service();
    this.#sqs.load(saved);
  }
  run(operation: Operation): Shown | null {
    this.#clock.advance(0);
    const result = this.#do(operation);
    this.#clock.advance(0);
    const seen: Shown = { ...(result === undefined ? {} : { result }) };
    if (Object.keys(this.#unblocked).length > 0) seen['unblocked'] = { ...this.#unblocked };
    for (const name of Object.keys(this.#unblocked)) delete this.#unblocked[name];
    return Object.keys(seen).length === 0 ? null : seen;
  }
  #service(): Sqs {
    return new Sqs({
      now: () => this.#clock.now(),
      after: (delay, name, ref) => this.#clock.after(delay, name, ref),
      luck: () => 0.5,
      tell: (event) => {
        if (event.kind === 'answer') this.#unblocked[event.client.split(' ')[0] ?? ''] = this.#received(event.client.split(' ')[1] ?? '', event.handed);
      },
    });
  }
  #do(operation: Operation): Json | undefined {
    const queue = text(operation['queue']) ?? '';
    const plain = (result: string | Refusal): Json | undefined => (failed(result) ? shownError(result) : undefined);
    switch (operation.op) {
      case 'advance':
        this.#clock.advance(Number(operation['ms']) * 1000);
        return undefined;
      case 'queue':
        return plain(this.#sqs.CreateQueue(queue, attributesOf(operation)));
      case 'setAttributes':
        return plain(this.#sqs.SetQueueAttributes(queue, attributesOf(operation)));
      case 'deleteQueue':
        return plain(this.#sqs.DeleteQueue(queue));
      case 'purge':
        return plain(this.#sqs.PurgeQueue(queue));
      case 'move':
        return plain(this.#sqs.StartMessageMoveTask(queue, { DestinationArn: text(operation['to']), MaxNumberOfMessagesPerSecond: number(operation['rate']) }));
      case 'send': {
        const result = this.#sqs.SendMessage(queue, letterOf(operation));
        return failed(result) ? shownError(result) : undefined;
      }
      case 'sendBatch': {
        const entries = isList(operation['entries']) ? operation['entries'].filter(isObject) : [];
        const results = this.#sqs.SendMessageBatch(
          queue,
          entries.map((entry) => ({ Id: String(entry['entry']), sent: letterOf(entry) })),
        );
        if ('refused' in results) return shownError(results);
        return { failed: results.flatMap((result, i) => (failed(result) ? [{ entry: String(entries[i]?.['entry']), error: result.name }] : [])) };
      }
      case 'receive': {
        const as = text(operation['as']) ?? 'reader';
        const result = this.#sqs.ReceiveMessage(queue, `${as} ${queue}`, { MaxNumberOfMessages: number(operation['max']) ?? 10, WaitTimeSeconds: number(operation['wait']) ?? 0, VisibilityTimeout: number(operation['visibility']) });
        if (result === 'waiting') return undefined;
        return failed(result) ? shownError(result) : this.#received(queue, result);
      }
      case 'delete':
        return plain(this.#sqs.DeleteMessage(queue, this.#handle(queue, operation)));
      case 'changeVisibility':
        return plain(this.#sqs.ChangeMessageVisibility(queue, this.#handle(queue, operation), Number(operation['seconds'])));
      case 'counts': {
        const at = this.#sqs.queue(queue);
        return { visible: at?.visible ?? 0, inFlight: at?.inFlight ?? 0, delayed: at?.delayed ?? 0 };
      }
      default:
        throw new Error(`${operation.op} is not modelled`);
    }
  }
  #received(queue: string, handed: readonly Handed[]): Json {
    return {
      messages: handed.map((one): Json => {
        const key = `${queue} ${one.body}`;
        this.#handles.set(key, [...(this.#handles.get(key) ?? []), handleText(one)]);
        return this.#recordsCounts ? { body: one.body, receiveCount: one.receive } : one.body;
      }),
    };
  }
  /** Of the newest receive of a message, or of the nth. */
  #handle(queue: string, { message, receive }: Operation): string {
    const all = this.#handles.get(`${queue} ${String(message)}`) ?? [];
    return (typeof receive === 'number' ? all[receive - 1] : all.at(-1)) ?? 'none';
  }
}
function letterOf(given: JsonObject): Sent {
  const body = text(given['body']) ?? 'x'.repeat(Number(given['size'] ?? 1));
  return { message: -1, body, size: utf8Length(body), attributes: (isObject(given['attributes']) ? given['attributes'] : {}) as unknown as MessageAttributes, MessageGroupId: text(given['group']), MessageDeduplicationId: text(given['id']), DelaySeconds: number(given['delay']) };
}
function attributesOf({ queue, attributes }: Operation): Partial<Attributes> {
  return { ...(String(queue).endsWith('.fifo') ? { FifoQueue: true } : {}), ...(isObject(attributes) ? attributes : {}) } as Partial<Attributes>;
}
const OPERATIONS = new Set(['advance', 'queue', 'setAttributes', 'deleteQueue', 'purge', 'move', 'send', 'sendBatch', 'receive', 'delete', 'changeVisibility', 'counts']);

/** The room's entry for the conformance runner: the API version is what AWS calls a version. */
export const sqsConformance = {
  broker: 'sqs',
  version: '2012-11-05',
  cannot(example: Example): string | null {
    const unknown = [...example.setup, ...example.steps].find(({ op }) => !OPERATIONS.has(op));
    return unknown === undefined ? null : `${unknown.op} is not modelled`;
  },
  adapter: (example: Example) => new SqsAdapter(example.record?.includes('receiveCount') === true),
};
