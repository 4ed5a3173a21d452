import { expect, test } from 'vitest';
import type { Refusal } from '../contract.ts';
import type { errors } from './errors.ts';
import { eventOf } from './event.ts';
import { pushPlan, queuePlan, service } from './server.test-kit.ts';

const facts = { id: '1', key: 'A', seq: 1, producer: 'p' };
const queue = () => {
  const s = service(queuePlan());
  return s.grid.queue('jobs');
};
/** Of a subscription that is not made. */
const made = (s: ReturnType<typeof service>) => s.happened('subscription').find(({ refusal }) => refusal !== undefined)?.refusal;
const troubled = (trouble: 'key_regenerated' | 'unavailable') => {
  const s = service(pushPlan());
  Object.assign(s.grid.topics.get('orders') ?? {}, { trouble });
  return s.publish();
};
/** For each refusal what leads to it, and what it says. */
const ways: Record<keyof typeof errors, readonly [says: RegExp, code: number, provoke: () => unknown]> = {
  badEvent: [/^Event data has incorrect format: eventType is missing$/, 400, () => eventOf({ type: '', subject: '/a', source: '', data: '{}', topic: '' }, facts, 'EventGridSchema', 'orders')],
  unauthorized: [/^Invalid access key$/, 401, () => troubled('key_regenerated')],
  notFound: [/^Incorrect endpoint$/, 404, () => service(pushPlan()).grid.publish('elsewhere', { message: 0, bytes: 1, origin: 'in', view: { type: 't', subject: '', at: () => undefined }, domainTopic: '' })],
  payloadTooLarge: [/exceeds size limits$/, 413, () => service(pushPlan()).publish(2_000_000)],
  tooManyRequests: [/^Publish rate exceeded$/, 429, () => service(pushPlan(), { topic: { events: 0 } }).publish()],
  serviceUnavailable: [/^Service Unavailable$/, 503, () => troubled('unavailable')],
  badSubscription: [/^advancedFilters is not JSON\.$/, 400, () => made(service(pushPlan({ advancedFilters: '[' })))],
  invalidExpiration: [/^Invalid expiration time\.$/, 400, () => made(service(pushPlan({ expires: 0 })))],
  validationFailed: [
    /^The attempt to validate the provided endpoint failed\. For more details, visit https:\/\/aka\.ms\/esvalidation$/,
    400,
    () => {
      const s = service(pushPlan({ handshake: 'none' }));
      s.advance(200);
      return made(s);
    },
  ],
  tokenLost: [/^Token has expired\.$/, 0, () => queue()?.acknowledge(12_345)],
  badToken: [/^$/, 0, () => queue()?.release(-1, 0)],
};
test.each(Object.entries(ways))('%s, in its words, ends nothing but the request', (_, [says, code, provoke]) => {
  const refusal = provoke() as Refusal;
  expect(refusal).toMatchObject({ refused: true, code, closes: 'message' });
  expect(refusal.text).toMatch(says);
});
