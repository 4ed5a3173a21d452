import { jetstreamConformance, natsConformance } from '../../../src/brokers/nats/conformance.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { LiveBroker, LiveCase, LiveServer, Player } from '../contract.ts';
import { NatsClient } from './client.ts';
import { NatsConnection } from './connection.ts';
import { configuringPlayer } from './configuring.ts';
import { deleteEverything } from './jetstream.ts';
import { timedPlayer } from './timed.ts';
import { findServer, NatsNode, wanted } from './node.ts';
import { corePlayer, streamPlayer } from './operations.ts';

/** By what they are about. */
const PLAYERS: Readonly<Record<string, (dice: Dice) => Player>> = { configuring: configuringPlayer, timed: timedPlayer };
const alone = (node: NatsNode): ReadonlyMap<string, NatsNode> => new Map([['', node]]);

async function start(common: { readonly jetstream?: true }): Promise<LiveServer> {
  const node = await NatsNode.start(common);
  try {
    const ignore = () => undefined;
    const admin = await NatsConnection.open(node.port, {}, ignore, ignore);
    return {
      version: admin.version,
      async client(example: LiveCase) {
        if (example.servers !== undefined) return new NatsClient(await NatsNode.startAll(common, example.servers), true, example);
        const own = wanted(example);
        if (own !== null) return new NatsClient(alone(await NatsNode.start({ ...common, ...own })), true, example);
        if (common.jetstream) await deleteEverything(admin);
        return new NatsClient(alone(node), false, example);
      },
      async stop() {
        admin.close();
        await node.stop();
      },
    };
  } catch (error) {
    await node.stop();
    throw error;
  }
}
const missing = (what: string) => async () => (findServer() === null ? `There is no nats-server on this machine (Debian: apt-get install nats-server), so ${what} was not compared.` : null);

export const nats: LiveBroker = { model: natsConformance, lanes: 4, missing: missing('NATS'), start: () => start({}), player: corePlayer };
export const jetstream: LiveBroker = { model: jetstreamConformance, lanes: 6, haste: 12, missing: missing('JetStream'), start: () => start({ jetstream: true }), player: (dice, about) => (PLAYERS[about ?? ''] ?? streamPlayer)(dice) };
