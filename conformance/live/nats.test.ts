import { expect, test } from 'vitest';
import { encodePublish, NatsParser, parseHeaders } from './nats/parser.ts';
import { ackInfo, delivery, native } from './nats/shapes.ts';

const message = { kind: 'message', sid: 7, subject: 'a.b', reply: '', headers: null, status: null, description: '', body: 'hello' } as const;

test('a message that comes byte by byte is one message, between other frames', () => {
  const parser = new NatsParser();
  const bytes = Buffer.from('INFO {"version":"2.10.27"}\r\nPING\r\nMSG a.b 7 5\r\nhello\r\n+OK\r\n-ERR \'Invalid Subject\'\r\n');
  const frames = [...bytes].flatMap((byte) => parser.push(Buffer.from([byte])));
  expect(frames).toEqual([{ kind: 'info', info: { version: '2.10.27' } }, { kind: 'ping' }, message, { kind: 'ok' }, { kind: 'error', text: 'Invalid Subject' }]);
});
test('a body may hold line ends, a message a reply subject', () => {
  expect(new NatsParser().push(Buffer.from('MSG a.b 7 re 4\r\n\r\n\r\n\r\n'))).toEqual([{ ...message, reply: 're', body: '\r\n\r\n' }]);
});
test('headers are taken off the body', () => {
  const head = 'NATS/1.0\r\nA: 1\r\nb-C:two\r\n\r\n';
  const [frame] = new NatsParser().push(Buffer.from(`HMSG a.b 7 ${head.length} ${head.length + 5}\r\n${head}hello\r\n`));
  expect(frame).toEqual({ ...message, headers: { A: '1', 'b-C': 'two' } });
});
test('a status line is a status', () => {
  expect(parseHeaders('NATS/1.0 503\r\n\r\n')).toMatchObject({ status: 503, description: '' });
  expect(parseHeaders('NATS/1.0 404 No Messages\r\n\r\n')).toMatchObject({ status: 404, description: 'No Messages' });
});
test('what is published has its sizes in bytes', () => {
  expect(encodePublish('s', '', '€')).toBe('PUB s 3\r\n€\r\n');
  expect(encodePublish('s', 're', 'x', { A: '1' })).toBe('HPUB s re 18 19\r\nNATS/1.0\r\nA: 1\r\n\r\nx\r\n');
});
test('both forms of an ack subject are read', () => {
  const info = { deliveries: 2, streamSeq: 3, consumerSeq: 4, pending: 5 };
  expect(ackInfo('$JS.ACK.S.c.2.3.4.1700000000.5')).toEqual(info);
  expect(ackInfo('$JS.ACK.hub.HASH.S.c.2.3.4.1700000000.5.tok')).toEqual(info);
  expect(ackInfo('_INBOX.1')).toBe(null);
});
test('a delivery shows its subject only where that says something', () => {
  const shownTo = (subject: string, queue: string) => delivery(message, { subject, queue }, new Set(), 'nats');
  expect(shownTo('a.b', '')).toEqual({ body: 'hello' });
  expect(shownTo('a.*', '')).toEqual({ body: 'hello', subject: 'a.b' });
  expect(shownTo('a.b', 'g')).toEqual({ body: 'hello', subject: 'a.b' });
});
test('durations in ms become nanoseconds, also in lists and deeper', () => {
  expect(native({ ack_wait_ms: 1, backoff_ms: [1, 2], placement: { max_age_ms: 3 } })).toEqual({ ack_wait: 1e6, backoff: [1e6, 2e6], placement: { max_age: 3e6 } });
});
