import type { Rules } from '../contract.ts';

const DOCS = 'https://docs.nats.io/nats-concepts';
const STREAMS = `${DOCS}/jetstream/streams`;
const CONSUMERS = `${DOCS}/jetstream/consumers`;
const PROTOCOL = 'https://docs.nats.io/reference/reference-protocols/nats-protocol';
const LEAF = 'https://docs.nats.io/running-a-nats-service/configuration/leafnodes';
const CLUSTERING = 'https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering';
const SYNC = 'https://docs.nats.io/running-a-nats-service/configuration#jetstream';
const ADR = (number: number) => `https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-${number}.md`;
const SOURCE = (file: string) => `https://github.com/nats-io/nats-server/blob/v2.10.27/server/${file}`;

/** What the model holds to be true of nats-server, and where that is written. Tests are titled by these. */
export const rules = {
  N01: { name: 'star', says: 'In a subscription * stands for exactly one token.', source: `${DOCS}/subjects#matching-a-single-token`, recorded: ['star-matches-one-token'] },
  N02: { name: 'gt', says: '> stands for one or more tokens, at the end only.', source: `${DOCS}/subjects#matching-multiple-tokens`, recorded: ['gt-matches-one-or-more', 'invalid-subscribe-subjects'] },
  N03: { name: 'literal', says: 'Subjects are case-sensitive, and wildcard characters of a published subject are ordinary characters.', source: `${DOCS}/subjects`, recorded: ['case-and-odd-characters', 'publish-to-wildcard-subject'] },
  N04: { name: 'at-most-once', says: 'Core NATS keeps nothing: what is published while nobody listens is gone.', source: `${DOCS}/core-nats`, recorded: ['no-subscriber-means-lost', 'at-most-once-on-disconnect', 'subscriber-added-while-publishing', 'queue-group-last-member-leaves'] },
  N05: { name: 'fan-out', says: 'Every plain subscription gets a copy, several of one connection too.', source: `${DOCS}/core-nats/pubsub`, recorded: ['fan-out-to-plain-subscribers', 'queue-groups-and-plain-subscribers'] },
  N06: { name: 'queue-group', says: 'Of a queue group one member, chosen at random, gets the message.', source: `${DOCS}/core-nats/queue`, recorded: ['queue-group-one-each', 'two-queue-groups', 'queue-groups-and-plain-subscribers', 'request-many-responders'] },
  N07: { name: 'queue-name', says: 'A queue group is its name: members that listen by different patterns get one message between them.', source: SOURCE('sublist.go'), recorded: ['queue-group-by-name'] },
  N08: { name: 'auto-unsubscribe', says: 'UNSUB with a maximum ends a subscription after so many messages, those before included.', source: `${PROTOCOL}#unsub`, recorded: ['unsubscribe-after-max'] },
  N09: { name: 'no-responders', says: 'A request that reaches nobody is answered with 503 at once.', source: `${DOCS}/core-nats/reqreply#no-responders`, recorded: ['request-no-responders', 'publish-outside-any-stream'] },
  N10: { name: 'echo', says: 'With echo off a connection does not get what it publishes itself.', source: `${PROTOCOL}#connect`, recorded: ['no-echo'] },
  N11: { name: 'max-payload', says: 'A payload over max_payload closes the connection.', source: `${PROTOCOL}#okerr`, recorded: ['max-payload-closes'] },
  N12: { name: 'permissions', says: 'What a client may not publish or subscribe is refused and dropped; the connection stays.', source: 'https://docs.nats.io/running-a-nats-service/configuration/securing_nats/authorization', recorded: ['permissions'] },
  N13: { name: 'sequence', says: 'Each stored message gets the next sequence of the stream, and no sequence is given twice.', source: STREAMS, recorded: ['publish-returns-sequence', 'first-seq-after-purge', 'max-age'] },
  N14: { name: 'discard-old', says: 'A full stream drops its oldest messages.', source: `${STREAMS}#discardpolicy`, recorded: ['max-msgs-discard-old', 'max-msgs-overtakes-consumer', 'stream-update-lowers-max-msgs', 'max-bytes'] },
  N15: { name: 'discard-new', says: 'With discard new a full stream refuses the publish.', source: `${STREAMS}#discardpolicy`, recorded: ['max-msgs-discard-new'] },
  N16: { name: 'per-subject', says: 'max_msgs_per_subject keeps the newest of each subject, also with discard new.', source: STREAMS, recorded: ['max-msgs-per-subject'] },
  N17: { name: 'discard-new-per-subject', says: 'discard_new_per_subject refuses a further message of a subject at its limit.', source: `${STREAMS}#discardpolicy`, recorded: ['discard-new-per-subject'] },
  N18: { name: 'max-bytes', says: 'max_bytes counts subject, headers, payload and an overhead of the storage.', source: SOURCE('memstore.go'), recorded: ['max-bytes'] },
  N19: { name: 'max-age', says: 'Messages older than max_age are removed.', source: `${STREAMS}#retentionpolicy`, recorded: ['max-age', 'max-age-and-consumer-pending'] },
  N20: { name: 'workqueue', says: 'A workqueue stream removes a message when it is acked.', source: `${STREAMS}#retentionpolicy`, recorded: ['workqueue-removes-on-ack', 'workqueue-ack-removes-middle', 'workqueue-unmatched-stays'] },
  N21: { name: 'interest', says: 'An interest stream removes a message when every interested consumer has acked it.', source: `${STREAMS}#retentionpolicy`, recorded: ['interest-waits-for-all', 'interest-deleted-consumer-frees'] },
  N22: { name: 'interest-none', says: 'An interest stream without an interested consumer acks a publish and keeps nothing.', source: `${STREAMS}#retentionpolicy`, recorded: ['interest-needs-a-consumer', 'v210-interest-consumer-made-later'] },
  N23: { name: 'dedup', says: 'A Nats-Msg-Id seen within duplicate_window is acked as a duplicate and not stored.', source: 'https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#message-deduplication', recorded: ['duplicate-msg-id', 'duplicate-window-ends'] },
  N24: { name: 'expected', says: 'Nats-Expected-* headers refuse a publish when the stream is not as expected.', source: `${DOCS}/jetstream/headers#publish`, recorded: ['expected-last-sequence', 'expected-last-msg-id-and-stream', 'expected-sequence-of-a-duplicate', 'v214-expected-sequence-of-another-subject'] },
  N25: { name: 'rollup', says: 'Nats-Rollup replaces all earlier messages of the subject or the stream.', source: `${STREAMS}#allowrollup`, recorded: ['rollup'] },
  N26: { name: 'purge', says: 'A purge removes all, those of a filter, those below a sequence, or all but the newest; the sequence goes on.', source: ADR(10), recorded: ['first-seq-after-purge', 'purge-by-subject', 'filter-skips-gaps', 'purge-keep-in-memory', 'purge-keep-in-file'] },
  N27: { name: 'delete', says: 'Deleting a message leaves a gap.', source: STREAMS, recorded: ['delete-message', 'filter-skips-gaps', 'delete-from-files'] },
  N28: { name: 'sealed', says: 'A sealed stream takes and loses no message, and is never unsealed.', source: STREAMS, recorded: ['sealed-stream'] },
  N29: { name: 'mirror', says: 'A mirror takes over messages with their sequences.', source: `${DOCS}/jetstream/source_and_mirror`, recorded: ['mirror-keeps-sequences'] },
  N30: { name: 'source', says: 'A sourced message gets a sequence of its own and a header that tells its origin.', source: `${DOCS}/jetstream/source_and_mirror`, recorded: ['source-own-sequence'] },
  N31: { name: 'transform', says: 'A subject transform renames messages as they come in.', source: `${DOCS}/subject_mapping`, recorded: ['v210-subject-transform'] },
  N32: { name: 'republish', says: 'A stored message is published again under the republish destination, with headers of its place.', source: ADR(28), recorded: ['republish-with-place', 'republish-headers-only'] },
  N33: { name: 'overlap', says: 'No two streams may take the same subject.', source: SOURCE('stream.go'), recorded: ['streams-may-not-overlap'] },
  N34: { name: 'deliver-policy', says: 'The deliver policy says where a new consumer begins.', source: `${CONSUMERS}#deliverpolicy`, recorded: ['deliver-policies', 'deliver-last-with-filter', 'start-beyond-the-end', 'progress-of-new-consumers'] },
  N35: { name: 'last-per-subject', says: 'last_per_subject begins with the newest of each subject, in stream order.', source: `${CONSUMERS}#deliverpolicy`, recorded: ['deliver-last-per-subject'] },
  N36: { name: 'ack-floor', says: 'The ack floor is the place below which all deliveries are settled.', source: `${CONSUMERS}#ackpolicy`, recorded: ['ack-explicit-and-info', 'term-then-ack-floor', 'ack-wait-redelivers', 'progress-behind-a-filter'] },
  N37: { name: 'ack-all', says: 'With ack policy all an ack covers every earlier delivery.', source: `${CONSUMERS}#ackpolicy`, recorded: ['ack-all'] },
  N38: { name: 'ack-none', says: 'With ack policy none a delivery counts as acked.', source: `${CONSUMERS}#ackpolicy`, recorded: ['ack-none', 'interest-ack-none'] },
  N39: { name: 'ack-wait', says: 'A message that is not acked within ack_wait is delivered again, with a higher count.', source: `${CONSUMERS}#general`, recorded: ['ack-wait-redelivers', 'push-redelivers'] },
  N40: { name: 'late-ack', says: 'An ack that comes after a redelivery still settles the message.', source: `${CONSUMERS}#ackpolicy`, recorded: ['late-ack-settles'] },
  N41: { name: 'backoff', says: 'The n-th wait is the n-th entry of backoff; the last repeats.', source: SOURCE('consumer.go'), recorded: ['backoff-list'] },
  N42: { name: 'max-deliver', says: 'After max_deliver deliveries the consumer gives up, with an advisory; the message stays in the stream.', source: `${CONSUMERS}#general`, recorded: ['max-deliver-gives-up', 'push-redelivers', 'given-up-and-the-floor', 'given-up-after-one-delivery'] },
  N43: { name: 'nak', says: 'A nak redelivers at once, or after its delay, on top of what the backoff adds.', source: 'https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive#negative-acknowledgements', recorded: ['nak-redelivers-at-once', 'nak-with-delay', 'nak-delay-with-backoff'] },
  N44: { name: 'term', says: 'A terminated message is not delivered again, and an advisory tells of it.', source: 'https://docs.nats.io/using-nats/developer/develop_jetstream/consumers', recorded: ['term-stops-redelivery'] },
  N45: { name: 'in-progress', says: 'In-progress begins the ack wait again.', source: 'https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive', recorded: ['in-progress-extends-ack-wait'] },
  N46: { name: 'max-ack-pending', says: 'With max_ack_pending messages out nothing new is delivered.', source: `${CONSUMERS}#maxackpending`, recorded: ['max-ack-pending-blocks', 'push-max-ack-pending', 'no-wait-pull-under-max-ack-pending'] },
  N47: { name: 'redelivery-first', says: 'What is due again goes before what was never delivered.', source: SOURCE('consumer.go'), recorded: ['ack-wait-redelivery-before-new', 'nak-redelivers-at-once'] },
  N48: { name: 'pull-batch', says: 'A pull takes up to batch messages; several requests that wait are served in turn.', source: ADR(13), recorded: ['pull-batch'] },
  N49: { name: 'no-wait', says: 'A no_wait pull ends when nothing more is there: 404 with nothing at all, 408 after a part.', source: ADR(13), recorded: ['pull-no-wait'] },
  N50: { name: 'pull-expires', says: 'A pull that is not filled in time ends with a 408.', source: ADR(13), recorded: ['pull-expires'] },
  N51: { name: 'max-waiting', says: 'A pull beyond max_waiting is refused with 409.', source: CONSUMERS, recorded: ['max-waiting'] },
  N52: { name: 'pull-bytes', says: 'A pull with max_bytes ends with 409 when the next message does not fit.', source: ADR(13), recorded: ['pull-max-bytes'] },
  N53: { name: 'push', says: 'A push consumer delivers while somebody listens on exactly its deliver subject.', source: SOURCE('sublist.go'), recorded: ['push-delivers-when-subscribed'] },
  N54: { name: 'deliver-group', says: 'With a deliver group the listeners of the group share the messages.', source: `${CONSUMERS}#push-specific`, recorded: ['push-queue-group-splits'] },
  N55: { name: 'heartbeat', says: 'An idle push consumer sends heartbeats with its last sequences.', source: ADR(9), recorded: ['idle-heartbeats'] },
  N56: { name: 'flow-control', says: 'A flow-controlled consumer stops at its window until the client answers.', source: ADR(15), recorded: ['flow-control'] },
  N57: { name: 'replay-original', says: 'replay_policy original keeps the distances in time.', source: `${CONSUMERS}#general`, recorded: ['replay-original'] },
  N58: { name: 'rate-limit', says: 'rate_limit_bps spreads deliveries once its bucket is empty.', source: `${CONSUMERS}#push-specific`, recorded: ['rate-limit'] },
  N59: { name: 'headers-only', says: 'headers_only delivers the size of the payload instead of the payload.', source: `${CONSUMERS}#push-specific`, recorded: ['headers-only'] },
  N60: { name: 'filters', says: 'A consumer sees what its filters let through, and counts only that as pending.', source: `${CONSUMERS}#filtersubjects`, recorded: ['filter-subject', 'v210-multiple-filters'] },
  N61: { name: 'workqueue-partition', says: 'Consumers of a workqueue stream may not overlap.', source: SOURCE('stream.go'), recorded: ['workqueue-consumers-may-not-overlap', 'v210-workqueue-multiple-filters'] },
  N62: { name: 'inactive', says: 'An ephemeral consumer, or one with inactive_threshold, goes when nobody used it for that long.', source: `${CONSUMERS}#general`, recorded: ['inactive-consumer-goes'] },
  N63: { name: 'consumer-deleted', says: 'Pulls that wait on a consumer that goes are ended with 409.', source: SOURCE('consumer.go'), recorded: ['pull-ends-with-its-consumer'] },
  N64: { name: 'pause', says: 'A paused consumer delivers nothing until pause_until.', source: 'https://docs.nats.io/release-notes/whats_new/whats_new_211', since: '2.14.5', recorded: ['v214-pause'] },
  N65: { name: 'overflow', says: 'With policy overflow a request with min_pending or min_ack_pending is served only when that much waits or is out.', source: ADR(42), since: '2.14.5', recorded: ['v214-overflow'] },
  N66: { name: 'pinned', says: 'With policy pinned_client one client is served until it is silent for priority_timeout.', source: ADR(42), since: '2.14.5', recorded: ['v214-pinned-client'] },
  N67: { name: 'prioritized', says: 'With policy prioritized requests of a lower number go first.', source: ADR(42), since: '2.14.5', recorded: ['v214-prioritized'] },
  N68: { name: 'ttl', says: 'Nats-TTL gives a message a life of its own, or an endless one, where the stream allows it.', source: ADR(43), since: '2.14.5', recorded: ['v214-message-ttl'] },
  N69: { name: 'marker', says: 'With subject_delete_marker_ttl the last message of a subject leaves a marker when its age ends it.', source: ADR(43), since: '2.14.5', recorded: ['v214-delete-marker'] },
  N70: { name: 'no-wait-404', says: 'From 2.14 on a no_wait pull ends with 404, also after a part.', source: 'https://github.com/nats-io/nats-server/blob/v2.14.5/server/consumer.go', since: '2.14.5', recorded: ['v214-no-wait-404'] },
  N71: { name: 'restart', says: 'A restart ends memory streams with their consumers; file streams keep messages, ids, deliveries that are out and their counts.', source: `${STREAMS}#storagetype`, recorded: ['restart-keeps-files'] },
  N72: { name: 'leaf-interest', says: 'Over a leaf connection goes what somebody at the far end listens to, once for all of them.', source: 'https://docs.nats.io/reference/reference-protocols/leafnode-protocol', recorded: ['leaf-carries-what-is-listened-to'] },
  N73: { name: 'leaf-queue', says: 'Of a queue group members at the server where a message is published go before those behind a leaf connection.', source: LEAF, recorded: ['leaf-serves-nearby-members-first'] },
  N74: { name: 'leaf-lost', says: 'What is on its way when a leaf connection breaks is gone, and until it is back nothing crosses; both sides go on by themselves.', source: LEAF, recorded: ['leaf-loses-what-nobody-can-get'] },
  N75: { name: 'leaf-reconnect', says: 'A leaf dials again after reconnect; an attempt that failed adds up to as much again.', source: SOURCE('leafnode.go'), recorded: ['leaf-dials-again-after-reconnect'] },
  N76: { name: 'leaf-stale', says: 'An end of a leaf connection whose pings stay without an answer, ping_max of them, gives it up with the next.', source: SOURCE('client.go'), recorded: ['leaf-gives-up-a-silent-hub', 'leaf-waits-for-a-slow-hub'] },
  N77: { name: 'leaf-loop', says: 'Leaf nodes form no circles: a connection that closes one is ended, and dialled again half a minute later than otherwise.', source: SOURCE('leafnode.go'), recorded: ['leaf-circle'] },
  N78: { name: 'leaf-stream', says: 'A stream at one end stores what is published under its subjects at the other, as any listener would get it.', source: `${LEAF}/jetstream_leafnodes`, recorded: ['leaf-stream-hears-the-hub'] },
  N79: { name: 'domain', says: 'A stream sources a stream of another server by the domain of that server.', source: `${LEAF}/jetstream_leafnodes`, recorded: ['source-by-domain'] },
  N80: { name: 'source-again', says: 'A source whose consumer skips, or is silent for ten seconds, asks for a new one from where it was; an answer is waited for half a minute.', source: SOURCE('stream.go'), recorded: ['source-catches-up-after-an-outage'] },
  N81: { name: 'source-reconnect', says: 'When a leaf connection is back, sources that are not heard of ask at once.', source: 'https://github.com/nats-io/nats-server/blob/v2.14.5/server/leafnode.go', since: '2.14.5', recorded: ['source-asks-when-the-leaf-is-back'] },
  N82: { name: 'majority', says: 'A message for a stream with several replicas is stored and acknowledged when a majority of them has it.', source: CLUSTERING, recorded: ['cluster-majority-stores'] },
  N83: { name: 'one-replica', says: 'A stream with one replica is away together with its server: a publish to it finds no responders.', source: CLUSTERING, recorded: ['cluster-one-replica'] },
  N84: { name: 'election', says: 'When a leader is gone nobody takes messages until one of the others stands for election, 4 to 9 seconds after it heard of the leader last, and has a majority.', source: SOURCE('raft.go'), recorded: ['cluster-election'] },
  N85: { name: 'longest-log', says: 'Nobody follows a candidate whose log is behind its own.', source: SOURCE('raft.go'), recorded: ['cluster-longest-log'] },
  N86: { name: 'no-quorum', says: 'A leader without a majority takes messages and answers none; when the others are silent for ten seconds it steps down at its next check.', source: SOURCE('raft.go'), recorded: ['cluster-no-quorum'] },
  N87: { name: 'stored-late', says: 'What a leader without a majority has taken is stored when there is a majority again.', source: SOURCE('raft.go'), recorded: ['cluster-stored-late'] },
  N88: { name: 'never-stored', says: 'What only a leader had that is gone is never stored.', source: SOURCE('raft.go'), recorded: ['cluster-never-stored'] },
  N89: { name: 'id-in-process', says: '2.10 answers a Nats-Msg-Id that is proposed and not stored yet as a duplicate with sequence 0; later versions refuse it, earlier ones let the second wait behind the first.', source: SOURCE('jetstream_cluster.go'), recorded: ['cluster-id-in-process'] },
  N90: { name: 'leadership-change', says: 'A new leader of a consumer ends the pull requests that waited at the one before with 409; deliveries that are out stay out.', source: SOURCE('consumer.go'), recorded: ['cluster-leadership-change'] },
  N91: { name: 'catch-up', says: 'A server that was away catches up, and counts again when it has.', source: SOURCE('raft.go'), recorded: ['cluster-catch-up'] },
  N92: { name: 'power-one', says: 'A server that lost power catches up: nothing is lost while a majority keeps what it has.', source: SYNC, recorded: ['cluster-power-one'] },
  N93: { name: 'power-majority', says: 'A majority that loses power before its files are synced loses what was acknowledged, whatever the others have.', source: SYNC, recorded: ['cluster-power-majority'] },
  N94: { name: 'placement', says: 'Replicas need as many servers; one that was not heard of for two and a half minutes does not count, unless a majority of the others is there (2.14).', source: SOURCE('jetstream_cluster.go'), recorded: ['cluster-placement'] },
  N95: { name: 'leaderless', says: 'Without a leader of the cluster no stream or consumer is made or changed: 10008.', source: SOURCE('jetstream_api.go'), recorded: ['cluster-leaderless'] },
  N96: { name: 'next-server', says: 'A client whose server is gone connects to the next one at once, and waits only when it has tried all.', source: 'https://docs.nats.io/using-nats/developer/connecting/reconnect', recorded: ['cluster-next-server'] },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
