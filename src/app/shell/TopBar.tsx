import { DropdownMenu } from 'radix-ui';
import { ChevronsRight, Menu, Moon, Pause, Play, Redo2, RotateCcw, SkipForward, Sun, Undo2 } from 'lucide-react';
import { useStore } from 'zustand';
import { clockText } from '../../base/time.ts';
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { newDocument, openFile, saveFile } from '../share/files.ts';
import { autoLayout, fitView, makeThisTheStart } from '../canvas/actions.ts';
import { SPEEDS } from './speeds.ts';


export function TopBar() {
  const doc = useDocument((s) => s.doc);
  const show = useView((s) => s.show);
  const theme = useView((s) => s.theme);
  const setTheme = useView((s) => s.setTheme);
  return (
    <header className="topbar">
      <div className="brand">
        <img src="./icon.svg" alt="" />
        <strong>Tailrace</strong>
        <span className="title">
          <strong>{doc.title}</strong> <span className="quiet">{[...brokersOf(doc), `seed ${doc.seed}`].join(' · ')}</span>
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
        <button type="button" className="btn plain" aria-label={theme === 'light' ? 'Dark theme' : 'Light theme'} onClick={() => setTheme(document.documentElement.dataset['theme'] === 'light' ? 'dark' : 'light')}>
          {theme === 'light' ? <Moon size={15} aria-hidden /> : <Sun size={15} aria-hidden />}
        </button>
        <FileMenu />
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
        <SkipForward size={13} aria-hidden /> Event
      </button>
      {message !== null && (
        <button type="button" className="btn plain" title="To the next entry of the followed message" onClick={() => step({ message })}>
          <SkipForward size={13} aria-hidden /> Message
        </button>
      )}
      <button type="button" className="btn plain" title="To the next finding (f)" onClick={() => step('finding')}>
        <ChevronsRight size={14} aria-hidden /> Finding
      </button>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger className="btn plain" aria-label="Speed">
          {SPEEDS.find(([s]) => s === speed)?.[1] ?? `${speed}×`}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" sideOffset={6}>
            <DropdownMenu.RadioGroup value={String(speed)} onValueChange={(v) => useSession.getState().setSpeed(Number(v))}>
              {SPEEDS.map(([s, name]) => (
                <DropdownMenu.RadioItem key={name} value={String(s)}>
                  {name} {s === speed && <span aria-hidden>✓</span>}
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
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
      <button type="button" className="btn plain" disabled={past === 0} title={past > 0 ? `Undo: ${lastEdit}` : 'Nothing to undo'} onClick={() => undo()}>
        <Undo2 size={14} aria-hidden /> Undo
      </button>
      <button type="button" className="btn plain" disabled={future === 0} aria-label="Redo" onClick={() => redo()}>
        <Redo2 size={14} aria-hidden />
      </button>
    </>
  );
}
function FileMenu() {
  const show = useView((s) => s.show);
  const item = (name: string, todo: () => void, key = '') => (
    <DropdownMenu.Item onSelect={todo}>
      {name} <span className="quiet">{key}</span>
    </DropdownMenu.Item>
  );
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="btn plain" aria-label="Menu">
        <Menu size={15} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {item('New', newDocument)}
          {item('Open file …', openFile, 'Ctrl O')}
          {item('Save file', saveFile, 'Ctrl S')}
          {item('Make this the start', makeThisTheStart)}
          {item('Tidy the layout', () => void autoLayout())}
          {item('Fit everything', fitView)}
          {item('Commands …', () => show('commands'), 'Ctrl K')}
          {item('Keyboard', () => show('help'), '?')}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
