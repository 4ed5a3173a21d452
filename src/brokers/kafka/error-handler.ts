/** What a consumer's error handler does with a record that failed, as Spring Kafka's DefaultErrorHandler and others do. */
import type { ConsumerContext } from './consumer-context.ts';
import type { InHand } from './hands.ts';

/** Back to the record that failed: it and everything behind it is polled again. @param rest what work has not begun on */
export function seekBack({ positions, host, group, topic }: ConsumerContext, failed: Readonly<InHand>, rest: readonly Readonly<InHand>[]): void {
  const first = new Map<number, number>([[failed.partition, failed.offset]]);
  for (const r of rest) first.set(r.partition, Math.min(first.get(r.partition) ?? r.offset, r.offset));
  for (const [partition, offset] of first) {
    positions.seek(partition, offset);
    host.readings.returned(group, topic, partition, offset, 'kafka.seek_after_failure');
  }
}
/** It gives up on a record, which goes to another topic, or nowhere; the group goes on. */
export function giveUp({ client, settings, host, group, topic }: ConsumerContext, { partition, offset, delivery: { message } }: Readonly<InHand>): void {
  const { deadLetterTopic } = settings;
  const sent = deadLetterTopic !== '' && host.forward(client, deadLetterTopic, message);
  host.readings.givenUp(group, topic, partition, offset, message, sent ? 'dead-lettered' : 'dropped', sent ? 'kafka.sent_to_other_topic' : 'kafka.given_up');
}
