import { expect, test } from 'vitest';
import { neighbour } from './neighbours.ts';

const at = (id: string, x: number, y: number) => ({ id, x, y, w: 100, h: 60 });
const [shop, orders, stock, pay] = [at('shop', 0, 100), at('orders', 300, 110), at('stock', 300, 300), at('pay', 600, 100)] as const;
const all = [shop, orders, stock, pay];

test('an arrow goes to the nearest node of its direction, along the row before anything aside', () => {
  expect(neighbour(shop, all, 'ArrowRight')).toBe('orders');
  expect(neighbour(orders, all, 'ArrowRight')).toBe('pay');
  expect(neighbour(orders, all, 'ArrowDown')).toBe('stock');
  expect(neighbour(pay, all, 'ArrowLeft')).toBe('orders');
});
test('where nothing lies there is no neighbour', () => {
  expect(neighbour(shop, all, 'ArrowLeft')).toBeNull();
  expect(neighbour(shop, all, 'ArrowUp')).toBeNull();
});
