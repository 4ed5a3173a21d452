import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { Family } from '../../scenario/descriptor.ts';
import type { PlaceView } from '../../worker/protocol.ts';
import { useSession } from '../store/session.ts';
import { laneHeight } from './geometry.ts';

const NO_PLACE: PlaceView = { id: '', lanes: [], gauges: [] };
/** What is written of a place now; its cells may be older. */
export function usePlace(id: string): PlaceView {
  return useSession((s) => s.faces.get(id)) ?? NO_PLACE;
}
/** The frame of a node: the painter draws its cells into it. */
export const Card = memo(function Card({ id, data, selected }: NodeProps) {
  const place = usePlace(id);
  const { title, families, badge } = data as { title: string; families: readonly Family[]; badge: string };
  const [writes, reads] = [families.includes('producer'), families.includes('consumer')];
  const own = writes || reads;
  const side = own ? (place.health ?? badge) : badge;
  return (
    <article className="card" data-selected={selected} data-tone={place.tone}>
      {(reads || !writes) && <Handle type="target" position={Position.Left} />}
      <header>
        <strong>{title}</strong>
        <span className={`side num ${place.tone && own ? `tone-${place.tone}` : ''}`}>{!own && place.health ? <span className={`tone-${place.tone}`}>{place.health}</span> : side}</span>
      </header>
      <div className="lanes">
        {place.lanes.map((lane, i) => (
          <div key={lane.label ?? i} className="lane" style={{ height: laneHeight(place.lanes.length) }} title={lane.end === undefined ? (lane.parts === undefined ? undefined : `${lane.label} has ${lane.parts}`) : lane.note}>
            {lane.label !== undefined && <span className={lane.tone === 'bad' ? 'tone-bad' : 'quiet'}>{lane.past ? 'done' : lane.label.replace(lane.parts === undefined ? /^.{5,}\// : /^.*\//, '#')}</span>}
            {lane.parts !== undefined && <span className="parts quiet num">{lane.parts}</span>}
            {lane.end !== undefined && <span className={`end num tone-${lane.tone ?? 'note'}`}>{lane.end}</span>}
            {lane.note !== undefined && lane.end === undefined && <span className={`note tone-${lane.tone ?? 'note'}`}>{lane.note}</span>}
          </div>
        ))}
      </div>
      <footer>
        {place.gauges
          .filter((g) => !g.minor)
          .slice(0, 3)
          .map((g) => (
            <span key={g.name}>
              {g.name} <b className={`num ${g.tone ? `tone-${g.tone}` : ''}`}>{g.value}</b>
            </span>
          ))}
      </footer>
      {(writes || !reads) && <Handle type="source" position={Position.Right} />}
    </article>
  );
});
