/** What an operator does to a running cluster. */
import type { RabbitBroker } from './broker.ts';
import type { Table } from './events.ts';

const OPERATOR = 'operator';
const CHANNEL = 1;

/** @returns what was done, in words; undefined when this is no action of a RabbitMQ cluster */
export function operate(server: RabbitBroker, action: string, on: string, queue: string | undefined, nodes: readonly string[], parameters: Readonly<Record<string, unknown>>): string | undefined {
  switch (action) {
    case 'purge': {
      if (queue === undefined) return undefined;
      open(server);
      const answer = server.purge(OPERATOR, CHANNEL, queue);
      return answer.refused ? answer.text : `${queue} purged.`;
    }
    case 'redrive':
      return queue === undefined ? undefined : redrive(server, queue, Number(parameters['count'] ?? 1000));
    case 'stop-node':
    case 'start-node':
      if (action === 'stop-node') server.stopNode(on, 'killed');
      else server.startNode(on);
      return `${on} ${action === 'stop-node' ? 'stopped' : 'started'}.`;
    case 'stop-cluster':
    case 'start-cluster': {
      for (const node of nodes) {
        if (action === 'stop-cluster') server.stopNode(node, 'killed');
        else server.startNode(node);
      }
      return `${on} ${action === 'stop-cluster' ? 'stopped' : 'started'}.`;
    }
    case 'memory-alarm':
    case 'memory-alarm-clears':
      server.setMemoryAlarm(action === 'memory-alarm');
      return `The memory alarm ${action === 'memory-alarm' ? 'went off' : 'cleared'}.`;
    case 'disk-alarm':
    case 'disk-alarm-clears':
      server.setDiskFree(action === 'disk-alarm' ? 0 : Number.MAX_SAFE_INTEGER);
      return `The disk alarm ${action === 'disk-alarm' ? 'went off' : 'cleared'}.`;
    default:
      return undefined;
  }
}
function open(server: RabbitBroker): void {
  server.closeConnection(OPERATOR);
  server.connect(OPERATOR);
  server.openChannel(OPERATOR, CHANNEL);
}
/** Back to the queue where each died first, through the default exchange: as the shovel plugin does with one queue. */
function redrive(server: RabbitBroker, queue: string, count: number): string {
  open(server);
  let moved = 0;
  const most = Math.min(count, server.queueCounts(queue)?.ready ?? 0);
  for (; moved < most; moved++) {
    const got = server.basicGet(OPERATOR, CHANNEL, { queue, noAck: false });
    if (got.refused || got.empty) break;
    const home = got.headers['x-first-death-queue'];
    if (typeof home === 'string') server.publish(OPERATOR, CHANNEL, { exchange: '', routingKey: home, message: got.message, headers: withoutDeaths(got.headers) });
    if (typeof home === 'string') server.basicAck(OPERATOR, CHANNEL, { deliveryTag: got.deliveryTag });
    else server.basicNack(OPERATOR, CHANNEL, { deliveryTag: got.deliveryTag, requeue: true });
  }
  return `${moved} messages sent back from ${queue}.`;
}
function withoutDeaths(headers: Table): Table {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-death') && !name.startsWith('x-first-death') && !name.startsWith('x-last-death')));
}
