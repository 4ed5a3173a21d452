import type { StreamArgs } from './config.ts';
import type { NatsOptions } from './core.ts';
import { server } from './server.test-kit.ts';

/** Three servers, all of which draw the shortest election timeout of 4 s, and the stream S on all three. */
export function cluster(config: Partial<StreamArgs> = {}, options: Partial<NatsOptions> = {}) {
  const s = server({ servers: 3, pick: () => 0, ...options });
  s.stream({ num_replicas: 3, storage: 'file', ...config });
  const inbox = s.subscribe('acks.*');
  let heard = 0;
  const all = (act: (number: number) => void) => (numbers: readonly number[]) => numbers.forEach(act);
  return {
    ...s,
    /** Publishes and asks for an answer. */
    say: (message: number, id = '') => s.publish('s.a', { message, reply: `acks.${message}`, ...(id === '' ? {} : { headers: { 'Nats-Msg-Id': id } }) }),
    /** Answers since the last look: "1:5" for message and sequence, or a code. */
    answers(): string[] {
      const found = s.got(inbox).slice(heard);
      heard += found.length;
      return found.map(({ subject, ack, status }) => `${subject.slice('acks.'.length)}:${status ?? ack?.error?.err_code ?? ack?.seq}${ack?.duplicate === true ? ' again' : ''}`);
    },
    /** Number of the server that leads the stream, or -1. */
    leader: (): number | undefined => s.nats.cluster.groups.get(0)?.leader,
    stop: (...numbers: number[]) => all((n) => s.nats.stopServer(n))(numbers),
    /** Power loss. */
    cut: (...numbers: number[]) => all((n) => s.nats.stopServer(n, true))(numbers),
    start: (...numbers: number[]) => all((n) => s.nats.startServer(n))(numbers),
  };
}
