/** Playback and the engine behind it. Frames go past the store: `onFrame` for painters, `picture` at 10 Hz for gauges. */
import { create } from 'zustand';
import type { EngineCommands, Frame, Picture, PlaceView } from '../../worker/protocol.ts';
import { changedFrom } from '../../scenario/edits.ts';
import { useDocument } from './document.ts';
import { facesOf, Turns } from './faces.ts';

type Commands = { readonly [K in keyof EngineCommands]: (...a: Parameters<EngineCommands[K]>) => Promise<ReturnType<EngineCommands[K]>> };
export interface SessionState {
  readonly commands: Commands | null;
  readonly playing: boolean;
  /** Virtual seconds per wall second; Infinity = as fast as it goes. */
  readonly speed: number;
  /** µs; updated at most ten times a second, exact while paused. */
  readonly now: number;
  readonly head: number;
  readonly ended: boolean;
  readonly picture: Picture | null;
  /** What cards write of places, by place: the same object while it reads the same. */
  readonly faces: ReadonlyMap<string, PlaceView>;
  /** The worker died: what it said last. */
  readonly dead: string | null;
  attach(commands: Commands | null): void;
  died(why: string): void;
  play(): void;
  pause(): void;
  toggle(): void;
  setSpeed(speed: number): void;
  seek(at: number): void;
  step(what: Parameters<EngineCommands['step']>[0]): void;
}

const listeners = new Set<(frame: Frame) => void>();
/** Painters: every frame of the engine, at most one per animation frame. Returns how to stop. */
export function onFrame(listener: (frame: Frame) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
/** The newest frame; painters that start late read it once. */
export let lastFrame: Frame | null = null;

export const useSession = create<SessionState>()((set, get) => ({
  commands: null,
  playing: false,
  speed: 1,
  now: 0,
  head: 0,
  ended: false,
  picture: null,
  faces: new Map(),
  dead: null,
  attach: (commands) => set({ commands, dead: null }),
  died: (why) => set({ commands: null, dead: why, playing: false }),
  play: () => void get().commands?.play(get().speed),
  pause: () => void get().commands?.pause(),
  toggle: () => (get().playing ? get().pause() : get().play()),
  setSpeed: (speed) => {
    set({ speed });
    if (get().playing) void get().commands?.play(speed);
  },
  seek: (at) => void get().commands?.seek(Math.max(0, Math.round(at))),
  step: (what) => void get().commands?.step(what),
}));

/** Called by the engine's port for each frame. */
export function receive(frame: Frame): void {
  lastFrame = frame;
  for (const listener of listeners) listener(frame);
  const state = useSession.getState();
  if (frame.picture || frame.playing !== state.playing || !frame.playing) useSession.setState({ now: frame.now, head: frame.head, playing: frame.playing, ended: frame.ended, ...(frame.picture ? { picture: frame.picture, faces: turn(facesOf(frame.picture.places, state.faces), frame.playing) } : {}) });
}
const turns = new Turns();
let turning = 0;
/** What cards write from now on. Where it runs the rest follows with the next animation frames; where it stands everything is of one moment. */
function turn(faces: ReadonlyMap<string, PlaceView>, playing: boolean): ReadonlyMap<string, PlaceView> {
  const shown = useSession.getState().faces;
  if (!playing || faces.size !== shown.size) {
    turns.clear();
    return faces;
  }
  turns.add(faces, shown);
  return takeTurns(shown);
}
function takeTurns(shown: ReadonlyMap<string, PlaceView>): ReadonlyMap<string, PlaceView> {
  const next = turns.take(shown);
  if (turns.some && turning === 0) {
    turning = requestAnimationFrame(() => {
      turning = 0;
      if (turns.some) useSession.setState({ faces: takeTurns(useSession.getState().faces) });
    });
  }
  return next;
}
/** Every change of the document reaches the engine through here, undo and redo included. */
export function keepEngineInStep(): () => void {
  return useDocument.subscribe((after, before) => {
    if (after.doc !== before.doc) void useSession.getState().commands?.setDocument(after.doc, changedFrom(before.doc, after.doc));
  });
}
