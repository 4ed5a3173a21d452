import { Heap } from '../../base/heap.ts';

const rising = (a: number, b: number): number => a - b;
/** The order does not depend on how a heap came to be, so it is saved as a list. */
export function heapOf(numbers: Iterable<number> = []): Heap<number> {
  const heap = new Heap<number>(rising);
  for (const number of numbers) heap.push(number);
  return heap;
}
