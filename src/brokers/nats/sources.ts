import type { ExternalFilter } from './config.ts';
import type { Core } from './core.ts';
import { announce, ingest, keep } from './ingest.ts';
import { isLed } from './leading.ts';
import type { Envelope } from './events.ts';
import type { Reading, Stored, Stream } from './model.ts';
import { noInterest, remove } from './retention.ts';
import { nextPassing, passes, seqFromTime, skip } from './store.ts';
import { beginSync, endSync, newSync } from './syncing.ts';
import { transformed } from './transform.ts';

/**
 * Mirrors and sources: a stream that reads other streams. The real ones do so by an internal ack-none push consumer; here what
 * another stream of the same server has is taken over as soon as it is stored.
 */

const upstreams = ({ config }: Stream): readonly ExternalFilter[] => (config.mirror === null ? config.sources : [config.mirror]);
const filtersOf = ({ filter_subject, subject_transforms = [] }: ExternalFilter): string[] => (subject_transforms.length > 0 ? subject_transforms.map((one) => one.src || '>') : filter_subject === undefined || filter_subject === '' ? [] : [filter_subject]);

/** Sources that are new begin at their start, those that stay go on, the others are forgotten. */
export function startReading(core: Core, stream: Stream): void {
  const before = stream.readings;
  stream.readings = upstreams(stream).map((one) => before.find((old) => old.name === key(one)) ?? begin(core, one));
  for (const old of before) if (!stream.readings.includes(old)) endSync(core, stream, old);
  for (const reading of stream.readings) if (!before.includes(reading)) beginSync(core, stream, reading);
  for (const one of upstreams(stream)) if (one.external === undefined) core.later({ does: 'feed', stream: one.name });
}
const key = ({ name, filter_subject = '', subject_transforms = [], external }: ExternalFilter) => JSON.stringify([name, filter_subject, subject_transforms, external?.api ?? '']);
function begin(core: Core, one: ExternalFilter): Reading {
  if (one.external !== undefined) return { name: key(one), next: one.opt_start_seq ?? 1, sync: newSync() };
  const store = core.streams.get(one.name)?.store;
  const byTime = one.opt_start_time === undefined || store === undefined ? 1 : seqFromTime(store, one.opt_start_time);
  return { name: key(one), next: one.opt_start_seq ?? byTime, sync: null };
}

/** A stream has something new: all that read it take it. */
export function feed(core: Core, from: Stream): void {
  if (!isLed(core, from)) return;
  for (const stream of core.streams.values()) {
    if (!isLed(core, stream)) continue;
    for (const one of upstreams(stream)) {
      const reading = stream.readings.find((other) => other.name === key(one));
      if (one.name !== from.name || one.external !== undefined || reading === undefined) continue;
      for (let next = nextPassing(from.store, reading.next, filtersOf(one)); next !== null; next = nextPassing(from.store, reading.next, filtersOf(one))) {
        if (stream.config.mirror === null) copyIn(core, stream, one, next);
        else reflect(core, stream, one, next);
        reading.next = next.seq + 1;
        // Reading is the ack of a stream that keeps messages for its consumers only.
        if (from.config.retention !== 'limits' && noInterest(from, next, null)) remove(core, from, next.seq, 'acked');
      }
    }
  }
}
function renamed({ subject_transforms = [] }: ExternalFilter, subject: string): string {
  const rule = subject_transforms.find((one) => passes(subject, [one.src || '>']));
  return (rule === undefined ? null : transformed(rule, subject)) || subject;
}
/** A source's message gets a sequence of its own, and tells where it is from. */
function copyIn(core: Core, stream: Stream, one: ExternalFilter, { seq, subject, message, size, headers }: Pick<Stored, 'seq' | 'subject' | 'message' | 'size' | 'headers'>): boolean {
  const kept = Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('Nats-Expected-')));
  const dest = one.subject_transforms?.map(({ dest: to }) => to).join(' ') ?? '>';
  const place = [one.name, String(seq), ...(core.since('2.10.27') ? [filtersOf(one).join(' ') || '>', dest] : []), ...(core.since('2.14.5') ? [subject] : [])];
  return ingest(core, stream, { subject: renamed(one, subject), message, size, headers: { ...kept, 'Nats-Stream-Source': place.join(' ') } });
}
/** What a consumer at another server sent. @returns whether the stream took it */
export function takeIn(core: Core, stream: Stream, one: ExternalFilter, { subject, shown, message, size = 0, headers = null, info }: Envelope): boolean {
  return copyIn(core, stream, one, { seq: info?.streamSeq ?? 0, subject: shown ?? subject, message, size, headers });
}
/** A mirror keeps sequences and times; what was gone before it came by leaves a gap. */
function reflect(core: Core, stream: Stream, one: ExternalFilter, original: Stored): void {
  const { store } = stream;
  if (original.seq <= store.lastSeq) return;
  if (store.lastSeq === 0) store.lastSeq = original.seq - 1;
  while (store.lastSeq < original.seq - 1) skip(store);
  const stored = { ...original, subject: renamed(one, original.subject) };
  keep(core, stream, stored);
  announce(core, stream, stored);
}
