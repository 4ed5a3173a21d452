import { expect, test } from 'vitest';
import type { ConformanceModel } from '../../src/testing/conformance-runner.ts';
import type { LiveCase, LiveServer } from './contract.ts';
import { compare } from './replay.ts';

const model: ConformanceModel = { broker: 'echo', version: '1', cannot: () => null, adapter: () => ({ run: ({ word }) => ({ result: word ?? null }) }) };
const shouting: LiveServer = {
  version: '1',
  emulator: 'shouter 2.1',
  client: async () => ({ run: async ({ word }) => ({ result: String(word).toUpperCase() }), close: async () => undefined }),
  stop: async () => undefined,
};
const said = (word: string, agreesWith?: string): LiveCase => ({ format: 1, broker: 'echo', brokerVersion: '1', name: word, area: 'a', teaches: '', setup: [], steps: [{ op: 'say', word }], observed: [{ step: 0, result: word }], ...(agreesWith === undefined ? {} : { agreesWith }) });

test('what an emulator does otherwise than documented is no difference of the model', async () => {
  expect(await compare(shouting, model, said('hey'))).toMatchObject({ kind: 'otherwise', at: { recorded: { result: 'hey' }, live: { result: 'HEY' } } });
  expect(await compare(shouting, model, said('HEY'))).toEqual({ kind: 'agree' });
});
test('it is one when the case says that this emulator agrees, in whatever version', async () => {
  expect(await compare(shouting, model, said('hey', 'shouter 1.0'))).toMatchObject({ kind: 'differ' });
  expect(await compare(shouting, model, said('hey', 'whisperer 1.0'))).toMatchObject({ kind: 'otherwise' });
});
