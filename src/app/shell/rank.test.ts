import { expect, it } from 'vitest';
import { gallery } from '../../gallery/index.ts';
import { subjects } from '../../gallery/subjects.ts';
import { aboutOf } from './about.ts';
import { rank } from './rank.ts';

const found = (typed: string) =>
  gallery
    .map((g) => ({ id: g.id, is: rank(`Open ${g.title} ${g.broker}`, typed, aboutOf(g)) }))
    .filter(({ is }) => is >= 0.5)
    .sort((a, b) => b.is - a.is)
    .map(({ id }) => id);

it.each([
  ['a title', 'ride matching', 'ride-matching'],
  ['an id', 'Open chat delivery', 'chat-delivery'],
  ['a broker', 'kafka', 'ride-matching'],
  ['a subject', 'serverless', 'serverless-bus'],
  ['a subject of several', 'dead letter', 'poison-message'],
  ['words of the field', 'rebalance', 'thrown-out'],
  ['a broker and a subject', 'sqs lambda', 'two-functions'],
])('a scenario is found by %s: “%s”', (_, typed, id) => {
  expect(found(typed)).toContain(id);
});
it('what bears the name comes first', () => {
  expect(found('open order processing')[0]).toBe('order-processing');
  expect(rank('Add Queue RabbitMQ', 'add queue')).toBeGreaterThan(rank('Open A bigger queue is not backpressure RabbitMQ', 'add queue'));
});
it('what has nothing to do with it is not found', () => {
  expect(rank('Play or pause', 'xylophone', ['music'])).toBe(0);
});
it('every scenario says what it is about', () => {
  expect(Object.keys(subjects).sort()).toEqual(gallery.map((g) => g.id).sort());
});
