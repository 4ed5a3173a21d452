import type { JsonObject, Operation } from '../../src/testing/conformance-runner.ts';
import { Dice } from '../../src/testing/dice.ts';
import { alike, type Run } from './compare.ts';
import type { LiveBroker, LiveCase, LiveServer } from './contract.ts';
import { runLive, runModel, SETTLE } from './replay.ts';

/** Random legal operations on a live server and on the model: what they show must be the same. Knows no broker. */

/** How often a difference must show: a busy machine is late now and then. */
const RUNS = 3;
/** Operations of one case. */
const LENGTH = 16;

/** A case from a seed. The model does the operations meanwhile, so that what is outstanding is known. */
function invented(broker: LiveBroker, version: string, seed: number, about: string | undefined): LiveCase {
  const { model, player } = broker;
  if (player === undefined) throw new Error(`nobody plays ${model.broker}`);
  const dice = new Dice(seed);
  const { record, setup, next, shown } = player(dice, about, version);
  const example = { format: 1, broker: model.broker, brokerVersion: version, name: `seed-${seed}`, area: 'fuzz', teaches: '', ...(record === undefined ? {} : { record }), setup, observed: [] } as const;
  const adapter = model.adapter({ ...example, steps: [] }, version);
  for (const operation of setup) adapter.run(operation);
  const steps: Operation[] = [];
  while (steps.length < LENGTH) {
    const operation = next();
    steps.push(operation);
    try {
      shown(operation, (adapter.run(operation) ?? {}) as JsonObject);
    } catch {
      // The comparison tells of it.
      break;
    }
  }
  return { ...example, steps };
}

/** The first step in which they differ, or null. A step that cannot be done by either is no difference. */
function differsAt(live: Run, model: Run): number | null {
  const length = Math.max(live.length, model.length);
  for (let step = 0; step < length; step++) {
    const [one, other] = [live[step] ?? {}, model[step] ?? {}];
    if ('failed' in one && 'failed' in other) return null;
    if (!alike(one, other)) return step;
  }
  return null;
}

interface Difference {
  readonly step: number;
  readonly live: Run;
  readonly model: Run;
}
/** @param patience how often it is run: less is enough to tell that nothing differs */
async function compared(server: LiveServer, { model, haste = SETTLE }: LiveBroker, example: LiveCase, patience: number): Promise<Difference | null> {
  const modelled = runModel(model, example, server.version);
  let found: Difference | null = null;
  for (let run = 1; run <= patience; run++) {
    const live = await runLive(server, example, run === 1 ? haste : SETTLE * run);
    const step = differsAt(live, modelled);
    if (step === null) return null;
    found = { step, live, model: modelled };
  }
  return found;
}

/** What kind of difference it is, without what may change when operations are left out: offsets, bodies, numbers. */
const kindOf = (shown: JsonObject): string => JSON.stringify(shown, (name, value: unknown) => (typeof value === 'number' || (typeof value === 'string' && name !== 'error') ? '' : Array.isArray(value) ? [] : value));
const alikeAt = (one: Difference, other: Difference): boolean => (['live', 'model'] as const).every((side) => kindOf(one[side][one.step] ?? {}) === kindOf(other[side][other.step] ?? {}));

/** Without the operations that the difference does not need. */
async function shrunk(server: LiveServer, broker: LiveBroker, example: LiveCase, first: Difference): Promise<{ readonly example: LiveCase; readonly at: Difference }> {
  let best = { example: { ...example, steps: example.steps.slice(0, first.step + 1) }, at: first };
  for (const part of ['steps', 'setup'] as const) {
    for (let size = Math.max(1, best.example[part].length >> 1); size >= 1; size = size > 1 ? size >> 1 : 0) {
      for (let from = best.example[part].length - size; from >= 0; from -= size) {
        const candidate = { ...best.example, [part]: best.example[part].filter((_, i) => i < from || i >= from + size) };
        const at = await compared(server, broker, candidate, RUNS).catch(() => null);
        if (at !== null && alikeAt(at, first) && !('failed' in (at.model[at.step] ?? {}))) best = { example: { ...candidate, steps: candidate.steps.slice(0, at.step + 1) }, at };
      }
    }
  }
  return best;
}

/**
 * Prints each difference as a case whose observations are the server's.
 * @param how `about`: one kind of cases; `whole`: they are not shrunk, where each takes minutes
 * @returns how many there were
 */
export async function fuzz(broker: LiveBroker, runs: number, seed: number, tell: (text: string) => void, { about, whole = false }: { readonly about?: string | undefined; readonly whole?: boolean } = {}): Promise<number> {
  const server = await broker.start();
  let found = 0;
  try {
    for (let i = 0; i < runs; i++) {
      const example = invented(broker, server.version, seed + i, about);
      const at = await compared(server, broker, example, RUNS);
      if (at === null) continue;
      found++;
      const least = whole ? { example, at } : await shrunk(server, broker, example, at);
      const observed = least.at.live.flatMap((shown, step) => (Object.keys(shown).length === 0 ? [] : [{ step, ...shown }]));
      tell(`DIFFERENCE ${broker.model.broker} ${server.version}, seed ${seed + i}, step ${least.at.step}: ${JSON.stringify(least.example.steps[least.at.step])}`);
      tell(`  live   ${JSON.stringify(least.at.live[least.at.step] ?? {})}\n  model  ${JSON.stringify(least.at.model[least.at.step] ?? {})}`);
      tell(JSON.stringify({ ...least.example, observed }));
    }
  } finally {
    await server.stop();
  }
  tell(`${broker.model.broker} ${server.version}: ${runs} random cases from seed ${seed}, ${found} differ`);
  return found;
}
