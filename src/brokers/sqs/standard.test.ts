/** Standard queues, rule by rule. */
import { expect, test } from 'vitest';
import { rule } from './rules.ts';
import { letter, service } from './server.test-kit.ts';

test(rule('receive-hides'), () => {
  const s = service();
  s.create('q');
  s.send('q', { body: 'a' });
  expect(s.bodies('q')).toEqual(['a']);
  expect(s.counts('q')).toEqual([0, 1, 0]);
  s.seconds(29.9);
  expect(s.bodies('q')).toEqual([]);
  s.seconds(0.1);
  expect(s.bodies('q')).toEqual(['a']);
  expect(s.events.filter((e) => e.kind === 'returned')).toHaveLength(1);
});
test(rule('receive-timeout'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 10 });
  s.send('q', { body: 'a' });
  expect(s.bodies('q', { VisibilityTimeout: 2 })).toEqual(['a']);
  s.seconds(2);
  expect(s.bodies('q')).toEqual(['a']);
  s.seconds(2);
  expect(s.bodies('q')).toEqual([]);
  s.seconds(8);
  expect(s.bodies('q', { VisibilityTimeout: 0 })).toEqual(['a']);
  s.seconds(0);
  expect(s.bodies('q')).toEqual(['a']);
});
test(rule('change-visibility'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 60 });
  s.send('q', { body: 'a' });
  const handle = s.take('q');
  s.seconds(15);
  expect(s.sqs.ChangeMessageVisibility('q', handle, 10)).toBe('changed');
  s.seconds(9.9);
  expect(s.counts('q')).toEqual([0, 1, 0]);
  s.seconds(0.1);
  expect(s.counts('q')).toEqual([1, 0, 0]);
  expect(s.sqs.ChangeMessageVisibility('q', handle, 10)).toMatchObject({ name: 'MessageNotInflight' });
  const next = s.take('q');
  expect(s.sqs.ChangeMessageVisibility('q', handle, 10)).toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  expect(s.sqs.ChangeMessageVisibility('q', next, 0)).toBe('changed');
  expect(s.bodies('q')).toEqual(['a']);
});
test(rule('twelve-hours'), () => {
  const s = service();
  s.create('q');
  s.send('q', { body: 'a' });
  const handle = s.take('q', { VisibilityTimeout: 43_200 });
  s.seconds(1);
  expect(s.sqs.ChangeMessageVisibility('q', handle, 43_200)).toMatchObject({ name: 'InvalidParameterValue', text: expect.stringContaining('beyond the limit') });
  expect(s.sqs.ChangeMessageVisibility('q', handle, 43_199)).toBe('changed');
  s.seconds(43_199);
  expect(s.counts('q')).toEqual([1, 0, 0]);
});
test(rule('stale-delete'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 1 });
  s.send('q', { body: 'a' });
  const first = s.take('q');
  s.seconds(1);
  const second = s.take('q');
  expect(s.sqs.DeleteMessage('q', first)).toBe('deleted');
  expect(s.counts('q')).toEqual([0, 1, 0]);
  s.seconds(1);
  expect(s.counts('q')).toEqual([1, 0, 0]);
  expect(s.sqs.DeleteMessage('q', second)).toBe('deleted');
  expect(s.counts('q')).toEqual([0, 0, 0]);
  expect(s.sqs.DeleteMessage('q', second)).toBe('deleted');
});
test(rule('short-poll'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 0 }, { servers: 4, asked: 1 });
  s.send('q', { body: 'a' });
  const found = Array.from({ length: 200 }, () => {
    s.seconds(0);
    return (s.bodies('q') as string[]).length;
  });
  expect(found.filter((n) => n === 0).length).toBeGreaterThan(100);
  expect(found.filter((n) => n === 1).length).toBeGreaterThan(20);
});
test(rule('long-poll'), () => {
  const s = service();
  s.create('q', { ReceiveMessageWaitTimeSeconds: 5 }, { servers: 4, asked: 1 });
  expect(s.bodies('q', {}, 'early')).toBe('waiting');
  s.seconds(2);
  s.send('q', { body: 'a' });
  expect(s.answers()).toEqual([{ client: 'early', bodies: ['a'] }]);
  expect(s.bodies('q', { WaitTimeSeconds: 3 }, 'late')).toBe('waiting');
  s.seconds(3);
  expect(s.answers()[1]).toEqual({ client: 'late', bodies: [] });
  s.seconds(30);
  expect(s.bodies('q', { WaitTimeSeconds: 1 })).toEqual(['a']);
  expect(s.bodies('q', { WaitTimeSeconds: 20 }, 'gone')).toBe('waiting');
  s.sqs.hangUp('q', 'gone');
  s.send('q', { body: 'b' });
  expect(s.answers()).toHaveLength(2);
});
test(rule('at-least-once'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 30 }, { duplicates: 1 });
  s.send('q', { body: 'a' });
  expect(s.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['a']);
  expect(s.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['a']);
  const t = service();
  t.create('q', { VisibilityTimeout: 30 });
  t.send('q', { body: 'a' });
  const handle = t.take('q');
  t.sqs.SetQueueAttributes('q', {}, { duplicates: 1 });
  expect(t.sqs.DeleteMessage('q', handle)).toBe('deleted');
  t.sqs.SetQueueAttributes('q', {}, { duplicates: 0 });
  expect(t.bodies('q')).toEqual([]);
  t.seconds(30);
  expect(t.bodies('q')).toEqual(['a']);
});
test(rule('best-effort-order'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 1 }, { servers: 4, asked: 4, reordering: 1 });
  const bodies = Array.from({ length: 40 }, (_, i) => `${i}`);
  s.send('q', ...bodies.map((body) => ({ body })));
  const seen = bodies.flatMap(() => s.bodies('q', { MaxNumberOfMessages: 1, VisibilityTimeout: 60 }) as string[]);
  expect(seen).not.toEqual(bodies);
  expect([...seen].sort()).toEqual([...bodies].sort());
  const t = service();
  t.create('q', { VisibilityTimeout: 1 });
  t.send('q', { body: 'poison' }, { body: 'x' });
  for (let i = 0; i < 2; i++) {
    expect(t.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['poison']);
    t.seconds(1);
  }
  expect(t.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['poison']);
  t.seconds(1);
  expect(t.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['x']);
});
test(rule('in-flight-standard'), () => {
  const s = service();
  s.create('q', {}, { inFlight: 2 });
  s.send('q', { body: 'a' }, { body: 'b' }, { body: 'c' });
  expect(s.bodies('q', { MaxNumberOfMessages: 1 })).toEqual(['a']);
  const handle = s.take('q');
  expect(s.bodies('q')).toBe('OverLimit');
  expect(s.bodies('q', { WaitTimeSeconds: 20 }, 'long')).toBe('waiting');
  expect(s.sqs.DeleteMessage('q', handle)).toBe('deleted');
  expect(s.answers()).toEqual([{ client: 'long', bodies: ['c'] }]);
});
test(rule('delay'), () => {
  const s = service();
  s.create('q', { DelaySeconds: 5 });
  s.send('q', { body: 'own', delay: 1 }, { body: 'queue' });
  expect(s.counts('q')).toEqual([0, 0, 2]);
  s.sqs.SetQueueAttributes('q', { DelaySeconds: 60 });
  s.seconds(1);
  expect(s.bodies('q')).toEqual(['own']);
  s.seconds(4);
  expect(s.bodies('q')).toEqual(['queue']);
});
test(rule('retention'), () => {
  const s = service();
  s.create('q', { MessageRetentionPeriod: 60, VisibilityTimeout: 600 });
  s.send('q', { body: 'a' }, { body: 'b' });
  s.take('q');
  s.seconds(30);
  s.send('q', { body: 'c' });
  s.seconds(31);
  expect(s.counts('q')).toEqual([1, 0, 0]);
  s.seconds(30);
  expect(s.counts('q')).toEqual([0, 0, 0]);
  expect(s.events.filter((e) => e.kind === 'gone')).toHaveLength(3);
  const t = service();
  t.create('q');
  t.send('q', { body: 'a' });
  t.seconds(100);
  t.sqs.SetQueueAttributes('q', { MessageRetentionPeriod: 60 });
  t.seconds(0);
  expect(t.counts('q')).toEqual([0, 0, 0]);
});
test(rule('fair'), () => {
  const s = service();
  s.create('q');
  s.send('q', ...Array.from({ length: 50 }, (_, i) => ({ body: `n${i}`, group: 'noisy' })), { body: 'calm', group: 'calm' });
  for (let i = 0; i < 3; i++) expect((s.bodies('q') as string[]).every((body) => body.startsWith('n'))).toBe(true);
  // Thirty are in flight, all of one tenant: the other one goes first now, although it came last.
  expect((s.bodies('q') as string[])[0]).toBe('calm');
  // Nobody else waits: the noisy one gets all there is, and is quiet again when that is gone.
  while ((s.bodies('q') as string[]).length > 0);
  expect(s.sqs.queue('q')?.fairness.noisy.size).toBe(0);
  const t = service();
  t.create('q');
  t.send('q', ...Array.from({ length: 50 }, (_, i) => ({ body: `n${i}` })));
  for (let i = 0; i < 4; i++) t.receive('q');
  expect(t.sqs.queue('q')?.fairness.noisy.size).toBe(0);
});
test(rule('batch'), () => {
  const s = service();
  s.create('q');
  const entry = (Id: string, size = 5) => ({ Id, sent: letter({ body: Id, size }) });
  const big = 600_000;
  expect(s.sqs.SendMessageBatch('q', [])).toMatchObject({ name: 'EmptyBatchRequest' });
  expect(
    s.sqs.SendMessageBatch(
      'q',
      Array.from({ length: 11 }, (_, i) => entry(`${i}`)),
    ),
  ).toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
  expect(s.sqs.SendMessageBatch('q', [entry('a', big), entry('b', big)])).toMatchObject({ name: 'BatchRequestTooLong' });
  s.sqs.SetQueueAttributes('q', { MaximumMessageSize: 1024 });
  expect(s.sqs.SendMessageBatch('q', [entry('a'), entry('b', 2000), entry('c')])).toMatchObject([{ duplicate: false }, { name: 'InvalidParameterValue' }, { duplicate: false }]);
  expect(s.bodies('q')).toEqual(['a', 'c']);
});
test(rule('charges'), () => {
  const s = service();
  s.create('q');
  const calls = () => s.sqs.queue('q')?.calls;
  s.send('q', { size: 10 }, { size: 65_536 }, { size: 65_537 });
  expect(calls()?.requests).toBe(4);
  s.sqs.SendMessageBatch('q', [
    { Id: 'a', sent: letter({}) },
    { Id: 'b', sent: letter({}) },
  ]);
  expect(calls()?.requests).toBe(5);
  s.sqs.DeleteMessage('q', s.take('q'));
  s.sqs.ChangeMessageVisibility('q', s.take('q'), 5);
  expect(calls()?.requests).toBe(9);
  s.receive('q');
  s.receive('q');
  expect(calls()).toMatchObject({ requests: 11, emptyReceives: 1, sent: 5, deleted: 1 });
});
test(rule('size'), () => {
  const s = service();
  s.create('q', { MaximumMessageSize: 1024 });
  expect(s.send('q', { size: 1024 }, { size: 1025 }, { size: 1020, attributes: { tone: { Type: 'String', Value: 'red' } } })).toMatchObject([{ duplicate: false }, { name: 'InvalidParameterValue' }, { name: 'InvalidParameterValue' }]);
});
test('a queue with many messages is as fast as one with few', () => {
  const time = (waiting: number) => {
    const s = service();
    s.create('q', {}, { servers: 4, asked: 3 });
    for (let i = 0; i < waiting; i++) s.sqs.SendMessage('q', letter({ body: `${i}` }));
    const began = performance.now();
    for (let i = 0; i < 3000; i++) {
      s.sqs.SendMessage('q', letter({ body: 'x' }));
      s.sqs.DeleteMessage('q', s.take('q', { WaitTimeSeconds: 1 }));
    }
    return performance.now() - began;
  };
  time(10);
  // Generous: other work shares the machine. A scan over what waits would be a thousand times slower.
  expect(time(50_000)).toBeLessThan(8 * time(10) + 200);
});
