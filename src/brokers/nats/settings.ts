/** The settings of NATS's nodes and links under its own names, units and defaults. */
import type { Applies, Field, Fields } from '../../scenario/fields.ts';

export const DOC = 'https://docs.nats.io';
const CONCEPTS = `${DOC}/nats-concepts`;
const STREAMS = `${CONCEPTS}/jetstream/streams`;
const CONSUMERS = `${CONCEPTS}/jetstream/consumers`;
const LEAF = `${DOC}/running-a-nats-service/configuration/leafnodes`;
const LEAF_JETSTREAM = `${LEAF}/jetstream_leafnodes`;
const CLUSTERING = `${DOC}/running-a-nats-service/configuration/clustering/jetstream_clustering`;
const DEVELOP = `${DOC}/using-nats/developer`;
const LIVE: Applies = { how: 'live' };
const UPDATE: Applies = { how: 'live', says: 'STREAM.UPDATE: messages stay, except those that a lower limit takes.' };
const CONSUMER_UPDATE: Applies = { how: 'live', says: 'CONSUMER.CREATE with another configuration: its position and what is out stay.' };
const RESTART: Applies = { how: 'restart', says: 'Taken when the server is made: change it at the start.' };
const RECREATE: Applies = { how: 'recreate', says: 'Another name is another entity: the old one is deleted with what it holds.' };
const FIXED: Applies = { how: 'refused', says: 'The server refuses to change it; delete the entity and make it anew.' };
const MOST = 2_000_000_000;

const text = (help: string, applies: Applies, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength: 255, optional: true, applies, ...more }) as Field;
const most = (help: string, doc: string, applies: Applies, more: Partial<Field> = {}): Field => ({ type: 'integer', help, min: 1, max: MOST, optional: true, applies, doc, ...more }) as Field;
const span = (help: string, doc: string, applies: Applies, more: Partial<Field> = {}): Field => ({ type: 'duration', help, min: 0, max: 86_400e6 * 365, optional: true, applies, doc, ...more }) as Field;

/** Every link takes time. */
export const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
export const cluster: Fields = {
  version: { type: 'choice', help: 'whose rules hold', options: ['2.10.27', '2.14.5', '2.9.10'], default: '2.10.27', applies: RESTART, doc: `${DOC}/release-notes/whats_new` },
  max_payload: { type: 'integer', help: 'larger payloads are refused by the client library', min: 1, max: 67_108_864, unit: 'bytes', default: 1_048_576, applies: LIVE, doc: `${DOC}/running-a-nats-service/configuration#limits` },
  nodes: { type: 'integer', label: 'servers', help: 'of the cluster: streams have up to so many replicas; 1 = a server that stands alone', min: 1, max: 5, default: 1, applies: RESTART, doc: CLUSTERING, group: 'Cluster' },
  routeLatency: { type: 'duration', label: 'route latency', help: 'one way between servers of the cluster: an acknowledgement waits for there and back', min: 0, max: 60e6, default: '500us', applies: LIVE, doc: CLUSTERING, when: { field: 'nodes', is: [2, 3, 4, 5] }, group: 'Cluster' },
  domain: text('JetStream domain: the name by which servers at other ends of leaf connections reach its streams', RESTART, { doc: LEAF_JETSTREAM, maxLength: 64, group: 'Leaf nodes' }),
  ping_interval: { type: 'duration', help: 'how often it pings servers at other ends of leaf connections', min: 1000, max: 3600e6, default: '2min', applies: LIVE, doc: `${DOC}/running-a-nats-service/configuration#connection-timeouts`, group: 'Leaf nodes' },
  ping_max: { type: 'integer', help: 'pings without an answer, after which the connection is given up as stale', min: 1, max: 100, default: 2, applies: LIVE, doc: `${DOC}/running-a-nats-service/configuration#connection-timeouts`, group: 'Leaf nodes' },
  sync_interval: { type: 'choice', help: 'how often files are synced: what a loss of power costs, acknowledged or not', options: ['2min', '1min', '10s', '1s', 'always'], default: '2min', applies: LIVE, doc: `${DOC}/running-a-nats-service/configuration#jetstream`, group: 'Persistence' },
};
const NEW = { field: 'discard', is: ['new'] };
export const stream: Fields = {
  subjects: text('what it keeps: subjects with * and >, separated by blanks; empty = its name', UPDATE, { doc: `${STREAMS}#subjects` }),
  retention: { type: 'choice', help: 'limits: until a limit takes it; interest: until all consumers have acked it; workqueue: until one has', options: ['limits', 'interest', 'workqueue'], default: 'limits', applies: FIXED, doc: `${STREAMS}#retentionpolicy` },
  storage: { type: 'choice', help: 'memory is gone with the process', options: ['file', 'memory'], default: 'file', applies: FIXED, doc: `${STREAMS}#storagetype` },
  num_replicas: { type: 'integer', help: 'servers that keep it; with 3 or 5 a message is acknowledged when a majority has it', min: 1, max: 5, default: 1, applies: UPDATE, doc: `${STREAMS}#configuration` },
  max_msgs: most('messages in all', `${STREAMS}#configuration`, UPDATE, { group: 'Limits' }),
  max_bytes: most('bytes in all', `${STREAMS}#configuration`, UPDATE, { unit: 'bytes', group: 'Limits' }),
  max_age: span('how long a message stays', `${STREAMS}#configuration`, UPDATE, { group: 'Limits' }),
  max_msgs_per_subject: most('messages of one subject', `${STREAMS}#configuration`, UPDATE, { group: 'Limits' }),
  max_msg_size: most('of one message with its headers', `${STREAMS}#configuration`, UPDATE, { unit: 'bytes', group: 'Limits' }),
  discard: { type: 'choice', help: 'what gives way when it is full: the old or the new', options: ['old', 'new'], default: 'old', applies: UPDATE, doc: `${STREAMS}#discardpolicy`, group: 'Limits' },
  discard_new_per_subject: { type: 'flag', help: 'max_msgs_per_subject refuses, too', default: false, applies: UPDATE, doc: `${STREAMS}#discardpolicy`, when: NEW, group: 'Limits' },
  duplicate_window: span('how long a Nats-Msg-Id is known; 2 min unless set', `${DEVELOP}/develop_jetstream/model_deep_dive#message-deduplication`, UPDATE),
  no_ack: { type: 'flag', help: 'publishers get no answer', default: false, applies: UPDATE, doc: `${STREAMS}#configuration` },
  allow_msg_ttl: { type: 'flag', help: 'a message may have a life of its own (Nats-TTL)', default: false, since: '2.11', applies: UPDATE, doc: `${DOC}/release-notes/whats_new/whats_new_211` },
  name: text('without dots, * and >; empty = its id', RECREATE),
};
const PULL = { field: 'deliver_subject', is: [''] };
const ACKS = { field: 'ack_policy', is: ['explicit', 'all'] };
export const consumer: Fields = {
  deliver_policy: { type: 'choice', help: 'where it begins when it is created', options: ['all', 'new', 'last', 'last_per_subject', 'by_start_sequence'], default: 'all', applies: FIXED, doc: `${CONSUMERS}#deliverpolicy` },
  opt_start_seq: most('the first sequence', `${CONSUMERS}#deliverpolicy`, FIXED, { when: { field: 'deliver_policy', is: ['by_start_sequence'] } }),
  ack_policy: { type: 'choice', help: 'explicit: each message; all: an ack covers those before; none: sent is done', options: ['explicit', 'all', 'none'], default: 'explicit', applies: FIXED, doc: `${CONSUMERS}#ackpolicy`, group: 'Acknowledgement' },
  ack_wait: span('without an ack for so long a message is delivered again; 30 s unless set', `${CONSUMERS}#general`, CONSUMER_UPDATE, { when: ACKS, group: 'Acknowledgement' }),
  backoff: text('waits in place of ack_wait, one per delivery, the last repeats: 1s 5s 30s', CONSUMER_UPDATE, { doc: `${CONSUMERS}#general`, when: ACKS, group: 'Acknowledgement' }),
  max_deliver: { type: 'integer', help: 'deliveries after which it gives a message up, with an advisory; -1 = never', min: -1, max: MOST, default: -1, applies: CONSUMER_UPDATE, doc: `${CONSUMERS}#general`, when: ACKS, group: 'Acknowledgement' },
  max_ack_pending: { type: 'integer', help: 'messages out without an ack, of all readers together; at the limit nothing new goes out; 1000 unless set, -1 = no limit', min: -1, max: MOST, optional: true, applies: CONSUMER_UPDATE, doc: `${CONSUMERS}#maxackpending`, when: ACKS, group: 'Acknowledgement' },
  max_waiting: most('pull requests that may wait; 512 unless set', `${CONSUMERS}#pull-specific`, FIXED, { when: PULL, group: 'Pull' }),
  deliver_subject: text('where it pushes; empty = readers pull', CONSUMER_UPDATE, { doc: `${CONSUMERS}#push-specific`, group: 'Push' }),
  deliver_group: text('readers of the group share what is pushed; without one only one reader is bound', CONSUMER_UPDATE, { doc: `${CONSUMERS}#push-specific`, group: 'Push' }),
  rate_limit_bps: most('what it pushes at most', `${CONSUMERS}#push-specific`, CONSUMER_UPDATE, { unit: 'bit/s', group: 'Push' }),
  replay_policy: { type: 'choice', help: 'original: what is there already comes in its old rhythm', options: ['instant', 'original'], default: 'instant', applies: FIXED, doc: `${CONSUMERS}#general` },
  inactive_threshold: span('deleted when nobody reads for so long; empty = never', `${CONSUMERS}#general`, CONSUMER_UPDATE),
  name: text('without dots, * and >; empty = its id', RECREATE),
};
export const subject: Fields = { subject: text('with * and >; empty = its id', LIVE, { doc: `${CONCEPTS}/subjects` }) };

const RECONNECT: Field = { type: 'integer', help: 'what the client keeps while it reconnects; more is refused', min: 0, max: MOST, unit: 'bytes', default: 8_388_608, applies: LIVE, doc: `${DEVELOP}/connecting/reconnect/buffer`, group: 'Client' };
const TO: Field = text("{key} stands for the message's key; empty = the first subject there, with the key for * and >", LIVE, { doc: `${CONCEPTS}/subjects` });
export const publishToStream: Fields = {
  subject: TO,
  ack: { type: 'flag', label: 'JetStream publish', help: 'waits for the answer of the stream; off: fire and forget', default: true, applies: LIVE, doc: `${DEVELOP}/develop_jetstream/publish` },
  'Nats-Msg-Id': { type: 'flag', help: 'names each message, so that a retry is not stored twice', default: false, applies: LIVE, doc: `${CONCEPTS}/jetstream/headers#publish` },
  'Nats-TTL': text('life of each message: 5s, 2m or never; the stream must allow it', LIVE, { since: '2.11', doc: `${DOC}/release-notes/whats_new/whats_new_211` }),
  ReconnectBufSize: RECONNECT,
  ...network,
};
export const publishToSubject: Fields = { subject: TO, ReconnectBufSize: RECONNECT, ...network };
export const filter: Fields = { filter_subjects: text('what it sees of the stream: subjects with * and >, separated by blanks; empty = everything', CONSUMER_UPDATE, { doc: `${CONSUMERS}#filtersubjects` }) };
export const source: Fields = { filter_subject: text('what it takes over; empty = everything', UPDATE, { doc: `${CONCEPTS}/jetstream/source_and_mirror` }) };
export const leafnode: Fields = {
  reconnect: { type: 'duration', help: 'wait before it dials again; after an attempt that failed, up to twice as long', min: 1000, max: 3600e6, default: '1s', applies: LIVE, doc: `${LEAF}/leafnode_conf` },
  ...network,
};
export const consume: Fields = {
  PullMaxMessages: { type: 'integer', help: 'messages on order and in hand, per instance', min: 1, max: 1_000_000, default: 500, applies: LIVE, doc: 'https://pkg.go.dev/github.com/nats-io/nats.go/jetstream#PullMaxMessages', group: 'Pull' },
  PullThresholdMessages: most('below so many it orders more; half of the above unless set', 'https://pkg.go.dev/github.com/nats-io/nats.go/jetstream#PullThresholdMessages', LIVE, { group: 'Pull' }),
  PullExpiry: { type: 'duration', help: 'how long a request waits at the server', min: 1e6, max: 86_400e6, default: '30s', applies: LIVE, doc: 'https://pkg.go.dev/github.com/nats-io/nats.go/jetstream#PullExpiry', group: 'Pull' },
  nakDelay: { type: 'duration', label: 'nak delay', help: 'NakWithDelay: what failed comes back after it; 0 = at once', min: 0, max: 86_400e6, default: '0us', applies: LIVE, doc: `${DEVELOP}/develop_jetstream/model_deep_dive#negative-acknowledgements` },
  ...network,
};
export const listen: Fields = {
  queue: text('queue group: each message goes to one of its members; empty = to every reader', LIVE, { doc: `${CONCEPTS}/core-nats/queue` }),
  pendingMsgLimit: { type: 'integer', label: 'pending messages', help: 'what the client keeps for a slow reader; it drops what is more', min: 1, max: MOST, default: 524_288, applies: LIVE, doc: `${DEVELOP}/events/slow` },
  ...network,
};
