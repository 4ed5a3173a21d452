import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { lastFrame, onFrame, useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { setUpEasel } from './easel.ts';
import { AFAR, curve, FAR, type NodeBox, type Wire } from './geometry.ts';
import type { Studio } from './studio.ts';

interface OverlayProps {
  readonly boxes: ReadonlyMap<string, NodeBox>;
  readonly wires: ReadonlyMap<string, Wire>;
  readonly dragged: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
}
/** The painter's place over React Flow: it follows the viewport, and takes frames past React. */
export function Overlay({ boxes, wires, dragged }: OverlayProps) {
  const host = useRef<HTMLDivElement>(null);
  const easel = useRef<Studio | null>(null);
  const store = useStoreApi();

  useEffect(() => {
    if (!host.current) return;
    const painter = setUpEasel(host.current);
    easel.current = painter;
    const motion = matchMedia('(prefers-reduced-motion: reduce)');
    const camera = () => {
      const { transform, width, height } = store.getState();
      // Where everything is small the words grow within their cards; from afar only titles are left.
      const canvas = host.current?.closest('.canvas');
      canvas?.toggleAttribute('data-far', transform[2] < FAR);
      const afar = transform[2] < AFAR;
      canvas?.toggleAttribute('data-afar', afar);
      if (useView.getState().afar !== afar) useView.getState().setAfar(afar);
      painter.tell(['camera', { x: transform[0], y: transform[1], zoom: transform[2], width, height, ratio: Math.min(2, window.devicePixelRatio || 1) }]);
    };
    const colours = () => {
      const css = getComputedStyle(document.documentElement);
      const get = (name: string) => css.getPropertyValue(name).trim();
      painter.tell(['palette', { text: get('--text'), ink: '#10141a', line: get('--line-strong'), accent: get('--accent'), redelivered: get('--redelivered'), duplicate: get('--duplicate'), dead: get('--dead'), lost: get('--lost'), panel: get('--panel') }]);
    };
    const take = (frame: NonNullable<typeof lastFrame>) => {
      painter.tell(['clock', frame.playing, motion.matches]);
      painter.tell(['flights', frame.flights, frame.epoch, frame.linkRates, frame.speed]);
      if (frame.picture) painter.tell(['picture', frame.picture.places]);
    };
    camera();
    colours();
    const { picture } = useSession.getState();
    if (picture) painter.tell(['picture', picture.places]);
    if (lastFrame) take(lastFrame);
    const themes = new MutationObserver(colours);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const ends = [store.subscribe((now, before) => (now.transform !== before.transform || now.width !== before.width || now.height !== before.height) && camera()), onFrame(take), useView.subscribe((now, before) => now.message !== before.message && painter.tell(['follow', now.message]))];
    return () => {
      themes.disconnect();
      for (const end of ends) end();
      painter.end();
    };
  }, [store]);

  useEffect(() => {
    // While a node is dragged its cells and wires go with it.
    if (Object.keys(dragged).length === 0) easel.current?.tell(['geometry', boxes, wires]);
    else {
      const moved = new Map([...boxes].map(([id, box]) => [id, dragged[id] ? { ...box, ...dragged[id] } : box]));
      const bent = new Map([...wires].map(([id, wire]) => [id, { ...wire, ...curve(moved.get(wire.from) as NodeBox, moved.get(wire.to) as NodeBox, wire.derived, wire.ports) }]));
      easel.current?.tell(['geometry', moved, bent]);
    }
  }, [boxes, wires, dragged]);
  return <div ref={host} className="overlay" aria-hidden />;
}
