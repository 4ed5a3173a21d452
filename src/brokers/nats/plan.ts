/** From the nodes and links of a document to what an administrator creates: streams, consumers, and the subjects that clients listen to. */
import { micros } from '../../base/time.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';
import type { ConsumerArgs, ExternalFilter, StreamArgs } from './config.ts';
import type { Reader } from './onward.ts';

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
  /** Links by which one stream reads another, from stream to stream, both of this server. */
  readonly sources: readonly { readonly link: string; readonly from: string; readonly to: string }[];
  /** Links by which a stream here reads one of another server. */
  readonly abroad: readonly { readonly link: string; readonly from: string; readonly to: string; readonly server: string }[];
  /** Streams of other servers that read streams of this one. */
  readonly readers: readonly Reader[];
}
export const NOTHING: Plan = { streams: [], consumers: [], subjects: [], sources: [], abroad: [], readers: [] };

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
/** A server's name in subjects. */
export const serverName = (cluster: string): string => encodeURIComponent(cluster).replaceAll('.', '%2E');
export const domainOf = (node: ScenarioNode | undefined): string => text(node?.config?.['domain']);
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

const STREAM = ['retention', 'storage', 'num_replicas', 'max_msgs', 'max_bytes', 'max_msgs_per_subject', 'max_msg_size', 'discard', 'discard_new_per_subject', 'no_ack', 'allow_msg_ttl'];
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

/** @param nodes of all servers: only what lies in the cluster is made */
export function plan({ cluster, nodes, links }: Topology): Plan {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const of = (kind: string) => nodes.filter((n) => n.kind === `nats.${kind}` && n.parent === cluster.id);
  const homeOf = (id: string): string => byId.get(id)?.parent ?? '';
  const named = (id: string): string => {
    const node = byId.get(id);
    return node === undefined ? '' : nameOf(node);
  };
  const sources = links.filter((l) => l.kind === 'source').map((l) => ({ link: l.id, from: named(l.from), to: named(l.to), filter: text(l.config?.['filter_subject']), into: l.to, home: homeOf(l.from), goal: homeOf(l.to) }));
  const external = (home: string): Pick<ExternalFilter, 'external'> => (home === cluster.id ? {} : { external: { api: `$JS.${domainOf(byId.get(home))}.API` } });
  const sourcesOf = (id: string): ExternalFilter[] => sources.filter((s) => s.into === id).map((s) => ({ name: s.from, ...(s.filter === '' ? {} : { filter_subject: s.filter }), ...external(s.home) }));
  return {
    streams: of('stream').map((n) => ({ node: n.id, args: streamArgs(n, sourcesOf(n.id)) })),
    consumers: of('consumer').flatMap((n) => {
      // A consumer has one stream: the first that is wired to it.
      const link = links.find((l) => l.kind === 'filter' && l.to === n.id);
      return link === undefined ? [] : [{ node: n.id, link: link.id, stream: named(link.from), name: nameOf(n), args: consumerArgs(n, link) }];
    }),
    subjects: of('subject').map((n) => ({ node: n.id, subject: subjectOf(n) })),
    sources: sources.filter(({ home, goal }) => home === goal).map(({ link, from, to }) => ({ link, from, to })),
    abroad: sources.filter(({ home, goal }) => home !== goal && goal === cluster.id).map(({ link, from, to, home }) => ({ link, from, to, server: serverName(home) })),
    readers: sources.filter(({ home, goal }) => home !== goal && home === cluster.id).map(({ from, to, goal, filter }) => ({ by: `${serverName(goal)}.${to}`, stream: from, filter })),
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
