/** The kernel: the hold model and workload W3, against the same in C++ where a compiler is present, and simjs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kernel } from '../src/kernel/kernel.ts';
import { RandomStream } from '../src/kernel/random.ts';
import { rate, ratio, type Table } from './table.ts';
import { onOurKernel, onSimJs } from './w3.ts';

const HOLDS = 2_000_000;
/** A kernel with so many calls pending. @returns what tells how many it makes a second */
export function hold(pending: number): () => number {
  const kernel = new Kernel();
  const luck = new RandomStream(1, 'hold');
  const handler = kernel.register(() => kernel.schedule(1 + Math.floor(luck.next() * 2000), handler, 0, 0));
  for (let i = 0; i < pending; i++) kernel.schedule(Math.floor(luck.next() * 2000), handler, 0, i);
  return () =>
    rate(HOLDS, () => {
      for (let i = 0; i < HOLDS; i++) kernel.step();
    });
}
const COMPILER = process.env['CXX'] ?? 'g++';
function native(): ((what: number | 'w3', count: number) => number) | null {
  try {
    const program = join(mkdtempSync(join(tmpdir(), 'tailrace-bench-')), 'heap');
    execFileSync(COMPILER, ['-O3', '-o', program, 'bench/heap.cpp'], { stdio: 'ignore' });
    return (what, count) => Number(execFileSync(program, [String(what), String(count)], { encoding: 'utf8' }));
  } catch {
    return null;
  }
}
export async function measureKernel(table: Table): Promise<void> {
  const cpp = native();
  if (!cpp) console.log('There is no g++ here: the kernel is not compared with C++.');
  const messages = 1_000_000;
  const w3 = () => rate(messages, () => onOurKernel(messages));
  if (cpp) {
    for (const pending of [100, 10_000, 1_000_000])
      table.atLeast(
        `kernel, hold model, ${pending} pending, of C++ -O3`,
        ratio(hold(pending), () => cpp(pending, HOLDS)),
        0.5,
      );
    table.atLeast(
      'kernel, W3, of C++ -O3',
      ratio(w3, () => cpp('w3', messages)),
      0.5,
    );
  }
  const few = 20_000;
  await onSimJs(few);
  const from = performance.now();
  await onSimJs(few);
  table.atLeast('kernel, W3, of simjs', w3() / ((few * 1000) / (performance.now() - from)), 5);
}
