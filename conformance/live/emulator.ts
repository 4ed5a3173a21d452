import type { ConformanceModel, Json, JsonObject } from '../../src/testing/conformance-runner.ts';
import type { LiveServer } from './contract.ts';
import type { Driver } from './driver.ts';

/** Where a broker runs nowhere but at its vendor, an emulator stands in for it. Its time stands still but for `advance`: nothing comes of an operation later, and nothing has to be waited for. */

/** @param name of the emulator. @param release what else has to go with it */
export async function emulator(name: string, { version }: ConformanceModel, driver: Driver, release: () => Promise<void> = async () => undefined): Promise<LiveServer> {
  return {
    version,
    emulator: `${name} ${String(await driver.ask({ op: 'version' }))}`,
    async client({ record = [] }) {
      await driver.ask({ op: 'case', record } satisfies JsonObject & { record: Json });
      return {
        run: async (operation) => {
          const result = await driver.ask(operation);
          return result === null ? null : { result };
        },
        close: async () => undefined,
      };
    },
    async stop() {
      driver.stop();
      await release();
    },
  };
}
