/** Which nodes and links of a document are whose: one room for each cluster, or for all of a family. */
import type { Topology } from '../brokers/contract.ts';
import { familyOf, type Scenario } from '../scenario/document.ts';
import type { Setting } from './simulation.ts';

/** Broker nodes by room: a cluster's own, or all of one family that needs no cluster or whose clusters can be linked. */
export function topologiesOf(doc: Scenario, { models, catalog }: Pick<Setting, 'models' | 'catalog'>): Map<string, Topology> {
  const joint = new Set(catalog.rooms.flatMap(({ id, joint: one }) => (one ? [id] : [])));
  const out = new Map<string, { cluster: Topology['cluster']; nodes: Scenario['nodes'][number][]; links: Scenario['links'][number][] }>();
  const roomOf = new Map<string, string>();
  for (const node of doc.nodes) if (node.kind.endsWith('.cluster') && !joint.has(familyOf(node.kind))) out.set(node.id, { cluster: node, nodes: [], links: [] });
  for (const node of doc.nodes) {
    const family = familyOf(node.kind);
    if (!Object.hasOwn(models, family) || out.has(node.id)) continue;
    const id = node.parent !== undefined && out.has(node.parent) ? node.parent : family;
    const topology = out.get(id) ?? { cluster: { id, kind: family }, nodes: [], links: [] };
    out.set(id, topology);
    topology.nodes.push(node);
    roomOf.set(node.id, id);
  }
  for (const link of doc.links) {
    const id = roomOf.get(link.from) ?? roomOf.get(link.to);
    if (id !== undefined) out.get(id)?.links.push(link);
  }
  return out;
}
