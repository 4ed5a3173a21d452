/** FIFO queues, rule by rule. */
import { expect, test } from 'vitest';
import { rule } from './rules.ts';
import { letter, service } from './server.test-kit.ts';

const IDS = { ContentBasedDeduplication: true };

test(rule('fifo-order'), () => {
  const s = service();
  s.create('q.fifo', IDS);
  s.send('q.fifo', { body: 'a1', group: 'a' }, { body: 'b1', group: 'b' }, { body: 'a2', group: 'a' }, { body: 'a3', group: 'a' });
  expect(s.bodies('q.fifo', { MaxNumberOfMessages: 2 })).toEqual(['a1', 'a2']);
  expect(s.bodies('q.fifo')).toEqual(['b1']);
  const t = service();
  t.create('q.fifo', IDS);
  t.send('q.fifo', { body: 'a1', group: 'a' }, { body: 'b1', group: 'b' }, { body: 'a2', group: 'a' });
  expect(t.bodies('q.fifo')).toEqual(['a1', 'a2', 'b1']);
});
test(rule('fifo-blocks'), () => {
  const s = service();
  s.create('q.fifo', { ...IDS, VisibilityTimeout: 10 });
  s.send('q.fifo', { body: 'a1', group: 'a' }, { body: 'a2', group: 'a' }, { body: 'b1', group: 'b' });
  const handle = s.take('q.fifo');
  expect(s.bodies('q.fifo')).toEqual(['b1']);
  expect(s.bodies('q.fifo')).toEqual([]);
  expect(s.sqs.DeleteMessage('q.fifo', handle)).toBe('deleted');
  expect(s.bodies('q.fifo', { VisibilityTimeout: 3 })).toEqual(['a2']);
  s.send('q.fifo', { body: 'a3', group: 'a' });
  s.seconds(3);
  expect(s.bodies('q.fifo')).toEqual(['a2', 'a3']);
});
test(rule('fifo-stale-delete'), () => {
  const s = service();
  s.create('q.fifo', { ...IDS, VisibilityTimeout: 1 });
  s.send('q.fifo', { body: 'a', group: 'g' });
  const handle = s.take('q.fifo');
  s.seconds(1);
  expect(s.sqs.DeleteMessage('q.fifo', handle)).toMatchObject({ name: 'InvalidParameterValue', text: expect.stringContaining('The receipt handle has expired') });
  expect(s.counts('q.fifo')).toEqual([1, 0, 0]);
});
test(rule('deduplication'), () => {
  const s = service();
  s.create('q.fifo');
  const again = () => s.send('q.fifo', { body: 'other', group: 'g', id: 'x' })[0];
  s.send('q.fifo', { body: 'a', group: 'g', id: 'x' });
  expect(again()).toMatchObject({ duplicate: true, messageId: 0 });
  s.sqs.DeleteMessage('q.fifo', s.take('q.fifo'));
  s.seconds(299);
  expect(again()).toMatchObject({ duplicate: true });
  expect(s.counts('q.fifo')).toEqual([0, 0, 0]);
  s.seconds(1);
  expect(again()).toMatchObject({ duplicate: false });
});
test(rule('content-deduplication'), () => {
  const s = service();
  s.create('q.fifo', IDS);
  expect(s.send('q.fifo', { body: 'a', group: 'g' }, { body: 'a', group: 'g', attributes: { tone: { Type: 'String', Value: 'red' } } }, { body: 'b', group: 'g' }, { body: 'b', group: 'g', id: 'own' })).toMatchObject([{ duplicate: false }, { duplicate: true }, { duplicate: false }, { duplicate: false }]);
});
test(rule('deduplication-scope'), () => {
  const sent = (DeduplicationScope: 'queue' | 'messageGroup') => {
    const s = service();
    s.create('q.fifo', { DeduplicationScope });
    return s.send('q.fifo', { group: 'a', id: 'x' }, { group: 'b', id: 'x' }, { group: 'a', id: 'x' }).map((one) => 'duplicate' in one && one.duplicate);
  };
  expect([sent('queue'), sent('messageGroup')]).toEqual([
    [false, true, true],
    [false, false, true],
  ]);
});
test(rule('fifo-delay'), () => {
  const s = service();
  s.create('q.fifo', { ...IDS, DelaySeconds: 60 });
  expect(s.send('q.fifo', { group: 'g', delay: 1 })[0]).toMatchObject({ name: 'InvalidParameterValue' });
  s.send('q.fifo', { body: 'a', group: 'g' });
  s.seconds(5);
  s.sqs.SetQueueAttributes('q.fifo', { DelaySeconds: 10 });
  expect(s.bodies('q.fifo')).toEqual([]);
  s.seconds(5);
  expect(s.bodies('q.fifo')).toEqual(['a']);
});
test(rule('in-flight-fifo'), () => {
  const s = service();
  s.create('q.fifo', IDS, { inFlight: 2 });
  s.send('q.fifo', ...['a', 'b', 'c'].map((body) => ({ body, group: body })));
  expect(s.bodies('q.fifo')).toEqual(['a', 'b']);
  expect(s.bodies('q.fifo')).toEqual([]);
});
test(rule('fifo-scan'), () => {
  const s = service();
  s.create('q.fifo', IDS, { scanned: 3 });
  s.send('q.fifo', ...[1, 2, 3, 4].map((n) => ({ body: `hot ${n}`, group: 'hot' })), { body: 'late', group: 'late' });
  const handle = s.take('q.fifo');
  expect(s.bodies('q.fifo')).toEqual([]);
  s.sqs.DeleteMessage('q.fifo', handle);
  expect(s.bodies('q.fifo', { MaxNumberOfMessages: 1 })).toEqual(['hot 2']);
  expect(s.bodies('q.fifo')).toEqual([]);
  s.seconds(30);
  s.sqs.DeleteMessage('q.fifo', s.take('q.fifo'));
  expect(s.bodies('q.fifo')).toEqual(['hot 3', 'hot 4', 'late']);
});
test(rule('fifo-throttle'), () => {
  const s = service();
  s.create('q.fifo', IDS);
  const send = (n: number) => s.sqs.SendMessage('q.fifo', letter({ body: `${n}`, group: `${n}` }));
  for (let n = 0; n < 300; n++) expect(send(n)).not.toHaveProperty('refused');
  expect(send(300)).toMatchObject({ name: 'ThrottlingException' });
  expect(s.bodies('q.fifo')).toHaveLength(10);
  s.seconds(1);
  for (let n = 0; n < 300; n++)
    expect(
      s.sqs.SendMessageBatch(
        'q.fifo',
        [1, 2].map((m) => ({ Id: `${m}`, sent: letter({ body: `${n} ${m}`, group: 'g' }) })),
      ),
    ).toHaveLength(2);
  expect(s.sqs.SendMessageBatch('q.fifo', [{ Id: 'a', sent: letter({ group: 'g' }) }])).toMatchObject({ name: 'ThrottlingException' });
});
test(rule('high-throughput'), () => {
  const s = service();
  expect(s.create('q.fifo', { FifoThroughputLimit: 'perMessageGroupId' })).toMatchObject({ name: 'InvalidParameterValue' });
  s.create('q.fifo', { ...IDS, FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' }, { calls: 2 });
  const groups = ['a', 'a', 'a', 'b', 'b', 'b'];
  expect(groups.map((group, n) => s.send('q.fifo', { body: `${n}`, group })[0]).map((one) => one !== undefined && 'name' in one)).toEqual([false, false, true, false, false, true]);
});
