import type { ConsumerArgs, StreamArgs } from './config.ts';
import type { NatsOptions } from './core.ts';
import type { Handed, Headers, NatsEvent, PubAck } from './events.ts';
import type { PullArgs } from './pull-args.ts';
import { NatsServer } from './server.ts';
import { VirtualClock } from '../virtual-clock.ts';

export const seconds = (n: number) => n * 1_000_000_000;
export const millis = (n: number) => n * 1_000_000;

/** A server with one connection, for tests. Everything a client was sent is kept in the order of arrival. */
export function server(options: Partial<NatsOptions> = {}) {
  const clock = new VirtualClock();
  const nats = new NatsServer(clock, { version: '2.10.27', ...options });
  clock.attach((name, ref) => nats.timer(name, ref));
  const kept: NatsEvent[] = [];
  let next = 1;
  const take = () => {
    kept.push(...nats.events());
    return kept;
  };
  nats.connect('a', { no_responders: true });
  const subscribe = (subject: string, queue = '', client = 'a') => {
    const sid = next++;
    nats.subscribe(client, { sid, subject, queue });
    return sid;
  };
  const got = (sid: number): Handed[] => take().filter((one) => one.kind === 'message' && one.sid === sid) as Handed[];
  const words = (one: Handed) => (one.status === null ? String(one.message) : `${one.status} ${one.description}`.trim());
  return {
    clock,
    nats,
    ms: (ms: number) => clock.advance(ms * 1000),
    subscribe,
    got,
    /** Messages by number and status lines, as they came. */
    heard: (sid: number): string[] => got(sid).map(words),
    events: <K extends NatsEvent['kind']>(kind: K) => take().filter((one): one is Extract<NatsEvent, { kind: K }> => one.kind === kind),
    publish: (subject: string, more: { message?: number; size?: number; reply?: string; headers?: Headers; client?: string } = {}) => {
      const { client = 'a', message = next++, size = 10, ...rest } = more;
      return nats.publish(client, { subject, message, size, ...rest });
    },
    /** Publishes as JetStream clients do and returns what the stream says; null without an answer. */
    store(subject: string, message: number, headers: Headers = {}, size = 10): PubAck | null {
      const reply = `_INBOX.${next}`;
      const sid = subscribe(reply);
      nats.publish('a', { subject, message, size, headers, reply });
      const [answer] = got(sid);
      nats.unsubscribe('a', sid);
      return answer?.ack ?? null;
    },
    stream: (config: Partial<StreamArgs> = {}) => nats.createStream({ name: 'S', subjects: ['s.>'], storage: 'memory', ...config }),
    consumer: (config: ConsumerArgs = {}) => nats.createConsumer('S', { durable_name: 'c', ack_policy: 'explicit', ...config }),
    /** @returns the inbox's subscription */
    pull(args: PullArgs = {}, consumer = 'c'): number {
      const inbox = `_INBOX.${next}`;
      const sid = subscribe(inbox);
      nats.pull('a', 'S', consumer, inbox, { no_wait: args.expires === undefined, ...args });
      return sid;
    },
    /** Says something of the newest delivery of a message. */
    say(message: number, how: 'ack' | 'nak' | 'term' | 'progress', more: { delay?: number; reply?: string } = {}) {
      const found = take().findLast((one) => one.kind === 'message' && one.message === message && one.info !== null);
      if (found?.kind !== 'message') throw new Error(`message ${message} was not delivered`);
      return nats.ack('a', { subject: found.reply, how, ...more });
    },
    info(consumer = 'c') {
      const info = nats.consumerInfo('S', consumer);
      if ('refused' in info) throw new Error(info.text);
      return info;
    },
    state(stream = 'S') {
      const info = nats.streamInfo(stream, '>');
      if ('refused' in info) throw new Error(info.text);
      return info;
    },
    /** The messages that a stream still has. */
    kept(stream = 'S'): number[] {
      const { first_seq, last_seq } = this.state(stream);
      const seqs = Array.from({ length: Math.max(last_seq - first_seq + 1, 0) }, (_, i) => first_seq + i);
      return seqs.flatMap((seq) => {
        const message = seq === 0 ? null : nats.getMessage(stream, { seq });
        return message === null || 'refused' in message ? [] : [message.message];
      });
    },
  };
}
