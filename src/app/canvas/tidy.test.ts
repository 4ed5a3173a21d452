import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { orderProcessing } from '../../gallery/order-processing.ts';
import type { Scenario } from '../../scenario/document.ts';
import { type Box, boxesOf } from './geometry.ts';
import { tidied } from './tidy.ts';

/** So many producers, each with a queue of a cluster of its own and a consumer. */
function chains(count: number): Scenario {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return {
    version: 1,
    title: 'chains',
    seed: 1,
    nodes: numbers.flatMap((i) => [
      { id: `p${i}`, kind: 'producer' },
      { id: `r${i}`, kind: 'rabbitmq.cluster' },
      { id: `q${i}`, kind: 'rabbitmq.queue', parent: `r${i}` },
      { id: `c${i}`, kind: 'consumer' },
    ]),
    links: numbers.flatMap((i) => [
      { id: `in${i}`, kind: 'publish', from: `p${i}`, to: `q${i}` },
      { id: `out${i}`, kind: 'consume', from: `q${i}`, to: `c${i}` },
    ]),
  };
}
const laidOut = (doc: Scenario): ReadonlyMap<string, Box> => boxesOf({ ...doc, layout: tidied(doc, boxesOf(doc, catalog)) }, catalog);
const apart = (a: Box, b: Box) => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;

it('what hangs together in nothing stands side by side, in the shape of a screen', () => {
  const boxes = [...laidOut(chains(50)).values()];
  const width = Math.max(...boxes.map((b) => b.x + b.w)) - Math.min(...boxes.map((b) => b.x));
  const height = Math.max(...boxes.map((b) => b.y + b.h)) - Math.min(...boxes.map((b) => b.y));
  expect(width / height).toBeGreaterThan(1);
  expect(width / height).toBeLessThan(2.6);
});
it.each([
  ['many chains', chains(12)],
  ['one topology', orderProcessing],
])('%s: no card lies on another, and wires lead to the right', (_, doc) => {
  const boxes = laidOut(doc);
  const cards = doc.nodes.flatMap(({ id, kind }) => (kind.endsWith('.cluster') ? [] : [boxes.get(id) as Box]));
  for (const [i, card] of cards.entries()) for (const other of cards.slice(i + 1)) expect(apart(card, other)).toBe(true);
  for (const { from, to } of doc.links) expect((boxes.get(from) as Box).x).toBeLessThan((boxes.get(to) as Box).x);
});
it('clusters of different groups lie apart', () => {
  const doc = chains(12);
  const boxes = laidOut(doc);
  const clusters = doc.nodes.flatMap(({ id, kind }) => (kind === 'rabbitmq.cluster' ? [boxes.get(id) as Box] : []));
  for (const [i, cluster] of clusters.entries()) for (const other of clusters.slice(i + 1)) expect(apart(cluster, other)).toBe(true);
});
