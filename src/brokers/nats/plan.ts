/** From the nodes and links of a document to what an administrator creates: streams, consumers, and the subjects that clients listen to. */
import { micros } from '../../base/time.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';
import type { ConsumerArgs, ExternalFilter, StreamArgs } from './config.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface StreamPlan {
  readonly node: string;
  readonly args: StreamArgs;
}
export interface ConsumerPlan {
  readonly node: string;
  /** The link that names its stream. */
  readonly link: string;
  readonly stream: string;
  readonly name: string;
  readonly args: ConsumerArgs;
}
export interface SubjectPlan {
  readonly node: string;
  readonly subject: string;
}
export interface Plan {
  readonly streams: readonly StreamPlan[];
  readonly consumers: readonly ConsumerPlan[];
  readonly subjects: readonly SubjectPlan[];
  /** Links by which one stream reads another, from stream to stream. */
  readonly sources: readonly { readonly link: string; readonly from: string; readonly to: string }[];
}
export const NOTHING: Plan = { streams: [], consumers: [], subjects: [], sources: [] };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** "a.*, b.>" → two subjects. */
const list = (value: unknown): string[] =>
  text(value)
    .split(/[\s,]+/)
    .filter((one) => one !== '');
/** A duration of the document in ns, as the API has it. */
export const nanos = (value: unknown): number | undefined => (typeof value === 'string' && value !== '' ? micros(value) * 1000 : undefined);
/** Neither dots nor wildcards in names of streams and consumers: in an id they become dashes. */
export const nameOf = ({ id, config }: ScenarioNode): string => text(config?.['name']) || id.replace(/[^A-Za-z0-9_-]/g, '-');
export const subjectOf = ({ id, config }: ScenarioNode): string => text(config?.['subject']) || id;

/** Settings that are set, under the same names. */
const given = (config: Config, names: readonly string[]): Record<string, unknown> => Object.fromEntries(names.flatMap((name) => (config[name] === undefined || config[name] === '' ? [] : [[name, config[name]]])));
const durations = (config: Config, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const ns = nanos(config[name]);
      return ns === undefined ? [] : [[name, ns]];
    }),
  );

const STREAM = ['retention', 'storage', 'max_msgs', 'max_bytes', 'max_msgs_per_subject', 'max_msg_size', 'discard', 'discard_new_per_subject', 'no_ack', 'allow_msg_ttl'];
const CONSUMER = ['deliver_policy', 'ack_policy', 'max_deliver', 'max_ack_pending', 'max_waiting', 'deliver_subject', 'deliver_group', 'replay_policy', 'rate_limit_bps'];

function streamArgs(node: ScenarioNode, sources: readonly ExternalFilter[]): StreamArgs {
  const config = node.config ?? {};
  return { name: nameOf(node), subjects: list(config['subjects']), ...given(config, STREAM), ...durations(config, ['max_age', 'duplicate_window']), ...(sources.length > 0 ? { sources } : {}) };
}
function consumerArgs(node: ScenarioNode, link: ScenarioLink): ConsumerArgs {
  const config = node.config ?? {};
  const filters = list(link.config?.['filter_subjects']);
  const start = config['deliver_policy'] === 'by_start_sequence' ? given(config, ['opt_start_seq']) : {};
  const backoff = list(config['backoff']).flatMap((one) => nanos(one) ?? []);
  return {
    durable_name: nameOf(node),
    ...given(config, CONSUMER),
    ...durations(config, ['ack_wait', 'inactive_threshold']),
    ...start,
    ...(backoff.length > 0 ? { backoff } : {}),
    // Servers before 2.10 know one filter only.
    ...(filters.length === 1 ? { filter_subject: filters[0] ?? '' } : filters.length > 1 ? { filter_subjects: filters } : {}),
  };
}

export function plan({ nodes, links }: Topology): Plan {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const of = (kind: string) => nodes.filter((n) => n.kind === `nats.${kind}`);
  const named = (id: string): string => {
    const node = byId.get(id);
    return node === undefined ? '' : nameOf(node);
  };
  const sources = links.filter((l) => l.kind === 'source').map((l) => ({ link: l.id, from: named(l.from), to: named(l.to), filter: text(l.config?.['filter_subject']), into: l.to }));
  const sourcesOf = (id: string): ExternalFilter[] => sources.filter((s) => s.into === id).map((s) => ({ name: s.from, ...(s.filter === '' ? {} : { filter_subject: s.filter }) }));
  return {
    streams: of('stream').map((n) => ({ node: n.id, args: streamArgs(n, sourcesOf(n.id)) })),
    consumers: of('consumer').flatMap((n) => {
      // A consumer has one stream: the first that is wired to it.
      const link = links.find((l) => l.kind === 'filter' && l.to === n.id);
      return link === undefined ? [] : [{ node: n.id, link: link.id, stream: named(link.from), name: nameOf(n), args: consumerArgs(n, link) }];
    }),
    subjects: of('subject').map((n) => ({ node: n.id, subject: subjectOf(n) })),
    sources: sources.map(({ link, from, to }) => ({ link, from, to })),
  };
}
/** What a producer publishes to: the subject of its link, or the first of the stream; the key stands for {key} and for wildcards. */
export function publishSubject(template: string, fallback: string, key: string): string {
  if (template !== '') return template.replaceAll('{key}', key);
  return fallback
    .split('.')
    .map((token) => (token === '*' || token === '>' ? key : token))
    .join('.');
}
