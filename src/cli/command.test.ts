import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orderProcessing } from '../gallery/order-processing.ts';
import type { Scenario } from '../scenario/document.ts';
import { INVALID } from './command.ts';

function run(command: string, ...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', `src/cli/${command}.ts`, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}
const folder = mkdtempSync(join(tmpdir(), 'tailrace-'));
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
const scenario = (changes: Partial<Scenario>): Scenario => ({ ...orderProcessing, timeline: [], duration: '1s', ...changes });

describe('the command line', { timeout: 60_000 }, () => {
  it.each([
    ['sim', ['run', 'x.json', '--seed', 'lucky'], 'whole number of at least 0'],
    ['sim', ['run', 'x.json', '--until', 'noon'], 'a duration such as 60s'],
    ['sim', ['run'], "missing required argument 'file'"],
    ['sim', ['draw', 'x.json'], "unknown command 'draw'"],
    ['conformance', ['--broker', 'kafkaesque'], 'Allowed choices are'],
    ['fuzz', ['--runs', '0'], 'whole number of at least 1'],
    ['accuracy', ['--messges', '9'], "unknown option '--messges'"],
  ])('%s %j ends with 64, a sentence and the usage', (command, args, sentence) => {
    const { status, err } = run(command, ...args);
    expect(status).toBe(INVALID);
    expect(err).toContain(sentence);
    expect(err).toContain('Usage:');
    expect(err).not.toContain('    at ');
  });

  it('run ends with 0, 1 or 2 as the invariants hold, are broken or stay unknown, and with 64 when the file is no scenario', () => {
    const holds = file('holds.json', scenario({ invariants: [{ check: 'no-loss' }] }));
    const broken = file('broken.json', scenario({ invariants: [{ check: 'latency', on: 'pay', quantile: 0.99, below: '1ms' }] }));
    expect(run('sim', 'run', holds).status).toBe(0);
    expect(run('sim', 'run', broken, '--json').status).toBe(1);
    expect(run('sim', 'run', holds, '--until', '500ms').status).toBe(2);
    expect(run('sim', 'run', file('none.json', { version: 1, surprise: true }))).toMatchObject({ status: INVALID, err: expect.stringContaining('surprise') });
  });

  it('conformance that finds nothing to replay has not passed', () => {
    const { status, out, err } = run('conformance', '--cases', join(folder, 'nowhere'), '--vectors', join(folder, 'nowhere'));
    expect([status, out.trim().split('\n').at(-1)]).toEqual([1, '0 passed, 0 failed, 0 skipped']);
    expect(err).toContain('There is no folder');
  });
});
