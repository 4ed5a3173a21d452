import { pulsarConformance } from '../../../src/brokers/pulsar/conformance.ts';
import type { JsonObject } from '../../../src/testing/conformance-runner.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../contract.ts';
import { javaDriver, type JavaServer, javaProgram, missingJava } from '../java.ts';
import { Sandbox } from '../sandbox.ts';
import { PulsarClient } from './client.ts';
import { player } from './operations.ts';
import { Standalone } from './standalone.ts';

const APACHE_PULSAR: JavaServer = { title: 'Apache Pulsar', at: import.meta.url, jar: 'pulsar-broker' };

/** Settings that a server is started with: the first operation of a case may say so. */
function settingsOf({ setup }: LiveCase): JsonObject {
  const [first] = setup;
  return first?.op === 'settings' ? (first['config'] as JsonObject) : {};
}

/** A server stays as long as cases want the same settings. */
async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('pulsar-driver');
  let running: { readonly settings: string; readonly server: Standalone } | null = null;
  try {
    const java = await javaProgram(APACHE_PULSAR, sandbox.folder);
    const driver = javaDriver(java, ['-Xmx256m'], []);
    return {
      version: java.version,
      async client(example) {
        const settings = JSON.stringify(settingsOf(example));
        if (running?.settings !== settings) {
          await running?.server.stop();
          running = null;
          running = { settings, server: await Standalone.start(java, settingsOf(example)) };
        }
        return await PulsarClient.open(running.server, driver);
      },
      async stop() {
        driver.stop();
        await running?.server.stop();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

export const pulsar: LiveBroker = { model: pulsarConformance, lanes: 1, missing: async () => missingJava(APACHE_PULSAR), start, player };
