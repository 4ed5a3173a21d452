import { type StreamArgs, type StreamConfig, sameConfig } from './config.ts';
import { deleteConsumer } from './consumers.ts';
import type { Core } from './core.ts';
import { type ApiError, errors } from './errors.ts';
import { expire } from './expiry.ts';
import { forgetIds } from './ingest.ts';
import type { Stream } from './model.ts';
import { forgetGroup, isClustered, placeStream, replicasProblem, rescale } from './placement.ts';
import { acked, enforceSubjectLimit, enforceTotals } from './retention.ts';
import { streamsChanged } from './routing.ts';
import { startReading } from './sources.ts';
import { newStore, passes } from './store.ts';
import { endSync } from './syncing.ts';
import { checkStream, checkUpdate, consumersOver, overlapsOther, sealed, withStreamDefaults } from './stream-config.ts';
import { isTransform } from './transform.ts';

/** Streams come, change and go. */

/** Creating one that is there passes when nothing differs. */
export function createStream(core: Core, args: StreamArgs): Stream | ApiError {
  if (/[\\/]/.test(args.name)) return errors.streamPathSeparators();
  if (args.sealed === true) return errors.streamInvalidConfig('stream configuration for create can not be sealed');
  if (args.mirror_direct === true && (args.mirror ?? null) === null) return errors.streamInvalidConfig('stream has no mirror but does have mirror direct');
  const limit = core.settings.max_streams;
  if (limit > 0 && core.streams.size >= limit && !core.streams.has(args.name)) return errors.maximumStreams();
  const config = withStreamDefaults(core, args);
  const bad = checkStream(core, config);
  if (bad !== null) return bad;
  const old = core.streams.get(config.name);
  const few = old === undefined || !isClustered(core) ? replicasProblem(core, config.num_replicas) : null;
  if (few !== null) return few;
  if (old !== undefined) return sameConfig(old.config, config) ? old : errors.streamNameExist();
  const transform = config.subject_transform;
  if (overlapsOther(core, config.name, config.subjects)) return errors.subjectOverlap();
  if (transform !== null && !isTransform(transform)) return errors.streamCreate(notTransformed(transform.src, transform.dest));
  const stream: Stream = {
    id: core.counters.id++,
    name: config.name,
    created: core.now(),
    config,
    listening: config.subjects,
    store: newStore(config.first_seq, config.storage === 'memory' && !core.since('2.10.27')),
    lastMsgId: '',
    ids: new Map(),
    consumers: new Map(),
    readings: [],
    ageTimer: -1,
    idTimer: -1,
    syncTimer: -1,
    healthAt: -1,
  };
  placeStream(core, stream);
  core.streams.set(stream.name, stream);
  streamsChanged(core, config.subjects);
  startReading(core, stream);
  return stream;
}
const notTransformed = (src: string, dest: string) => `stream subject transform from '${src}' to '${dest}': invalid subject`;

export function updateStream(core: Core, args: StreamArgs): Stream | ApiError {
  const given = withStreamDefaults(core, args);
  const bad = checkStream(core, given);
  if (bad !== null) return bad;
  const stream = core.streams.get(args.name);
  if (stream === undefined) return errors.streamNotFound();
  const fixed = checkUpdate(core, stream, given);
  if (fixed !== null) return fixed;
  const config = sealed(given);
  const over = consumersOver(core, stream, config);
  if (over.length > 0) return errors.streamUpdate(`change to limits violates consumers: ${over.join(', ')}`);
  if (overlapsOther(core, stream.name, config.subjects)) return errors.subjectOverlap();
  const transform = config.subject_transform;
  if (transform !== null && !isTransform(transform)) {
    listenTo(core, stream, config.subjects);
    return errors.streamUpdate(`stream configuration for subject transform from '${transform.src}' to '${transform.dest}': invalid subject`);
  }
  // A server that is alone takes any number, and keeps one copy.
  const few = isClustered(core) ? replicasProblem(core, config.num_replicas, stream) : null;
  if (few !== null) return few;
  const old = stream.config;
  listenTo(core, stream, config.subjects);
  stream.config = config;
  rescale(core, stream);
  applyLimits(core, stream, old);
  if (old.duplicate_window !== config.duplicate_window && stream.idTimer >= 0) forgetIds(core, stream);
  startReading(core, stream);
  return stream;
}
/** What its config did not have is listened to, what it had is not any more: that much an update does before it looks at the transform. */
function listenTo(core: Core, stream: Stream, subjects: readonly string[]): void {
  const old = stream.config.subjects;
  const before = stream.listening;
  stream.listening = [...before.filter((one) => subjects.includes(one) || !old.includes(one)), ...subjects.filter((one) => !old.includes(one) && !before.includes(one))];
  streamsChanged(core, [...before, ...stream.listening]);
}
/** Lower limits take effect at once. */
function applyLimits(core: Core, stream: Stream, old: StreamConfig): void {
  const { config, store } = stream;
  if (config.retention === 'interest' && old.retention !== 'interest') {
    for (const consumer of stream.consumers.values()) {
      for (const { seq, subject } of [...store.messages.values()]) {
        if (seq <= consumer.ackFloorStream && passes(subject, consumer.filters)) acked(core, stream, consumer, seq);
      }
    }
  }
  enforceTotals(core, stream);
  // A first limit per subject waits for the next message of the subject until 2.14; a lower one does not.
  const [before, now] = [old.max_msgs_per_subject, config.max_msgs_per_subject];
  if (now > 0 && (before > 0 ? now < before : core.since('2.14.5'))) for (const subject of [...store.bySubject.keys()]) enforceSubjectLimit(core, stream, subject);
  expire(core, stream);
}

export function deleteStream(core: Core, stream: Stream): void {
  core.streams.delete(stream.name);
  forgetGroup(core, stream.id);
  for (const reading of stream.readings) endSync(core, stream, reading);
  streamsChanged(core, stream.listening);
  for (const consumer of [...stream.consumers.values()]) deleteConsumer(core, stream, consumer, 'deleted');
  for (const message of stream.store.messages.values()) core.removed(stream, message, 'stream-deleted');
}
