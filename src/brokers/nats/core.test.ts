import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

describe('core NATS', () => {
  test(rule('star'), () => {
    const s = server();
    const sid = s.subscribe('a.*.c');
    for (const [message, subject] of ['a.b.c', 'a.c', 'a.b.b.c', 'a.b.d'].entries()) s.publish(subject, { message });
    expect(s.heard(sid)).toEqual(['0']);
  });
  test(rule('gt'), () => {
    const s = server();
    const sid = s.subscribe('a.>');
    for (const [message, subject] of ['a', 'a.b', 'a.b.c', 'b.a'].entries()) s.publish(subject, { message });
    expect(s.heard(sid)).toEqual(['1', '2']);
  });
  test(rule('literal'), () => {
    const s = server();
    const [star, upper, word] = [s.subscribe('a.*'), s.subscribe('A.b'), s.subscribe('a.b*')];
    s.publish('a.*', { message: 1 });
    s.publish('A.b', { message: 2 });
    s.publish('a.b*', { message: 3 });
    s.publish('a..b', { message: 4 });
    expect([s.heard(star), s.heard(upper), s.heard(word)]).toEqual([['1', '3'], ['2'], ['3']]);
  });
  test(rule('at-most-once'), () => {
    const s = server();
    s.publish('x', { message: 1 });
    const sid = s.subscribe('x');
    s.publish('x', { message: 2 });
    expect(s.heard(sid)).toEqual(['2']);
  });
  test(rule('fan-out'), () => {
    const s = server();
    const sids = [s.subscribe('x'), s.subscribe('x'), s.subscribe('*')];
    s.publish('x', { message: 1 });
    expect(sids.map(s.heard)).toEqual([['1'], ['1'], ['1']]);
  });
  test(rule('queue-group'), () => {
    const s = server({ pick: (n) => n - 1 });
    const sids = [s.subscribe('x', 'g'), s.subscribe('x', 'g'), s.subscribe('x', 'h'), s.subscribe('x')];
    s.publish('x', { message: 1 });
    expect(sids.map(s.heard)).toEqual([[], ['1'], ['1'], ['1']]);
  });
  test(rule('queue-name'), () => {
    const s = server({ pick: () => 0 });
    const sids = [s.subscribe('x.>', 'g'), s.subscribe('x.y', 'g')];
    s.publish('x.y', { message: 1 });
    expect(sids.map(s.heard)).toEqual([['1'], []]);
  });
  test(rule('auto-unsubscribe'), () => {
    const s = server();
    const [three, now] = [s.subscribe('x'), s.subscribe('x')];
    s.publish('x', { message: 1 });
    s.nats.unsubscribe('a', three, 3);
    s.nats.unsubscribe('a', now, 1);
    for (const message of [2, 3, 4]) s.publish('x', { message });
    expect([s.heard(three), s.heard(now)]).toEqual([['1', '2', '3'], ['1']]);
  });
  test(rule('no-responders'), () => {
    const s = server();
    const inbox = s.subscribe('_INBOX.1');
    s.publish('nobody', { reply: '_INBOX.1' });
    expect(s.heard(inbox)).toEqual(['503']);
    s.subscribe('nobody');
    s.publish('nobody', { reply: '_INBOX.1' });
    expect(s.heard(inbox)).toEqual(['503']);
    s.nats.connect('quiet', {});
    const other = s.subscribe('_INBOX.2', '', 'quiet');
    s.publish('void', { reply: '_INBOX.2', client: 'quiet' });
    expect(s.heard(other)).toEqual([]);
  });
  test('of several subscriptions that match the reply subject the widest hears of it', () => {
    const s = server();
    const [exact, star, all] = [s.subscribe('r.x'), s.subscribe('r.*'), s.subscribe('>')];
    s.nats.unsubscribe('a', all);
    s.publish('nobody', { reply: 'r.x' });
    expect([s.heard(exact), s.heard(star)]).toEqual([['503'], []]);
    const wide = s.subscribe('r.>');
    s.publish('nobody', { reply: 'r.x' });
    expect(s.heard(wide)).toEqual(['503']);
  });
  test(rule('echo'), () => {
    const s = server();
    s.nats.connect('mute', { echo: false, no_responders: true });
    const [own, inbox, other] = [s.subscribe('x', '', 'mute'), s.subscribe('r', '', 'mute'), s.subscribe('y')];
    s.publish('x', { message: 1, client: 'mute', reply: 'r' });
    s.publish('y', { message: 2, client: 'mute' });
    expect([s.heard(own), s.heard(inbox), s.heard(other)]).toEqual([[], ['503'], ['2']]);
  });
  test(rule('max-payload'), () => {
    const s = server({ max_payload: 100 });
    expect(s.publish('x', { size: 101 })).toMatchObject({ refused: true, text: 'Maximum Payload Violation', closes: 'connection' });
    expect(s.events('closed').map((one) => one.client)).toEqual(['a']);
    expect(s.publish('x')).toMatchObject({ refused: true, text: 'Connection Closed' });
  });
  test(rule('permissions'), () => {
    const s = server();
    s.nats.connect('b', { permissions: { publish: { allow: ['ok.>'] }, subscribe: { deny: ['secret.>'] } } });
    const [ok, secret] = [s.subscribe('ok.*'), s.subscribe('*.x')];
    expect(s.publish('secret.x', { client: 'b' })).toMatchObject({ text: 'Permissions Violation for Publish to "secret.x"', closes: 'message' });
    s.publish('ok.x', { message: 1, client: 'b' });
    expect([s.heard(ok), s.heard(secret)]).toEqual([['1'], ['1']]);
    expect(s.nats.subscribe('b', { sid: 90, subject: 'secret.x', queue: 'g' })).toMatchObject({ text: 'Permissions Violation for Subscription to "secret.x" using queue "g"' });
  });
  test('a pedantic client is told of a wildcard in a published subject, and the message goes out all the same', () => {
    const s = server();
    s.nats.connect('p', { pedantic: true });
    const sid = s.subscribe('a.*');
    expect(s.publish('a.*', { message: 1, client: 'p' })).toMatchObject({ text: 'Invalid Publish Subject' });
    expect(s.heard(sid)).toEqual(['1']);
  });
  test('a client without headers gets none', () => {
    const s = server();
    s.nats.connect('old', { headers: false });
    const sid = s.subscribe('x', '', 'old');
    s.publish('x', { headers: { A: '1' } });
    expect(s.got(sid).map((one) => one.headers)).toEqual([null]);
  });
});
