import { BaseEdge, type EdgeProps, EdgeLabelRenderer } from '@xyflow/react';
import { memo } from 'react';
import { useSession } from '../store/session.ts';
import { along, curve, pathOf, type Wire } from './geometry.ts';
import type { Spot } from './labels.ts';

/** Half a handle: a wire begins at the side of the card, on which its middle lies. */
const HANDLE = 4.5;
/** Where it is said that a wire without words is cut. */
const MIDDLE: Spot = { part: 0.5, dx: 0, dy: -16, w: 40 };
/** A wire: drawn from the same curve along which messages fly. */
export const WireLine = memo(function WireLine({ id, data, selected, sourceX, sourceY, targetX, targetY }: EdgeProps) {
  const { wire, label, spot } = data as unknown as { wire: Wire; label: string; spot?: Spot };
  const cut = useSession((s) => s.picture?.cut.includes(id) ?? false);
  // React Flow knows where the handles are while a node is dragged; the document does not yet.
  const shape = wire.derived ? wire : curve({ x: sourceX - HANDLE, y: sourceY, w: 0, h: 0 }, { x: targetX + HANDLE, y: targetY, w: 0, h: 0 }, false, wire.ports);
  const { part, dx, dy, w } = spot ?? MIDDLE;
  const [x, y] = along(shape, part);
  return (
    <>
      <BaseEdge id={id} path={pathOf(shape)} className={`wire ${wire.derived ? 'derived' : ''} ${selected ? 'selected' : ''} ${cut ? 'cut' : ''}`} interactionWidth={16} />
      {(spot || cut) && (
        <EdgeLabelRenderer>
          <span className="wire-label" style={{ maxWidth: w + 2, transform: `translate(-50%, -50%) translate(${x + dx}px, ${y + dy}px)` }}>
            {cut ? <b className="tone-bad">cut</b> : label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
