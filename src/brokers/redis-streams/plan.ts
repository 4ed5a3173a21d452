/** From the nodes and links of a document to what an administrator creates: streams, groups, and which group reads which stream. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { Topology } from '../contract.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface StreamPlan {
  readonly node: string;
  readonly key: string;
  /** XCFGSET, where set. */
  readonly window: Readonly<Record<string, number>>;
}
export interface GroupPlan {
  readonly node: string;
  readonly name: string;
  /** The stream to which its consumers move what they give up, and after how many deliveries. */
  readonly deadStream: string | undefined;
  readonly maxDeliveries: number | undefined;
}
/** A group of one stream: XGROUP CREATE key group id. */
export interface ReadPlan {
  readonly link: string;
  readonly key: string;
  readonly group: string;
  readonly groupNode: string;
  readonly id: string;
  /** False when another group node of that name reads this stream already: on the server they are one. */
  readonly owner: boolean;
}
export interface Plan {
  readonly streams: readonly StreamPlan[];
  readonly groups: readonly GroupPlan[];
  readonly reads: readonly ReadPlan[];
}

export function nameOf(node: ScenarioNode): string {
  const name = node.config?.['name'];
  return typeof name === 'string' && name !== '' ? name : node.id;
}
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const WINDOW = ['IDMP-DURATION', 'IDMP-MAXSIZE'];

export function plan({ nodes, links }: Topology): Plan {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const of = (kind: string) => nodes.filter((n) => n.kind === `redis-streams.${kind}`);
  const window = (config: Config) => Object.fromEntries(WINDOW.flatMap((name) => (number(config[name]) === undefined ? [] : [[name, Number(config[name])]])));
  return {
    streams: of('stream').map((n) => ({ node: n.id, key: nameOf(n), window: window(n.config ?? {}) })),
    groups: of('group').map((n) => ({ node: n.id, name: nameOf(n), deadStream: text(n.config?.['deadStream']), maxDeliveries: number(n.config?.['maxDeliveries']) })),
    reads: owned(
      links.flatMap((link) => {
        const [stream, group] = [byId.get(link.from), byId.get(link.to)];
        if (link.kind !== 'read' || stream === undefined || group === undefined) return [];
        return [{ link: link.id, key: nameOf(stream), group: nameOf(group), groupNode: group.id, id: text(link.config?.['id']) ?? '$' }];
      }),
    ),
  };
}
function owned(reads: readonly Omit<ReadPlan, 'owner'>[]): ReadPlan[] {
  return reads.map((r, i) => ({ ...r, owner: reads.findIndex((one) => one.key === r.key && one.group === r.group) === i }));
}
/** The streams that a group node reads, each once. */
export const keysOf = ({ reads }: Plan, groupNode: string): string[] => [...new Set(reads.filter((r) => r.groupNode === groupNode).map((r) => r.key))];
