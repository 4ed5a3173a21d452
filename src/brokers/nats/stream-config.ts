import { completeStream, type ExternalFilter, type StreamArgs, type StreamConfig, sameConfig } from './config.ts';
import { isValidName, MAX_NAME } from './consumer-config.ts';
import type { Core } from './core.ts';
import { type ApiError, errors } from './errors.ts';
import type { Stream } from './model.ts';
import { isSubsetOf, isValidSubject, subjectsCollide } from './subjects.ts';
import { isTransform, transformProblem } from './transform.ts';

/** Defaults and checks of a stream configuration, in the server's order: of several mistakes the first is told. */

const DUPLICATE_WINDOW = 120_000_000_000;
const LEAST = 100_000_000;
const MAX_DESCRIPTION = 4096;
const MAX_METADATA = 131_072;
const MAX_REPLICAS = 5;
const wrong = (why: string) => errors.streamInvalidConfig(why);
/** From 2.12 on a limit below what makes sense means none. */
const unlimited = (core: Core, value: number) => (value === 0 || (value < -1 && core.since('2.14.5')) ? -1 : value);

export function withStreamDefaults(core: Core, args: StreamArgs): StreamConfig {
  const given = completeStream(args, core.version);
  const { max_age: age, mirror, republish } = given;
  const window = age !== 0 && age < DUPLICATE_WINDOW ? age : DUPLICATE_WINDOW;
  const takesOwnName = given.subjects.length === 0 && mirror === null && given.sources.length === 0;
  return {
    ...given,
    num_replicas: given.num_replicas === 0 ? 1 : given.num_replicas,
    max_msgs: unlimited(core, given.max_msgs),
    max_msgs_per_subject: unlimited(core, given.max_msgs_per_subject),
    max_bytes: unlimited(core, given.max_bytes),
    max_msg_size: unlimited(core, given.max_msg_size),
    max_consumers: unlimited(core, given.max_consumers),
    duplicate_window: given.duplicate_window === 0 && mirror === null && (given.sources.length === 0 || !core.since('2.14.5')) ? window : given.duplicate_window,
    subjects: takesOwnName ? [given.name] : given.subjects,
    republish: republish !== null && republish.src === '' ? { ...republish, src: '>' } : republish,
    // Delete markers need lives of their own, and replace what is left of the subject.
    ...(given.subject_delete_marker_ttl > 0 ? { allow_msg_ttl: true, allow_rollup_hdrs: true, deny_purge: given.allow_rollup_hdrs && given.deny_purge } : {}),
    mirror_direct: mirror === null ? given.mirror_direct : (core.streams.get(mirror.name)?.config.allow_direct ?? given.mirror_direct),
  };
}

export function checkStream(core: Core, config: StreamConfig): ApiError | null {
  return checkNames(config) ?? checkTimes(core, config) ?? checkMirror(core, config) ?? checkSources(core, config) ?? checkCycle(core, config) ?? checkSubjects(core, config) ?? checkTransform(core, config) ?? checkRepublish(core, config);
}

function checkNames({ name, description, metadata, num_replicas }: StreamConfig): ApiError | null {
  if (!isValidName(name)) return wrong("stream name is required and can not contain '.', '*', '>'");
  if (name.length > MAX_NAME) return wrong(`stream name is too long, maximum allowed is ${MAX_NAME}`);
  if (description.length > MAX_DESCRIPTION) return wrong(`stream description is too long, maximum allowed is ${MAX_DESCRIPTION}`);
  const length = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (length > MAX_METADATA) return wrong(`stream metadata exceeds maximum size of ${MAX_METADATA} bytes`);
  if (num_replicas > MAX_REPLICAS) return wrong(`maximum replicas is ${MAX_REPLICAS}`);
  return num_replicas < 0 ? errors.replicasNegative() : null;
}
function checkTimes(core: Core, config: StreamConfig): ApiError | null {
  const { max_age: age, duplicate_window: window } = config;
  if (age < 0 && core.since('2.14.5')) return wrong('max age can not be negative');
  if (age > 0 && age < LEAST) return wrong('max age needs to be >= 100ms');
  if (window < 0) return wrong('duplicates window can not be negative');
  if (age !== 0 && window > age) return wrong('duplicates window can not be larger then max age');
  if (window > 0 && window < LEAST) return wrong('duplicates window needs to be >= 100ms');
  if (config.deny_purge && config.allow_rollup_hdrs) return wrong('roll-ups require the purge permission');
  return checkDiscardPerSubject(config) ?? checkMarkers(config);
}
function checkMarkers({ subject_delete_marker_ttl: ttl }: StreamConfig): ApiError | null {
  if (ttl < 0) return wrong('subject delete marker TTL must not be negative');
  return ttl > 0 && ttl < 1_000_000_000 ? wrong('subject delete marker TTL must be at least 1 second') : null;
}
function checkDiscardPerSubject({ discard_new_per_subject, discard, max_msgs_per_subject }: StreamConfig): ApiError | null {
  if (!discard_new_per_subject) return null;
  if (discard !== 'new') return wrong('discard new per subject requires discard new policy to be set');
  return max_msgs_per_subject <= 0 ? wrong('discard new per subject requires max msgs per subject > 0') : null;
}

const smaller = (own: number, other: number | undefined) => own > 0 && other !== undefined && other > 0 && own < other;
function checkMirror(core: Core, config: StreamConfig): ApiError | null {
  const { mirror } = config;
  if (mirror === null) return null;
  if (config.first_seq > 0) return errors.mirrorWithFirstSeq();
  if (config.subjects.length > 0) return errors.mirrorWithSubjects();
  if (config.sources.length > 0) return errors.mirrorWithSources();
  if (config.subject_delete_marker_ttl > 0) return wrong('subject delete markers forbidden on mirrors');
  const transforms = mirror.subject_transforms ?? [];
  if ((mirror.filter_subject ?? '') !== '' && transforms.length > 0) return errors.mirrorMultipleFilters();
  for (const [i, { src }] of transforms.entries()) {
    if (!isValidSubject(src)) return errors.mirrorInvalidFilter();
    if (transforms.some((other, j) => i !== j && subjectsCollide(src, other.src))) return errors.mirrorOverlappingFilters();
  }
  if (!isValidName(mirror.name)) return errors.mirrorInvalidName();
  const origin = core.streams.get(mirror.name)?.config;
  if (smaller(config.max_msg_size, origin?.max_msg_size)) return errors.mirrorMaxMessageSize();
  return origin === undefined ? null : meetsNothing(core, 'mirror', mirror, origin.subjects);
}
/** Before 2.10 a filter has to meet a subject of the stream that is read; of a source also one of those before it. */
function meetsNothing(core: Core, what: 'mirror' | 'source', { name, filter_subject: filter = '' }: ExternalFilter, subjects: readonly string[]): ApiError | null {
  if (core.since('2.10.27') || filter === '' || subjects.length === 0 || subjects.some((subject) => subjectsCollide(subject, filter))) return null;
  return wrong(`${what} '${name}' filter subject '${filter}' does not overlap with any origin stream subject`);
}
/** Two sources are the same when stream, filter and transforms are. */
const identity = ({ name, filter_subject, subject_transforms, external }: ExternalFilter) => JSON.stringify([name, filter_subject ?? '', subject_transforms ?? [], external?.api ?? '']);
function checkSources(core: Core, config: StreamConfig): ApiError | null {
  const seen = new Set<string>();
  const subjects: string[] = [];
  for (const source of config.sources) {
    if (!isValidName(source.name)) return errors.sourceInvalidName();
    if (seen.has(identity(source))) return errors.sourceDuplicate();
    seen.add(identity(source));
    // Of a stream of another server nothing is known here.
    const origin = source.external === undefined ? core.streams.get(source.name)?.config : undefined;
    if (smaller(config.max_msg_size, origin?.max_msg_size)) return errors.sourceMaxMessageSize();
    subjects.push(...(origin?.subjects ?? []));
    const apart = origin === undefined ? null : meetsNothing(core, 'source', source, subjects);
    if (apart !== null) return apart;
    const transforms = source.subject_transforms ?? [];
    if ((source.filter_subject ?? '') !== '' && transforms.length > 0) return errors.sourceMultipleFilters();
    if (!transforms.every(isTransform)) return errors.sourceInvalidTransform();
    for (const [i, { src }] of transforms.entries()) {
      if (!isValidSubject(src)) return errors.sourceInvalidFilter();
      if (transforms.some((other, j) => i !== j && isSubsetOf(src, other.src))) return errors.sourceOverlappingFilters();
    }
  }
  return null;
}
/** A stream may not read, through others, what it wrote itself. */
function checkCycle(core: Core, config: StreamConfig): ApiError | null {
  const toVisit = [config];
  const visited = new Set<string>();
  for (let one = toVisit.shift(); one !== undefined; one = toVisit.shift()) {
    visited.add(one.name);
    for (const { name, filter_subject: filter = '', external } of one.sources) {
      if (external !== undefined) continue;
      const meets = filter === '' || one.subjects.some((subject) => subjectsCollide(subject, filter));
      if (visited.has(name)) {
        if (meets) return wrong('detected cycle');
      } else toVisit.push(...[core.streams.get(name)?.config ?? []].flat());
    }
    if (one.mirror === null) continue;
    if (visited.has(one.mirror.name)) return wrong('detected cycle');
    toVisit.push(...[core.streams.get(one.mirror.name)?.config ?? []].flat());
  }
  return null;
}

function checkSubjects(core: Core, { subjects, no_ack, num_replicas }: StreamConfig): ApiError | null {
  for (const [i, subject] of subjects.entries()) {
    if (!isValidSubject(subject)) return wrong('invalid subject');
    if (subjects.indexOf(subject) !== i) return wrong('duplicate subjects detected');
    if (subject === '>' && !no_ack) return wrong('capturing all subjects requires no-ack to be true');
    if (subject === '>' && num_replicas !== 1) return wrong('capturing all subjects requires replicas of 1');
    const within = (space: string) => !no_ack && isSubsetOf(subject, space);
    // From 2.14 on a pattern that reaches into these spaces is enough.
    const reaches = (...spaces: string[]) => (core.since('2.14.5') ? !no_ack && spaces.some((space) => subjectsCollide(subject, space)) : spaces.some(within));
    if (reaches('$JS.>', '$JSC.>', ...(core.since('2.14.5') ? ['$NRG.>'] : [])) && !within('$JS.EVENT.>')) return wrong('subjects that overlap with jetstream api require no-ack to be true');
    const later = core.since('2.14.5') ? subjects.slice(i + 1).find((one) => subjectsCollide(one, subject)) : undefined;
    if (reaches('$SYS.>') && !within('$SYS.ACCOUNT.>')) return wrong('subjects that overlap with system api require no-ack to be true');
    if (later !== undefined) return wrong(`subject "${subject}" overlaps with "${later}"`);
  }
  for (const subject of subjects) {
    const other = subjects.find((one) => one !== subject && subjectsCollide(one, subject));
    if (other !== undefined) return wrong(`subject "${subject}" overlaps with "${other}"`);
  }
  return null;
}
/** Before 2.12 a transform is looked at when the stream is made. */
function checkTransform(core: Core, { subject_transform: transform }: StreamConfig): ApiError | null {
  if (transform === null || !core.since('2.14.5')) return null;
  if (transform.src !== '' && !isValidSubject(transform.src)) return errors.transformInvalidSource(`invalid subject ${transform.src}`);
  const why = transformProblem(transform);
  return why === null ? null : errors.transformInvalidDestination(why);
}
function checkRepublish(core: Core, { republish, subjects }: StreamConfig): ApiError | null {
  if (republish === null) return null;
  if (!core.since('2.10.27') && !subjects.some((subject) => subjectsCollide(republish.src, subject))) return wrong('stream configuration for republish source is not valid subset of subjects');
  if (subjects.some((subject) => subjectsCollide(republish.dest, subject))) return wrong('stream configuration for republish destination forms a cycle');
  if (isTransform(republish)) return null;
  return wrong(`stream configuration for republish with transform from '${republish.src}' to '${republish.dest}' not valid`);
}

/** What an update may not change. Sealing is for good, and sets more than itself. */
export function checkUpdate(core: Core, stream: Stream, next: StreamConfig): ApiError | null {
  const old = stream.config;
  const can = (what: string) => wrong(`stream configuration update can not ${what}`);
  if (next.max_consumers !== old.max_consumers && !core.since('2.14.5')) return can('change MaxConsumers');
  if (next.storage !== old.storage) return can('change storage type');
  if (next.retention !== old.retention) {
    if (!core.since('2.10.27')) return can('change retention policy');
    if (next.retention === 'workqueue' || old.retention === 'workqueue') return can('change retention policy to/from workqueue');
  }
  if (old.sealed && !next.sealed) return can('unseal a sealed stream');
  if (old.deny_delete && !next.deny_delete) return can('cancel deny message deletes');
  if (old.deny_purge && !next.deny_purge) return can('cancel deny purge');
  // From 2.12 on a mirror may become a stream of its own.
  if (!sameConfig(next.mirror, old.mirror) && !(next.mirror === null && core.since('2.14.5'))) return errors.mirrorNotUpdatable();
  if (!sameConfig(next.republish, old.republish) && !core.since('2.10.27')) return can('change RePublish');
  return old.allow_msg_ttl && !next.allow_msg_ttl ? wrong('message TTL status can not be disabled') : null;
}
export const sealed = (config: StreamConfig): StreamConfig => (config.sealed ? { ...config, max_age: 0, discard: 'new', deny_delete: true, deny_purge: true, allow_rollup_hdrs: false } : config);

/** Consumers that a narrower limit for consumers would break. */
export function consumersOver(core: Core, stream: Stream, next: StreamConfig): string[] {
  const { inactive_threshold: longest = 0, max_ack_pending: most = 0 } = next.consumer_limits;
  if (sameConfig(stream.config.consumer_limits, next.consumer_limits)) return [];
  // From 2.12 on no limit is one that nobody exceeds.
  const over = (value: number, limit: number) => value > limit && (limit > 0 || !core.since('2.14.5'));
  return [...stream.consumers.values()].filter(({ config }) => over(config.inactive_threshold, longest) || over(config.max_ack_pending, most)).map((one) => one.name);
}
export const overlapsOther = (core: Core, name: string, subjects: readonly string[]): boolean => [...core.streams.values()].some((stream) => stream.name !== name && stream.config.subjects.some((taken) => subjects.some((subject) => subjectsCollide(subject, taken))));
