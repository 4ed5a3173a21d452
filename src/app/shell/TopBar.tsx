import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { ChevronsRight, Menu, Moon, Pause, Play, Redo2, RotateCcw, SkipForward, Sun, Undo2 } from 'lucide-react';
import { useStore } from 'zustand';
import { clockText } from '../../base/time.ts';
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { speedName } from './speeds.ts';

const FileMenu = lazy(async () => ({ default: (await import('./Menus.tsx')).FileMenu }));
const SpeedMenu = lazy(async () => ({ default: (await import('./Menus.tsx')).SpeedMenu }));

export function TopBar() {
  const doc = useDocument((s) => s.doc);
  const show = useView((s) => s.show);
  const theme = useView((s) => s.theme);
  const isLight = theme === 'light' || (theme === 'system' && matchMedia('(prefers-color-scheme: light)').matches);
  const setTheme = useView((s) => s.setTheme);
  const made = [...brokersOf(doc), `seed ${doc.seed}`].join(' · ');
  return (
    <header className="topbar">
      <div className="brand">
        <img src="./icon.svg" alt="" />
        <strong>Tailrace</strong>
        <span className="title" title={`${doc.title} · ${made}`}>
          <strong>{doc.title}</strong> <span className="quiet">{made}</span>
        </span>
      </div>
      <Transport />
      <div className="right">
        <History />
        <button type="button" className="btn plain" onClick={() => show('report')}>
          Report
        </button>
        <button type="button" className="btn soft" onClick={() => show('share')}>
          Share link
        </button>
        <button type="button" className="btn plain" aria-label={isLight ? 'Dark theme' : 'Light theme'} onClick={() => setTheme(isLight ? 'dark' : 'light')}>
          {isLight ? <Moon size={15} aria-hidden /> : <Sun size={15} aria-hidden />}
        </button>
        <LaterMenu name="Menu" label={<Menu size={15} aria-hidden />} Menu={FileMenu} />
      </div>
    </header>
  );
}
/** "RabbitMQ 4": the brokers that are in it, and the version that is modelled. */
function brokersOf(doc: Scenario): string[] {
  const used = new Set(doc.nodes.map((n) => n.kind));
  return catalog.rooms.filter((r) => r.versions !== undefined && r.nodes.some((n) => used.has(n.kind))).map((r) => `${r.title} ${r.versions?.split('.')[0] ?? ''}`.trim());
}
function Transport() {
  const { toggle, step, seek } = useSession.getState();
  const isPlaying = useSession((s) => s.playing);
  const now = useSession((s) => s.now);
  const speed = useSession((s) => s.speed);
  const message = useView((s) => s.message);
  return (
    <div className="transport" role="toolbar" aria-label="Transport">
      <button type="button" className="btn plain" aria-label="Back to the start" onClick={() => seek(0)}>
        <RotateCcw size={14} aria-hidden />
      </button>
      <button type="button" className="btn primary" onClick={toggle}>
        {isPlaying ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <button type="button" className="btn plain" title="To the next entry of the history (.)" onClick={() => step('entry')}>
        <SkipForward size={13} aria-hidden /> <span className="word">Entry</span>
      </button>
      <button type="button" className="btn plain" disabled={message === null} title={message === null ? 'Follow a message first' : 'To the next entry of the followed message (m)'} onClick={() => message !== null && step({ message })}>
        <SkipForward size={13} aria-hidden /> <span className="word">Message</span>
      </button>
      <button type="button" className="btn plain" title="To the next finding (f)" onClick={() => step('finding')}>
        <ChevronsRight size={14} aria-hidden /> <span className="word">Finding</span>
      </button>
      <LaterMenu name="Speed" label={speedName(speed)} Menu={SpeedMenu} />
      <span className="time" role="timer" aria-label="Time of the run">
        {clockText(now)}
      </span>
    </div>
  );
}
function History() {
  const past = useStore(useDocument.temporal, (s) => s.pastStates.length);
  const future = useStore(useDocument.temporal, (s) => s.futureStates.length);
  const lastEdit = useDocument((s) => s.lastEdit);
  const { undo, redo } = useDocument.temporal.getState();
  return (
    <>
      <button type="button" className="btn plain" disabled={past === 0} aria-label="Undo" title={past > 0 ? `Undo: ${lastEdit}` : 'Nothing to undo'} onClick={() => undo()}>
        <Undo2 size={14} aria-hidden /> <span className="roomy">Undo</span>
      </button>
      <button type="button" className="btn plain" disabled={future === 0} aria-label="Redo" title="Redo" onClick={() => redo()}>
        <Redo2 size={14} aria-hidden />
      </button>
    </>
  );
}
/** A menu's code comes after the first screen; who is faster finds it open when it is there. */
function LaterMenu({ name, label, Menu: Later }: { readonly name: string; readonly label: ReactNode; readonly Menu: ComponentType<{ readonly label: ReactNode; readonly opened: boolean }> }) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <button type="button" className="btn plain" aria-label={name} aria-haspopup="menu" onClick={() => setWanted(true)}>
      {label}
    </button>
  );
  return (
    <Suspense fallback={button}>
      <Later label={label} opened={wanted} />
    </Suspense>
  );
}
