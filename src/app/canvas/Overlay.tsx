import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { lastFrame, onFrame, useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { curve, type NodeBox, type Wire } from './geometry.ts';
import { createPainter, type Painter } from './painter.ts';

interface OverlayProps {
  readonly boxes: ReadonlyMap<string, NodeBox>;
  readonly wires: ReadonlyMap<string, Wire>;
  readonly dragged: Readonly<Record<string, { readonly x: number; readonly y: number }>>;
}
/** The painter's canvas over React Flow: it follows the viewport, and takes frames past React. */
export function Overlay({ boxes, wires, dragged }: OverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const wake = useRef<() => void>(() => undefined);
  const store = useStoreApi();

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const brush = createPainter(context);
    painter.current = brush;
    const motion = matchMedia('(prefers-reduced-motion: reduce)');
    let request = 0;
    const turn = (wall: number) => {
      request = 0;
      if (brush.paint(wall)) wake.current();
    };
    wake.current = () => {
      if (request === 0) request = requestAnimationFrame(turn);
    };
    const camera = () => {
      const { transform, width, height } = store.getState();
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
      }
      brush.camera({ x: transform[0], y: transform[1], zoom: transform[2], width, height, ratio });
      wake.current();
    };
    const colours = () => {
      const css = getComputedStyle(document.documentElement);
      const get = (name: string) => css.getPropertyValue(name).trim();
      brush.palette({ text: get('--text'), ink: '#10141a', line: get('--line-strong'), accent: get('--accent'), redelivered: get('--redelivered'), duplicate: get('--duplicate'), dead: get('--dead'), lost: get('--lost'), panel: get('--panel') });
      wake.current();
    };
    const take = (frame: NonNullable<typeof lastFrame>) => {
      brush.clock(frame.playing, motion.matches);
      brush.flights(frame.flights, frame.epoch, frame.linkRates, frame.speed);
      if (frame.picture) brush.picture(frame.picture.places);
      wake.current();
    };
    camera();
    colours();
    const { picture } = useSession.getState();
    if (picture) brush.picture(picture.places);
    if (lastFrame) take(lastFrame);
    const themes = new MutationObserver(colours);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const ends = [store.subscribe(camera), onFrame(take), useView.subscribe((s) => (brush.follow(s.message), wake.current()))];
    return () => {
      cancelAnimationFrame(request);
      request = -1;
      themes.disconnect();
      for (const end of ends) end();
    };
  }, [store]);

  useEffect(() => {
    // While a node is dragged its cells and wires go with it.
    if (Object.keys(dragged).length === 0) painter.current?.geometry(boxes, wires);
    else {
      const moved = new Map([...boxes].map(([id, box]) => [id, dragged[id] ? { ...box, ...dragged[id] } : box]));
      const bent = new Map([...wires].map(([id, wire]) => [id, { ...wire, ...curve(moved.get(wire.from) as NodeBox, moved.get(wire.to) as NodeBox, wire.derived) }]));
      painter.current?.geometry(moved, bent);
    }
    wake.current();
  }, [boxes, wires, dragged]);
  return <canvas ref={canvas} className="overlay" aria-hidden />;
}
