import { BaseEdge, type EdgeProps, EdgeLabelRenderer } from '@xyflow/react';
import { memo } from 'react';
import { useSession } from '../store/session.ts';
import { along, curve, pathOf, type Wire } from './geometry.ts';

/** Width of a letter of a label, canvas units. */
const LETTER = 6.4;
/** A wire: drawn from the same curve along which messages fly. */
export const WireLine = memo(function WireLine({ id, data, selected, sourceX, sourceY, targetX, targetY }: EdgeProps) {
  const { wire, label } = data as unknown as { wire: Wire; label: string };
  const cut = useSession((s) => s.picture?.cut.includes(id) ?? false);
  // React Flow knows where the handles are while a node is dragged; the document does not yet.
  const shape = wire.derived ? wire : curve({ x: sourceX, y: sourceY, w: 0, h: 0 }, { x: targetX, y: targetY, w: 0, h: 0 }, false);
  const gap = Math.abs(shape.points[6] - shape.points[0]);
  // Where the way is short the label stands in its middle, and is cut rather than written over the cards.
  const [x, y] = along(shape, label.length * LETTER > gap * 0.7 ? 0.5 : 0.6);
  return (
    <>
      <BaseEdge id={id} path={pathOf(shape)} className={`wire ${wire.derived ? 'derived' : ''} ${selected ? 'selected' : ''} ${cut ? 'cut' : ''}`} interactionWidth={16} />
      {(label !== '' || cut) && (
        <EdgeLabelRenderer>
          <span className="wire-label" style={{ maxWidth: Math.max(40, gap - 4), transform: `translate(-50%, ${cut ? -180 : -120}%) translate(${x}px, ${y}px)` }}>
            {cut ? <b className="tone-bad">cut</b> : label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
