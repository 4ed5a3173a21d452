/** Dead letters, redrives, purges and the life of queues, rule by rule. */
import { expect, test } from 'vitest';
import { rule } from './rules.ts';
import { service } from './server.test-kit.ts';

const policy = (deadLetterTargetArn: string, maxReceiveCount: number) => ({ RedrivePolicy: { deadLetterTargetArn, maxReceiveCount } });
const allow = (redrivePermission: 'denyAll' | 'byQueue', ...sourceQueueArns: string[]) => ({ RedriveAllowPolicy: { redrivePermission, sourceQueueArns } });
/** A queue with a dead-letter queue. */
function pair(maxReceiveCount: number, suffix = '') {
  const s = service();
  s.create(`dlq${suffix}`);
  s.create(`q${suffix}`, { VisibilityTimeout: 1, ...policy(`dlq${suffix}`, maxReceiveCount) });
  return s;
}

test(rule('redrive'), () => {
  const s = pair(2);
  s.send('q', { body: 'bad' });
  for (let i = 0; i < 2; i++) {
    expect(s.bodies('q')).toEqual(['bad']);
    s.seconds(1);
  }
  expect([s.counts('q'), s.counts('dlq')]).toEqual([
    [1, 0, 0],
    [0, 0, 0],
  ]);
  s.send('q', { body: 'good' });
  expect(s.bodies('q')).toEqual(['good']);
  expect(s.bodies('dlq')).toEqual(['bad']);
  s.sqs.DeleteQueue('dlq');
});
test(rule('redrive-kind'), () => {
  const s = service();
  s.create('dlq');
  s.create('dlq.fifo');
  s.create('closed', allow('denyAll'));
  s.create('some', allow('byQueue', 'q'));
  const name = (target: string, maxReceiveCount = 3, source = 'q') => {
    const result = s.create(source, policy(target, maxReceiveCount));
    return typeof result === 'string' ? result : `${result.name}: ${result.text}`;
  };
  expect(name('nowhere')).toContain('Dead letter target does not exist.');
  expect(name('dlq.fifo')).toContain('same type');
  expect(name('closed')).toContain('RedriveAllowPolicy');
  expect(name('some', 3, 'other')).toContain('RedriveAllowPolicy');
  expect(name('dlq', 0)).toContain('maxReceiveCount');
  expect(name('some')).toBe('created');
});
test(rule('dlq-age'), () => {
  const age = (suffix: string) => {
    const s = pair(1, suffix);
    s.sqs.SetQueueAttributes(`dlq${suffix}`, { MessageRetentionPeriod: 60 });
    s.send(`q${suffix}`, { body: 'a', ...(suffix === '' ? {} : { group: 'g', id: 'x' }) });
    s.receive(`q${suffix}`);
    s.seconds(50);
    s.receive(`q${suffix}`);
    expect(s.counts(`dlq${suffix}`)).toEqual([1, 0, 0]);
    s.seconds(12);
    return s.counts(`dlq${suffix}`)[0];
  };
  expect([age(''), age('.fifo')]).toEqual([0, 1]);
});
test(rule('move-task'), () => {
  const s = pair(1);
  s.send('q', ...Array.from({ length: 6 }, (_, i) => ({ body: `${i}` })));
  s.receive('q');
  s.seconds(1);
  s.receive('q');
  expect(s.counts('dlq')).toEqual([6, 0, 0]);
  expect(s.sqs.StartMessageMoveTask('q')).toMatchObject({ text: 'Source queue must be configured as a Dead Letter Queue.' });
  expect(s.sqs.StartMessageMoveTask('dlq', { MaxNumberOfMessagesPerSecond: 501 })).toMatchObject({ name: 'InvalidParameterValue' });
  expect(s.sqs.StartMessageMoveTask('dlq', { MaxNumberOfMessagesPerSecond: 2 })).toBe('started');
  expect(s.sqs.StartMessageMoveTask('dlq')).toMatchObject({ text: expect.stringContaining('already a task running') });
  s.seconds(1.2);
  expect(s.counts('q')).toEqual([3, 0, 0]);
  expect(s.sqs.CancelMessageMoveTask('dlq')).toBe('cancelled');
  expect(s.sqs.CancelMessageMoveTask('dlq')).toMatchObject({ name: 'ResourceNotFoundException' });
  s.seconds(5);
  expect([s.counts('q'), s.counts('dlq')]).toEqual([
    [3, 0, 0],
    [3, 0, 0],
  ]);
  // They are new: one more receive is allowed.
  expect(s.bodies('q')).toHaveLength(3);
  s.create('elsewhere');
  expect(s.sqs.StartMessageMoveTask('dlq', { DestinationArn: 'elsewhere' })).toBe('started');
  s.seconds(1);
  expect(s.counts('elsewhere')).toEqual([3, 0, 0]);
});
test(rule('purge'), () => {
  const s = service();
  s.create('q', {}, { purgeTakes: 5e6 });
  s.send('q', { body: 'a' }, { body: 'b' }, { body: 'late', delay: 600 });
  s.take('q');
  expect(s.sqs.PurgeQueue('q')).toBe('purging');
  s.seconds(4);
  s.send('q', { body: 'meanwhile' });
  s.seconds(1);
  expect(s.counts('q')).toEqual([0, 0, 0]);
  s.send('q', { body: 'after' });
  expect(s.sqs.PurgeQueue('q')).toMatchObject({ name: 'PurgeQueueInProgress' });
  s.seconds(55);
  expect(s.counts('q')).toEqual([1, 0, 0]);
  expect(s.sqs.PurgeQueue('q')).toBe('purging');
});
test(rule('delete-queue'), () => {
  const s = service();
  s.create('q');
  s.send('q', { body: 'a' });
  expect(s.sqs.DeleteQueue('q')).toBe('deleted');
  expect(s.send('q', { body: 'b' })[0]).toMatchObject({ name: 'QueueDoesNotExist' });
  s.seconds(59);
  expect(s.create('q')).toMatchObject({ name: 'QueueDeletedRecently' });
  s.seconds(1);
  expect(s.create('q')).toBe('created');
  expect(s.counts('q')).toEqual([0, 0, 0]);
});
test(rule('create-again'), () => {
  const s = service();
  s.create('q', { VisibilityTimeout: 5 });
  expect(s.create('q')).toBe('created');
  expect(s.create('q', { VisibilityTimeout: 5 })).toBe('created');
  expect(s.create('q', { VisibilityTimeout: 6 })).toMatchObject({ name: 'QueueNameExists' });
});
test(rule('saved'), () => {
  const play = (reload: boolean) => {
    const s = service();
    const pause = (seconds: number) => {
      s.seconds(seconds);
      if (reload) s.reload();
    };
    s.create('dlq');
    s.create('q', { VisibilityTimeout: 2, ...policy('dlq', 2) }, { servers: 3, asked: 2, duplicates: 0.3, reordering: 0.5 });
    s.create('f.fifo', { VisibilityTimeout: 2, ContentBasedDeduplication: true });
    for (let i = 0; i < 30; i++) {
      s.send('q', { body: `${i}`, group: `${i % 3}`, delay: i % 4 });
      s.send('f.fifo', { body: `${i}`, group: `${i % 3}` });
      pause(0.3);
      s.receive('q', { MaxNumberOfMessages: 2, WaitTimeSeconds: i % 2 }, `c${i}`);
      s.receive('f.fifo', { MaxNumberOfMessages: 2 }, `f${i}`);
      if (i === 20) s.sqs.StartMessageMoveTask('dlq', { MaxNumberOfMessagesPerSecond: 3 });
      pause(0.2);
    }
    pause(10);
    return s.events;
  };
  expect(play(true)).toEqual(play(false));
});
