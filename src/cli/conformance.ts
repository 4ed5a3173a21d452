import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Option } from 'commander';
import { eventGridConformance } from '../brokers/event-grid/conformance.ts';
import { eventbridgeConformance } from '../brokers/eventbridge/conformance.ts';
import { googlePubsubConformance } from '../brokers/google-pubsub/conformance.ts';
import { kafkaConformance } from '../brokers/kafka/conformance.ts';
import { jetstreamConformance, natsConformance } from '../brokers/nats/conformance.ts';
import { pulsarConformance } from '../brokers/pulsar/conformance.ts';
import { rabbitmqConformance } from '../brokers/rabbitmq/conformance.ts';
import { redisStreamsConformance } from '../brokers/redis-streams/conformance.ts';
import { sqsConformance } from '../brokers/sqs/conformance.ts';
import { snsConformance } from '../brokers/sqs/sns-conformance.ts';
import { type CaseOutcome, type ConformanceCase, type ConformanceModel, type JsonObject, runCase, runVectors } from '../testing/conformance-runner.ts';
import { command } from './command.ts';

const models: readonly ConformanceModel[] = [eventbridgeConformance, googlePubsubConformance, eventGridConformance, kafkaConformance, jetstreamConformance, natsConformance, pulsarConformance, rabbitmqConformance, redisStreamsConformance, snsConformance, sqsConformance];

const values = command('conformance', 'Replays recorded cases and published vectors against the models; ends with 1 when one fails or none was there.')
  .option('--cases <folder>', 'cases, JSON', 'conformance/cases')
  .option('--vectors <folder>', 'vectors, JSON', 'conformance/vectors')
  .addOption(new Option('--broker <name>', 'only those of one broker').choices(models.map(({ broker }) => broker)))
  .option('--broker-version <version>', 'another version than that of the model')
  .option('--only-failures', 'no table', false)
  .parse()
  .opts<{ cases: string; vectors: string; broker?: string; brokerVersion?: string; onlyFailures: boolean }>();

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
function jsonIn(folder: string): string[] {
  if (!existsSync(folder)) {
    console.error(`There is no folder ${folder}.`);
    return [];
  }
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

interface Row {
  readonly broker: string;
  readonly area: string;
  readonly name: string;
  readonly outcome: CaseOutcome;
}
const rows: Row[] = [];

for (const path of jsonIn(values.cases)) {
  const example = read(path) as ConformanceCase;
  const { broker, area, name } = example;
  if (values.broker !== undefined && values.broker !== broker) continue;
  const model = models.find((one) => one.broker === broker);
  const outcome: CaseOutcome = model === undefined ? { outcome: 'skipped', because: 'no model' } : guarded(() => runCase(model, example, values.brokerVersion ?? model.version));
  rows.push({ broker, area, name, outcome });
}
for (const path of jsonIn(values.vectors)) {
  const name = basename(path, '.json');
  const { rows: facts } = read(path) as { rows: readonly JsonObject[] };
  for (const model of models) {
    if (values.broker !== undefined && values.broker !== model.broker) continue;
    const outcomes = runVectors(model, name, facts);
    for (const outcome of outcomes ?? []) rows.push({ broker: model.broker, area: 'vectors', name, outcome });
  }
}

/** A model that throws has failed the case. */
function guarded(run: () => CaseOutcome): CaseOutcome {
  try {
    return run();
  } catch (error) {
    const actual = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'failed', difference: { step: -1, operation: null, expected: null, actual } };
  }
}

for (const { broker, name, outcome } of rows) {
  if (outcome.outcome !== 'failed') continue;
  const { step, operation, expected, actual } = outcome.difference;
  console.log(`FAILED ${broker}/${name}, step ${step}: ${JSON.stringify(operation)}`);
  console.log(`  expected ${JSON.stringify(expected)}`);
  console.log(`  actual   ${typeof actual === 'string' ? actual : JSON.stringify(actual)}`);
}
const tally = (some: readonly Row[]) => (['passed', 'failed', 'skipped'] as const).map((kind) => some.filter((row) => row.outcome.outcome === kind).length);
if (!values.onlyFailures) {
  const lines = [['broker', 'area', 'passed', 'failed', 'skipped', 'why skipped']];
  for (const place of new Set(rows.map((row) => `${row.broker}\n${row.area}`))) {
    const some = rows.filter((row) => `${row.broker}\n${row.area}` === place);
    const reasons = new Set(some.flatMap((row) => (row.outcome.outcome === 'skipped' ? [row.outcome.because] : [])));
    lines.push([...place.split('\n'), ...tally(some).map(String), [...reasons].join('; ')]);
  }
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
const [passed, failed, skipped] = tally(rows);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && rows.length > 0 ? 0 : 1;
