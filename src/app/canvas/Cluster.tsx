import { type NodeProps, NodeResizer } from '@xyflow/react';
import { memo } from 'react';
import { resizeTo } from './actions.ts';
import { usePlace } from './Card.tsx';

export const Cluster = memo(function Cluster({ id, data, selected }: NodeProps) {
  const { health, tone } = usePlace(id);
  const { title, badge } = data as { title: string; badge: string };
  return (
    <section className="cluster" data-selected={selected}>
      <NodeResizer isVisible={selected} minWidth={160} minHeight={110} onResizeEnd={(_, box) => resizeTo(id, box)} />
      <h3>
        <strong>{title === id ? badge : title}</strong>
        {health !== undefined && <span className={`num tone-${tone ?? 'note'}`}>{health}</span>}
      </h3>
    </section>
  );
});
