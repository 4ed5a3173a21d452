import { rabbitmqConformance } from '../../../src/brokers/rabbitmq/conformance.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../contract.ts';
import { RabbitClient } from './client.ts';
import { player } from './operations.ts';
import { findMapper, findServer, RabbitNode } from './node.ts';

async function start(): Promise<LiveServer> {
  const node = await RabbitNode.start();
  let hosts = 0;
  try {
    return {
      version: await node.version(),
      async client(example: LiveCase) {
        if (wantsOwn(example)) {
          const own = await RabbitNode.start(example.server);
          await own.version();
          return new RabbitClient(own, '/', true, example);
        }
        const host = `case-${++hosts}`;
        await node.manage('PUT', `vhosts/${host}`);
        return new RabbitClient(node, host, false, example);
      },
      stop: () => node.stop(),
    };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

const CHANGES = new Set(['restart', 'memoryAlarm']);
/** Whether a case must not share its node. */
const wantsOwn = ({ server, setup, steps }: LiveCase): boolean => server !== undefined || [...setup, ...steps].some(({ op }) => CHANGES.has(op));

export const rabbitmq: LiveBroker = {
  model: rabbitmqConformance,
  lanes: 1,
  async missing() {
    if (findServer() === null) return 'There is no rabbitmq-server on this machine (Debian: apt-get install rabbitmq-server), so RabbitMQ was not compared.';
    return findMapper() === null ? 'There is no epmd on this machine, which rabbitmq-server needs, so RabbitMQ was not compared.' : null;
  },
  start,
  player,
};
