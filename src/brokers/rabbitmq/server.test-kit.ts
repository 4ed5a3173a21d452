import type { RabbitOptions } from './api.ts';
import { RabbitBroker } from './broker.ts';
import type { PublishArgs, RabbitEvent, Table } from './events.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** A server with one connection and channel open, for tests. */
export function server(options: Partial<RabbitOptions> = {}) {
  const clock = new VirtualClock();
  const broker = new RabbitBroker(clock, { version: '4.0.5', ...options });
  clock.attach((name, ref) => broker.timer(name, ref));
  let refs = 0;
  const open = (connection: string, channel = 1, node?: string) => {
    broker.connect(connection, node === undefined ? {} : { node });
    broker.openChannel(connection, channel);
    broker.confirmSelect(connection, channel);
  };
  open('a');
  return {
    clock,
    broker,
    open,
    ms: (ms: number) => clock.advance(ms * 1000),
    queue: (queue: string, args: Table = {}, rest: { durable?: boolean; exclusive?: boolean; autoDelete?: boolean; connection?: string } = {}) => broker.queueDeclare(rest.connection ?? 'a', 1, { queue, arguments: args, ...rest }),
    send: (routingKey: string, more: Partial<PublishArgs> & { connection?: string } = {}) => {
      const { connection = 'a', ...args } = more;
      return broker.publish(connection, 1, { exchange: '', routingKey, message: refs++, size: 10, ...args });
    },
    consume: (queue: string, consumerTag: string, more: { prefetch?: number; noAck?: boolean; connection?: string; arguments?: Table } = {}) => {
      const { connection = 'a', prefetch = 0, ...rest } = more;
      broker.basicQos(connection, 1, { prefetchCount: prefetch });
      return broker.basicConsume(connection, 1, { queue, consumerTag, ...rest });
    },
    /** Takes what happened since the last look. */
    events(): RabbitEvent[] {
      return broker.out.splice(0);
    },
  };
}

type Kind = RabbitEvent['kind'];
type Of<K extends Kind, E = RabbitEvent> = E extends { readonly kind: infer Own } ? (K extends Own ? E : never) : never;
export function only<K extends Kind>(events: readonly RabbitEvent[], kind: K): Of<K>[] {
  return events.filter((event) => event.kind === kind) as Of<K>[];
}
export const messages = (events: readonly RabbitEvent[], consumer: string) => only(events, 'deliver').flatMap((one) => (one.consumer === consumer ? [one.message] : []));
