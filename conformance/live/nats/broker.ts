import { jetstreamConformance, natsConformance } from '../../../src/brokers/nats/conformance.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../contract.ts';
import { freePort, programAt, Sandbox } from '../sandbox.ts';
import { NatsClient } from './client.ts';
import { NatsConnection } from './connection.ts';
import { deleteEverything } from './jetstream.ts';
import { corePlayer, streamPlayer } from './operations.ts';

const find = () => programAt('nats-server', 'NATS_SERVER');

async function start(jetstream: boolean): Promise<LiveServer> {
  const sandbox = new Sandbox('nats');
  try {
    const port = await freePort();
    await sandbox.start(find() ?? 'nats-server', ['-a', '127.0.0.1', '-p', String(port), ...(jetstream ? ['-js', '-sd', sandbox.folder] : [])], port, 10_000);
    const ignore = () => undefined;
    const admin = await NatsConnection.open(port, {}, ignore, ignore);
    return {
      version: admin.version,
      async client(example: LiveCase) {
        if (jetstream) await deleteEverything(admin);
        return new NatsClient(port, example);
      },
      async stop() {
        admin.close();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}
const missing = (what: string) => async () => (find() === null ? `There is no nats-server on this machine (Debian: apt-get install nats-server), so ${what} was not compared.` : null);

export const nats: LiveBroker = { model: natsConformance, lanes: 4, missing: missing('NATS'), start: () => start(false), player: corePlayer };
export const jetstream: LiveBroker = { model: jetstreamConformance, lanes: 6, missing: missing('JetStream'), start: () => start(true), player: streamPlayer };
