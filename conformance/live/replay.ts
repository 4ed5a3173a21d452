import { type ConformanceModel, expectationFor, type JsonObject, type Observation, type Operation } from '../../src/testing/conformance-runner.ts';
import { firstDifference, type Run, type Step } from './compare.ts';
import { type LiveCase, type LiveServer, Unavailable } from './contract.ts';

/** How often a difference must show: a busy machine is late now and then. */
const RUNS = 3;
/** The least real wait after an operation, ms; the recordings used 40 to 100. */
export const SETTLE = 45;

export type Comparison =
  | { readonly kind: 'agree' }
  | { readonly kind: 'differ'; readonly at: Step }
  /** An emulator does not do what is documented, and nobody says that it does. */
  | { readonly kind: 'otherwise'; readonly at: Step }
  | { readonly kind: 'not-run' | 'not-modelled'; readonly because: string };

function mustSucceed(operation: Operation, shown: Observation | null): void {
  const result = shown?.['result'];
  if (typeof result === 'object' && result !== null && 'error' in result) throw new Error(`setup ${JSON.stringify(operation)}: ${JSON.stringify(result)}`);
}

/** A case on a live server. What cannot go on ends the run with `{failed}`. */
export async function runLive(server: LiveServer, example: LiveCase, settleMs: number): Promise<Run> {
  const settle = Math.max(settleMs, example.settleMs ?? 0);
  const client = await server.client(example);
  const shown: JsonObject[] = [];
  try {
    for (const operation of example.setup) mustSucceed(operation, await client.run(operation, settle));
    for (const operation of example.steps) shown.push((await client.run(operation, settle)) ?? {});
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    shown.push({ failed: error instanceof Error ? error.message : String(error) });
  } finally {
    await client.close();
  }
  return shown;
}

export function runModel(model: ConformanceModel, example: LiveCase, version: string): Run {
  const shown: JsonObject[] = [];
  try {
    const adapter = model.adapter(example, version);
    for (const operation of example.setup) mustSucceed(operation, adapter.run(operation));
    for (const operation of example.steps) shown.push(adapter.run(operation) ?? {});
  } catch (error) {
    shown.push({ failed: error instanceof Error ? error.message : String(error) });
  }
  return shown;
}

/** Where nothing is recorded of a version, what its server shows is what the model must show. */
const asObserved = (live: Run): LiveCase['observed'] => live.flatMap((shown, step) => (Object.keys(shown).length === 0 ? [] : [{ step, ...shown }]));

export async function compare(server: LiveServer, model: ConformanceModel, example: LiveCase): Promise<Comparison> {
  try {
    return await compared(server, model, example);
  } catch (error) {
    // A case may need more than its broker.
    if (error instanceof Unavailable) return { kind: 'not-run', because: error.message };
    throw error;
  }
}
/** Whether a case says that this emulator, of whatever version, agrees. */
export const agreesWith = ({ agreesWith }: LiveCase, emulator: string): boolean => agreesWith?.split(' ')[0] === emulator.split(' ')[0];

async function compared(server: LiveServer, model: ConformanceModel, example: LiveCase): Promise<Comparison> {
  const expectation = expectationFor(example, server.version);
  const unrecorded = 'skipped' in expectation;
  const silent = !example.otherVersions?.some(({ version }) => version === server.version);
  if (unrecorded && !(silent && model.versions?.includes(server.version))) return { kind: 'not-run', because: `the recording ${expectation.skipped}` };
  const cannot = model.cannot(example);
  const modelled = cannot === null ? runModel(model, example, server.version) : null;
  let at: Step | null = null;
  for (let run = 1; run <= RUNS; run++) {
    const live = await runLive(server, example, SETTLE * run);
    at = firstDifference(example, unrecorded ? asObserved(live) : expectation.observed, live, modelled);
    if (at === null) break;
  }
  const emulated = server.emulator !== undefined && !agreesWith(example, server.emulator);
  if (at !== null) return { kind: emulated ? 'otherwise' : 'differ', at };
  return cannot === null ? { kind: 'agree' } : { kind: 'not-modelled', because: cannot };
}
