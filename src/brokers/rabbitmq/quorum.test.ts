import { expect, test } from 'vitest';
import { rule } from './rules.ts';
import { messages, server } from './server.test-kit.ts';

const quorum = { 'x-queue-type': 'quorum' };

test(rule('expires-quorum'), () => {
  const s = server();
  const there = () => s.broker.hasQueue('q');
  s.queue('q', { ...quorum, 'x-expires': 1200 });
  s.ms(4990);
  expect(there()).toBe(true);
  s.ms(10);
  expect(there()).toBe(false);
  // At 10 s it is over since 4 s, whoever declared it again meanwhile.
  s.queue('q', { ...quorum, 'x-expires': 6000 });
  s.ms(5000);
  s.queue('q', { ...quorum, 'x-expires': 6000 });
  s.ms(5000);
  expect(there()).toBe(false);
  // What a cancelled consumer has out keeps it.
  s.queue('q', { ...quorum, 'x-expires': 1200 });
  s.send('q');
  s.consume('q', 'c');
  s.broker.basicCancel('a', 1, 'c');
  s.ms(20_000);
  s.broker.load(s.broker.save());
  expect(there()).toBe(true);
  s.broker.basicAck('a', 1, { deliveryTag: 0, multiple: true });
  s.ms(1100);
  expect(there()).toBe(true);
  s.ms(5000);
  expect(there()).toBe(false);
});
test(rule('limit-gives-room'), () => {
  const given = (version: '3.10.8' | '4.0.5') => {
    const s = server({ version });
    s.queue('q', { ...quorum, 'x-delivery-limit': 0 });
    s.consume('q', 'c', { prefetch: 1 });
    s.send('q');
    s.broker.basicNack('a', 1, { deliveryTag: 1 });
    for (let i = 0; i < 4; i++) s.send('q');
    s.broker.load(s.broker.save());
    s.broker.basicAck('a', 1, { deliveryTag: 2 });
    return messages(s.events(), 'c').length;
  };
  expect([given('3.10.8'), given('4.0.5')]).toEqual([4, 3]);
});
