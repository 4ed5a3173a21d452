/** All Redis servers of a scenario. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { RoomHost, Topology } from '../contract.ts';
import { JointRoom } from '../joint-room.ts';
import { ServerRoom } from './server-room.ts';

export class RedisRoom extends JointRoom<ServerRoom> {
  override act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action !== 'start-cluster') return super.act(action, on, parameters);
    const ours = [...this.servers].filter(([id]) => on === id || on === this.topology.cluster.id);
    for (const [id, room] of ours) for (const one of ['start-server', 'start-replica']) room.act(one, id, {});
    return ours.length > 0 ? 'All servers are up.' : undefined;
  }
  protected build(host: RoomHost, part: Topology): ServerRoom {
    return new ServerRoom(host, part);
  }
  protected partsOf(topology: Topology): Map<string, Topology> {
    const parts = new Map<string, { cluster: ScenarioNode; nodes: ScenarioNode[]; links: Topology['links'][number][] }>();
    const homes = new Map<string, string>();
    for (const node of topology.nodes) if (node.kind === 'redis-streams.server') parts.set(node.id, { cluster: node, nodes: [], links: [] });
    for (const node of topology.nodes) {
      const part = parts.get(node.parent ?? '');
      if (part === undefined || node.parent === undefined) continue;
      part.nodes.push(node);
      homes.set(node.id, node.parent);
    }
    for (const link of topology.links) parts.get(homes.get(link.from) ?? homes.get(link.to) ?? '')?.links.push(link);
    return parts;
  }
}
