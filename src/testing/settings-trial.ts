/** A setting may exist only if two of its values give two histories: the walk over every field of a room's descriptor. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../catalog.ts';
import type { RoomDescriptor } from '../scenario/descriptor.ts';
import type { Scenario, TimelineEntry } from '../scenario/document.ts';
import type { Field } from '../scenario/fields.ts';
import { startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';

export type Config = Record<string, unknown>;
export type Configs = Record<string, Config>;
export interface Trial {
  readonly values: readonly [unknown, unknown];
  /** Settings of others without which it would not matter. */
  readonly with?: Configs;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
}
export const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });
function range(field: Field): readonly [unknown, unknown] {
  switch (field.type) {
    case 'integer':
      return [Math.max(field.min, 1), Math.max(field.min, 3)];
    case 'number':
      return [field.min + (field.max - field.min) * 0.1, field.min + (field.max - field.min) * 0.6];
    case 'choice':
      return [field.options[0], field.options[1]];
    case 'flag':
      return [true, false];
    case 'duration':
      return ['10ms', '100ms'];
    case 'spread':
      return ['10ms', '100ms'];
    default:
      return ['a', 'b'];
  }
}

/**
 * @param stage a small system in which most settings matter, with the subject of each field under the name of its kind
 * @param special fields that matter only in special circumstances; the others are tried with two values of their range
 */
export function everySettingTellsAnotherHistory(room: RoomDescriptor, models: Models, stage: (configs: Configs, timeline: readonly TimelineEntry[]) => Scenario, special: Readonly<Record<string, Trial>>): void {
  const all = [...room.nodes, ...room.links].flatMap((d) => Object.entries(d.fields).map(([name, field]) => [`${d.kind}.${name}`, d.kind, name, field] as const));
  describe(`every setting of ${room.title} tells another history`, () => {
    it.each(all)('%s', (path, kind, name, field) => {
      const trial: Trial = special[path] ?? { values: range(field) };
      const hash = (value: unknown) => {
        const configs: Configs = { ...trial.with, [kind]: { ...trial.with?.[kind], ...(value === undefined ? {} : { [name]: value }) } };
        const run = startRun(stage(configs, trial.timeline ?? []), models, catalog);
        run.simulation.run(trial.until ?? 3e6);
        return run.simulation.hash();
      };
      expect(hash(trial.values[0])).not.toBe(hash(trial.values[1]));
    });
    it('has no trial for a setting that is gone', () => {
      const known = new Set<string>(all.map(([path]) => path));
      expect(Object.keys(special).filter((path) => !known.has(path))).toEqual([]);
    });
  });
}
