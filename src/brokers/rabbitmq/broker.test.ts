import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { messages, only, server } from './server.test-kit.ts';

const quorum = { 'x-queue-type': 'quorum' };

describe('publishing', () => {
  test(rule('confirm'), () => {
    const s = server();
    s.queue('q', { 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    s.send('q');
    s.send('q');
    expect(only(s.events(), 'confirm').map((one) => [one.seqNo, one.ack, one.because])).toEqual([
      [1, true, null],
      [2, false, 'rabbitmq.maxlen_reject_publish'],
    ]);
  });
  test(rule('cc'), () => {
    const s = server();
    for (const name of ['q', 'r', 't']) s.queue(name);
    s.send('q', { headers: { CC: ['r'], BCC: ['t'] } });
    expect(only(s.events(), 'enqueued').map((one) => one.queue)).toEqual(['q', 'r', 't']);
    expect(s.broker.basicGet('a', 1, { queue: 't' })).toMatchObject({ headers: { CC: ['r'] } });
  });
  test(rule('exchange-headers'), () => {
    const s = server();
    s.queue('q');
    s.broker.queueBind('a', 1, { exchange: 'amq.headers', queue: 'q', arguments: { 'x-match': 'any-with-x', 'x-kind': 'a' } });
    s.send('', { exchange: 'amq.headers', headers: { 'x-kind': 'a' } });
    expect(s.broker.queueCounts('q')?.ready).toBe(1);
  });
  test(rule('alarm'), () => {
    const s = server({ nodes: ['n1', 'n2'] });
    s.queue('q');
    s.open('b', 1, 'n2');
    s.send('q', { connection: 'b' });
    s.broker.setMemoryAlarm(true);
    expect(only(s.events(), 'blocked')).toEqual([]);
    expect(s.send('q', { connection: 'b' })).toMatchObject({ held: true });
    expect(only(s.events(), 'blocked').map((one) => [one.connection, one.reason])).toEqual([['b', 'low on memory']]);
    expect(s.broker.queueCounts('q')?.ready).toBe(1);
    s.broker.setMemoryAlarm(false);
    expect(only(s.events(), 'unblocked')).toHaveLength(1);
    expect(s.broker.queueCounts('q')?.ready).toBe(2);
  });
  test('The memory alarm goes off at the watermark and goes when memory is free again; the monitor looks once a second', () => {
    const s = server({ memory: 200_000_000 });
    s.queue('q');
    for (let i = 0; i < 21; i++) s.send('q', { size: 1_000_000 });
    expect(only(s.events(), 'alarm')).toEqual([]);
    s.ms(1000);
    expect(only(s.events(), 'alarm').map((one) => one.on)).toEqual([true]);
    s.broker.purge('a', 1, 'q');
    expect(only(s.events(), 'alarm')).toEqual([]);
    s.ms(1000);
    expect(only(s.events(), 'alarm').map((one) => one.on)).toEqual([false]);
  });
  test(rule('flow'), () => {
    const s = server({ queueIntakeRate: 1000 });
    s.queue('q');
    for (let i = 0; i < 450; i++) s.send('q');
    expect(only(s.events(), 'throttled').map((one) => one.on)).toEqual([true]);
    expect(s.broker.queueCounts('q')?.ready).toBe(400);
    s.ms(200);
    expect(only(s.events(), 'throttled').map((one) => one.on)).toEqual([false]);
    expect(s.broker.queueCounts('q')?.ready).toBe(450);
  });
  test(rule('direct-reply-to'), () => {
    const s = server();
    s.queue('rpc');
    s.consume('amq.rabbitmq.reply-to', 'replies', { noAck: true });
    s.send('rpc', { replyTo: 'amq.rabbitmq.reply-to' });
    const got = s.broker.basicGet('a', 1, { queue: 'rpc', noAck: true });
    s.events();
    if (got.refused || got.empty) throw new Error('nothing to answer');
    s.open('b');
    s.send(got.replyTo ?? '', { connection: 'b', message: 99 });
    expect(messages(s.events(), 'replies')).toEqual([99]);
  });
});

describe('settling', () => {
  test(rule('prefetch'), () => {
    const s = server();
    s.queue('q');
    s.queue('r');
    s.broker.basicQos('a', 1, { prefetchCount: 2, global: true });
    s.broker.basicConsume('a', 1, { queue: 'q', consumerTag: 'c' });
    s.broker.basicConsume('a', 1, { queue: 'r', consumerTag: 'd' });
    for (const queue of ['q', 'r', 'q']) s.send(queue);
    expect(only(s.events(), 'deliver')).toHaveLength(2);
    s.broker.basicAck('a', 1, { deliveryTag: 1 });
    expect(only(s.events(), 'deliver').map((one) => one.message)).toEqual([2]);
    s.send('r');
    s.events();
    // Without global it ends the one for the channel.
    s.broker.basicQos('a', 1, { prefetchCount: 5 });
    expect(only(s.events(), 'deliver').map((one) => one.message)).toEqual([3]);
  });
  test(rule('requeue-quorum'), () => {
    const s = server();
    s.queue('q', { ...quorum, 'x-delivery-limit': -1 });
    for (let i = 0; i < 2; i++) s.send('q');
    s.broker.basicGet('a', 1, { queue: 'q' });
    s.broker.basicNack('a', 1, { deliveryTag: 1 });
    expect(s.broker.peek('q', 5).ready.map((one) => one.message)).toEqual([1, 0]);
  });
  test(rule('consumer-timeout'), () => {
    const s = server({ consumer_timeout: 90_000 });
    s.queue('q');
    s.send('q');
    s.consume('q', 'c');
    s.events();
    s.ms(60_000);
    expect(only(s.events(), 'closed')).toEqual([]);
    s.ms(60_000);
    const events = s.events();
    expect(only(events, 'closed').map((one) => one.refusal?.code)).toEqual([406]);
    expect(only(events, 'requeued').map((one) => one.because)).toEqual(['rabbitmq.consumer_timeout']);
  });
  test(rule('consumer-timeout-cancel'), () => {
    const s = server({ version: '4.3', consumer_timeout: 90_000 });
    s.queue('q', quorum);
    s.queue('classic');
    for (const queue of ['q', 'classic']) s.send(queue);
    s.consume('classic', 'k');
    s.consume('q', 'c');
    s.events();
    s.ms(120_000);
    const events = s.events();
    expect(only(events, 'cancelled').map((one) => one.consumer)).toEqual(['c']);
    expect(only(events, 'closed')).toEqual([]);
    expect(s.broker.queueCounts('q')).toMatchObject({ ready: 1, unacked: 0, consumers: 1 });
    expect(s.broker.basicAck('a', 1, { deliveryTag: 2 })).toEqual({ refused: false });
    expect(s.broker.queueCounts('q')).toMatchObject({ consumers: 0 });
  });
  test(rule('failures-only'), () => {
    const s = server({ version: '4.3' });
    s.queue('q', { ...quorum, 'x-delivery-limit': 1 });
    s.send('q');
    s.consume('q', 'c');
    for (let tag = 1; tag <= 5; tag++) s.broker.basicNack('a', 1, { deliveryTag: tag });
    expect(only(s.events(), 'deliver').at(-1)?.headers).toEqual({ 'x-acquired-count': 5 });
    for (let tag = 6; tag <= 7; tag++) s.broker.basicReject('a', 1, { deliveryTag: tag, requeue: true });
    expect(only(s.events(), 'dropped').map((one) => one.because)).toEqual(['rabbitmq.delivery_limit']);
  });
  test(rule('delayed-retry'), () => {
    const s = server({ version: '4.3' });
    s.queue('q', { ...quorum, 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 100, 'x-delayed-retry-max': 150 });
    s.send('q');
    s.consume('q', 'c');
    s.broker.basicReject('a', 1, { deliveryTag: 1, requeue: true });
    s.events();
    s.ms(99);
    expect(only(s.events(), 'deliver')).toHaveLength(0);
    s.ms(1);
    expect(only(s.events(), 'deliver')).toHaveLength(1);
    s.broker.basicReject('a', 1, { deliveryTag: 2, requeue: true });
    s.ms(149);
    expect(only(s.events(), 'deliver')).toHaveLength(0);
    s.ms(1);
    expect(only(s.events(), 'deliver')).toHaveLength(1);
  });
});

describe('queues', () => {
  test(rule('ttl-zero'), () => {
    const s = server();
    s.queue('q', { 'x-message-ttl': 0 });
    s.send('q');
    s.consume('q', 'c');
    s.send('q');
    const events = s.events();
    expect(only(events, 'expired').map((one) => one.message)).toEqual([0]);
    expect(messages(events, 'c')).toEqual([1]);
  });
  test(rule('priority-quorum-strict'), () => {
    const s = server({ version: '4.3' });
    s.queue('q', quorum);
    for (const priority of [1, 9, 40]) s.send('q', { priority });
    s.send('q');
    expect(s.broker.peek('q', 9).ready.map((one) => one.message)).toEqual([2, 1, 3, 0]);
  });
  test(rule('sac'), () => {
    const s = server();
    s.queue('q', { ...quorum, 'x-single-active-consumer': true });
    s.consume('q', 'c', { prefetch: 1 });
    s.send('q');
    s.consume('q', 'd', { arguments: { 'x-priority': 5 } });
    s.send('q');
    s.broker.basicAck('a', 1, { deliveryTag: 1 });
    const events = s.events();
    expect([messages(events, 'c'), messages(events, 'd')]).toEqual([[0], [1]]);
  });
  test(rule('policy'), () => {
    const s = server();
    s.queue('q', { 'x-max-length': 5 });
    for (let i = 0; i < 5; i++) s.send('q');
    s.broker.setPolicy({ name: 'short', pattern: '^q$', definition: { 'max-length': 2 } });
    expect(s.broker.queueCounts('q')?.ready).toBe(2);
    expect(s.broker.queues()[0]?.policy).toBe('short');
    s.broker.clearPolicy('short');
    for (let i = 0; i < 5; i++) s.send('q');
    expect(s.broker.queueCounts('q')?.ready).toBe(5);
  });
  test(rule('dlx-at-least-once'), () => {
    const s = server();
    s.queue('q', { ...quorum, 'x-overflow': 'reject-publish', 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead', 'x-dead-letter-strategy': 'at-least-once' });
    s.send('q');
    s.broker.basicGet('a', 1, { queue: 'q' });
    s.broker.basicReject('a', 1, { deliveryTag: 1, requeue: false });
    expect(only(s.events(), 'dead-lettered')).toEqual([]);
    expect(s.broker.census()[0]?.pending).toHaveLength(1);
    s.queue('dead', quorum);
    s.ms(180_000);
    expect(only(s.events(), 'dead-lettered').map((one) => one.copies.length)).toEqual([1]);
    expect(s.broker.queueCounts('dead')?.ready).toBe(1);
  });
  test(rule('classic-node'), () => {
    const s = server({ nodes: ['n1', 'n2'] });
    s.queue('q');
    s.send('q', { persistent: false });
    s.send('q');
    s.open('b', 1, 'n2');
    s.consume('q', 'c', { connection: 'b', prefetch: 1 });
    s.events();
    s.broker.stopNode('n1');
    const events = s.events();
    expect(only(events, 'cancelled')).toHaveLength(1);
    expect(only(events, 'lost').map((one) => [one.message, one.because])).toEqual([[0, 'rabbitmq.node_down_transient']]);
    s.broker.startNode('n1');
    expect(s.broker.peek('q', 5).ready.map((one) => one.message)).toEqual([1]);
  });
  test(rule('quorum-majority'), () => {
    const s = server({ nodes: ['n1', 'n2', 'n3'] });
    s.queue('q', quorum);
    s.open('b', 1, 'n2');
    s.consume('q', 'c', { connection: 'b' });
    s.send('q', { connection: 'b' });
    s.events();
    s.broker.stopNode('n1');
    expect(only(s.events(), 'leader').map((one) => one.node)).toEqual(['n2']);
    s.broker.stopNode('n3');
    expect(only(s.events(), 'leader').map((one) => one.node)).toEqual([null]);
    s.open('c', 1, 'n2');
    for (const connection of ['b', 'c']) s.send('q', { connection });
    expect(s.events()).toEqual([]);
    s.broker.basicAck('b', 1, { deliveryTag: 1 });
    expect(s.broker.queueCounts('q')?.unacked).toBe(1);
    s.broker.closeConnection('c');
    s.broker.startNode('n1');
    // What waited comes in, is confirmed and delivered; what a channel that is gone had waiting is lost.
    const events = s.events();
    expect(only(events, 'confirm').map(({ connection, ack }) => [connection, ack])).toEqual([['b', true]]);
    expect(only(events, 'enqueued')).toHaveLength(1);
    expect(s.broker.queueCounts('q')).toMatchObject({ ready: 0, unacked: 1 });
  });
  test('A message for several queues of which one has no majority waits as a whole, also over a checkpoint.', () => {
    const s = server({ nodes: ['n1', 'n2'] });
    s.queue('q', { ...quorum, 'x-quorum-initial-group-size': 2 });
    s.queue('r');
    s.broker.exchangeDeclare('a', 1, { exchange: 'x', type: 'fanout' });
    for (const queue of ['q', 'r']) s.broker.queueBind('a', 1, { exchange: 'x', queue });
    s.broker.stopNode('n2');
    s.events();
    s.broker.publish('a', 1, { exchange: 'x', routingKey: '', message: 1 });
    expect(s.events()).toEqual([]);
    s.broker.load(JSON.parse(JSON.stringify(s.broker.save())));
    s.broker.startNode('n2');
    const events = s.events();
    expect(only(events, 'enqueued').map(({ queue }) => queue)).toEqual(['r', 'q']);
    expect(only(events, 'confirm').map(({ ack }) => ack)).toEqual([true]);
  });
  test('The cost of a message does not grow with the number that wait', () => {
    for (const table of [{}, quorum]) {
      const s = server();
      s.queue('q', table);
      const count = 100_000;
      for (let i = 0; i < count; i++) {
        s.send('q');
        s.broker.out.length = 0;
      }
      s.consume('q', 'c');
      s.broker.out.length = 0;
      s.broker.basicNack('a', 1, { deliveryTag: count, multiple: true });
      expect(only(s.events(), 'requeued')).toHaveLength(count);
      s.broker.basicAck('a', 1, { deliveryTag: 0, multiple: true });
      expect(s.broker.queueCounts('q')).toMatchObject({ ready: 0, unacked: 0, bytes: 0 });
    }
  }, 20_000);
});
