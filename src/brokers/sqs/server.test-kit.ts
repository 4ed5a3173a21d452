/** SQS by itself, with nothing but virtual time. */
import { utf8Length } from '../../base/utf8.ts';
import { RandomStream } from '../../kernel/random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Attributes, Conduct } from './attributes.ts';

import type { MessageAttributes } from './filter-policy.ts';
import { type Handed, handleText, type Sent, type SqsEvent } from './message.ts';
import { Sqs } from './sqs.ts';

export interface Letter {
  readonly body?: string;
  readonly size?: number;
  readonly group?: string;
  readonly id?: string;
  readonly delay?: number;
  readonly attributes?: MessageAttributes;
}
export const letter = ({ body = 'hello', size, group, id, delay, attributes = {} }: Letter): Sent => ({ message: -1, body, size: size ?? utf8Length(body), attributes, MessageGroupId: group, MessageDeduplicationId: id, DelaySeconds: delay });

export function service() {
  const clock = new VirtualClock();
  const events: SqsEvent[] = [];
  const luck = new RandomStream(1, 'sqs');
  const make = () => new Sqs({ now: () => clock.now(), after: (delay, name, ref) => clock.after(delay, name, ref), tell: (event) => void events.push(event), luck: () => luck.next() });
  let sqs = make();
  clock.attach((name, ref) => sqs.timer(name, ref));
  const bodies = (handed: readonly Handed[] | 'waiting' | { readonly name: string }): string | readonly string[] => (handed === 'waiting' ? handed : 'name' in handed ? handed.name : handed.map(({ body }) => body));
  return {
    get sqs() {
      return sqs;
    },
    events,
    seconds: (s: number) => clock.advance(s * 1e6),
    now: () => clock.now(),
    /** Another service goes on where this one is. */
    reload: () => {
      const saved = JSON.parse(JSON.stringify(sqs.save()));
      sqs = make();
      sqs.load(saved);
    },
    create: (name: string, attributes: Partial<Attributes> = {}, conduct: Partial<Conduct> = {}) => sqs.CreateQueue(name, { ...(name.endsWith('.fifo') ? { FifoQueue: true } : {}), ...attributes }, conduct),
    send: (queue: string, ...letters: Letter[]) => letters.map((one) => sqs.SendMessage(queue, letter(one))),
    receive: (queue: string, asked: Parameters<Sqs['ReceiveMessage']>[2] = { MaxNumberOfMessages: 10 }, client = 'c') => sqs.ReceiveMessage(queue, client, asked),
    /** Bodies of what was received, or the name of the refusal. */
    bodies: (queue: string, asked: Parameters<Sqs['ReceiveMessage']>[2] = { MaxNumberOfMessages: 10 }, client = 'c') => bodies(sqs.ReceiveMessage(queue, client, asked)),
    /** The receipt handle of one message. */
    take: (queue: string, asked: Parameters<Sqs['ReceiveMessage']>[2] = {}): string => {
      const handed = sqs.ReceiveMessage(queue, 'c', asked);
      if (handed === 'waiting' || 'name' in handed || handed[0] === undefined) throw new Error('nothing was received');
      return handleText(handed[0]);
    },
    answers: () => events.flatMap((event) => (event.kind === 'answer' ? [{ client: event.client, bodies: event.handed.map(({ body }) => body) }] : [])),
    counts: (queue: string) => {
      const at = sqs.queue(queue);
      return [at?.visible ?? -1, at?.inFlight ?? -1, at?.delayed ?? -1];
    },
  };
}
