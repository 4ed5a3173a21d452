import type { JsonObject } from '../../src/testing/conformance-runner.ts';
import type { Comparison } from './replay.ts';

/** What is printed of a comparison. */

export interface Row {
  readonly broker: string;
  readonly version: string;
  readonly area: string;
  readonly name: string;
  readonly outcome: Comparison;
}
const HEAD = ['broker', 'server', 'area', 'agree', 'model differs', 'recording differs', 'emulator otherwise', 'not run', 'not modelled'];
const modelDiffers = ({ outcome }: Row) => outcome.kind === 'differ' && !outcome.at.modelAsLive;
const COUNTS: readonly ((row: Row) => boolean)[] = [(row) => row.outcome.kind === 'agree', modelDiffers, ({ outcome }) => outcome.kind === 'differ' && !outcome.at.liveAsRecorded, ({ outcome }) => outcome.kind === 'otherwise', ({ outcome }) => outcome.kind === 'not-run', (row) => row.outcome.kind === 'not-modelled'];
const counts = (rows: readonly Row[]): string[] => COUNTS.map((counted) => String(rows.filter(counted).length));

/** Differences between the model and the server of the same version. */
export const faults = (rows: readonly Row[]): number => rows.filter(modelDiffers).length;

export function table(rows: readonly Row[]): string {
  const lines = [HEAD];
  const areas = [...new Set(rows.map((row) => row.area))].sort();
  for (const area of areas) {
    const some = rows.filter((row) => row.area === area);
    lines.push([some[0]?.broker ?? '', some[0]?.version ?? '', area, ...counts(some)]);
  }
  lines.push(['', '', 'all', ...counts(rows)]);
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function difference({ broker, name, outcome }: Row): string | null {
  if (outcome.kind === 'not-modelled') return `NOT MODELLED ${broker}/${name}: ${outcome.because}`;
  if (outcome.kind === 'otherwise') return `OTHERWISE ${broker}/${name}, step ${outcome.at.step}: ${JSON.stringify(outcome.at.operation)} is documented as ${JSON.stringify(outcome.at.recorded)}, the emulator shows ${JSON.stringify(outcome.at.live)}`;
  if (outcome.kind !== 'differ') return null;
  const { step, operation, recorded, live, model, liveAsRecorded, modelAsLive } = outcome.at;
  const which = [...(modelAsLive ? [] : ['model']), ...(liveAsRecorded ? [] : ['recording'])].join(' and ');
  const show = (value: JsonObject | null) => (value === null ? 'not run' : JSON.stringify(value));
  return [`${which.toUpperCase()} DIFFERS ${broker}/${name}, step ${step}: ${JSON.stringify(operation)}`, `  live      ${show(live)}`, `  model     ${show(model)}`, `  recorded  ${show(recorded)}`].join('\n');
}
