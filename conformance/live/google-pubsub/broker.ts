import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { googlePubsubConformance } from '../../../src/brokers/google-pubsub/conformance.ts';
import { type LiveBroker, type LiveServer, Unavailable } from '../contract.ts';
import { Driver } from '../driver.ts';
import { emulator } from '../emulator.ts';
import { output, programAt, Sandbox } from '../sandbox.ts';

/** Google Cloud Pub/Sub runs nowhere but at Google: pstest stands in for it, the fake of Google's client library for Go. */

const SOURCES = fileURLToPath(new URL('emulator', import.meta.url));
const go = () => programAt('go', 'GO', ['/usr/local/go/bin']);

async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('google-pubsub');
  const program = join(sandbox.folder, 'emulator');
  try {
    await output(go() ?? 'go', ['build', '-o', program, '.'], SOURCES);
  } catch {
    await sandbox.stop();
    throw new Unavailable('Go could not get or compile pstest, so Google Cloud Pub/Sub was not compared with an emulator.');
  }
  return await emulator('pstest', googlePubsubConformance, new Driver(program, []), () => sandbox.stop());
}

export const googlePubsub: LiveBroker = {
  model: googlePubsubConformance,
  lanes: 1,
  missing: async () => (go() === null ? 'There is no Go on this machine (Debian: apt-get install golang; GO names its program), so Google Cloud Pub/Sub was not compared with an emulator.' : null),
  start,
};
