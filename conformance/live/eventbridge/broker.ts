import { eventbridgeConformance } from '../../../src/brokers/eventbridge/conformance.ts';
import type { LiveBroker, LiveServer } from '../contract.ts';
import { emulator } from '../emulator.ts';
import { type JavaServer, javaDriver, javaProgram, missingJava } from '../java.ts';
import { Sandbox } from '../sandbox.ts';
import { player } from './operations.ts';

/** Amazon EventBridge runs nowhere but at Amazon; the library that matches its patterns is open. It knows nothing else of the service. */
const EVENT_RULER: JavaServer = { title: 'event-ruler', at: import.meta.url, jar: 'event-ruler' };

async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('event-ruler');
  try {
    const java = await javaProgram(EVENT_RULER, sandbox.folder);
    return await emulator('event-ruler', eventbridgeConformance, javaDriver(java, ['-Xmx128m'], [java.version]), () => sandbox.stop());
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

export const eventbridge: LiveBroker = { model: eventbridgeConformance, lanes: 1, missing: async () => missingJava(EVENT_RULER), start, haste: 0, player };
