import { rabbitmqConformance } from '../../../src/brokers/rabbitmq/conformance.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../contract.ts';
import { RabbitClient } from './client.ts';
import { player } from './operations.ts';
import { findMapper, findServer, RabbitNode } from './node.ts';

type Nodes = ReadonlyMap<string, RabbitNode>;

/** Clusters that cases have asked for, by their servers: started when the first one does. */
class Clusters {
  readonly #known = new Map<string, Nodes>();

  async of(servers: NonNullable<LiveCase['servers']>): Promise<Nodes> {
    const key = JSON.stringify(servers);
    const nodes = this.#known.get(key) ?? (await RabbitNode.startAll(servers));
    this.#known.set(key, nodes);
    for (const node of nodes.values()) if (!node.isRunning) await node.start();
    return nodes;
  }
  async stop(): Promise<void> {
    for (const nodes of this.#known.values()) for (const node of nodes.values()) await node.stop();
  }
}

async function start(): Promise<LiveServer> {
  const node = await RabbitNode.start();
  const clusters = new Clusters();
  let hosts = 0;
  /** A client of nodes that other cases use, too. */
  const guest = async (nodes: Nodes, example: LiveCase) => {
    const host = `case-${++hosts}`;
    const manage = async (method: 'PUT' | 'DELETE') => {
      await [...nodes.values()].find(({ isRunning }) => isRunning)?.manage(method, `vhosts/${host}`);
    };
    await manage('PUT');
    return new RabbitClient(nodes, host, () => manage('DELETE'), example);
  };
  try {
    return {
      version: await node.version(),
      async client(example: LiveCase) {
        if (example.servers !== undefined) return await guest(await clusters.of(example.servers), example);
        if (!wantsOwn(example)) return await guest(new Map([['', node]]), example);
        const own = await RabbitNode.start(example.server);
        return new RabbitClient(new Map([['', own]]), '/', () => own.stop(), example);
      },
      async stop() {
        await clusters.stop();
        await node.stop();
      },
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
