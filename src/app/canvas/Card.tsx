import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { Family } from '../../scenario/descriptor.ts';
import type { PlaceView } from '../../worker/protocol.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { laneHeight } from './geometry.ts';

const NO_PLACE: PlaceView = { id: '', lanes: [], gauges: [] };
/** What is written of a place now; its cells may be older. */
export function usePlace(id: string): PlaceView {
  return useSession((s) => s.faces.get(id)) ?? NO_PLACE;
}
interface Written {
  readonly title: string;
  readonly families: readonly Family[];
  readonly badge: string;
  /** Whether a wire arrives, and whether one leaves. */
  readonly wired: readonly [boolean, boolean];
}
/** The frame of a node: the painter draws its cells into it. */
export const Card = memo(function Card({ id, data, selected }: NodeProps) {
  const { title, families, badge, wired } = data as unknown as Written;
  const tone = useSession((s) => s.faces.get(id)?.tone);
  const afar = useView((s) => s.afar);
  const [writes, reads] = [families.includes('producer'), families.includes('consumer')];
  return (
    <article className="card" data-selected={selected} data-tone={tone}>
      {(reads || !writes) && <Handle type="target" position={Position.Left} className={wired[0] ? 'wired' : ''} />}
      {afar ? (
        <header>
          <strong>{title}</strong>
        </header>
      ) : (
        <Words id={id} title={title} badge={badge} own={writes || reads} />
      )}
      {(writes || !reads) && <Handle type="source" position={Position.Right} className={wired[1] ? 'wired' : ''} />}
    </article>
  );
});
/** @param own its health is its own, not a broker's: it stands in the badge's place */
function Words({ id, title, badge, own }: { readonly id: string; readonly title: string; readonly badge: string; readonly own: boolean }) {
  const place = usePlace(id);
  const side = own ? (place.health ?? badge) : badge;
  return (
    <>
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
    </>
  );
}
