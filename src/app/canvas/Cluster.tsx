import { Handle, type NodeProps, NodeResizer, Position } from '@xyflow/react';
import { memo } from 'react';
import { resizeTo } from './actions.ts';
import { usePlace } from './Card.tsx';

export const Cluster = memo(function Cluster({ id, data, selected }: NodeProps) {
  const { health, tone } = usePlace(id);
  const { title, badge, wirable } = data as { title: string; badge: string; wirable: boolean };
  return (
    <section className="cluster" data-selected={selected}>
      <NodeResizer isVisible={selected} minWidth={160} minHeight={110} onResizeEnd={(_, box) => resizeTo(id, box)} />
      {wirable && <Handle type="target" position={Position.Left} />}
      <h3>
        <strong>{title === id ? badge : title}</strong>
        {health !== undefined && <span className={`num tone-${tone ?? 'note'}`}>{health}</span>}
      </h3>
      {wirable && <Handle type="source" position={Position.Right} />}
    </section>
  );
});
