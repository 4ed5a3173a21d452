import { lazy, Suspense, useEffect } from 'react';
import { Panel, PanelGroup, PanelResizeHandle } from 'react-resizable-panels';
import { Canvas } from '../canvas/Canvas.tsx';
import { ProblemPage } from '../share/Problems.tsx';
import { useProblems } from '../share/open.ts';
import { useDocument } from '../store/document.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { startOver } from './boot.ts';
import { TopBar } from './TopBar.tsx';

// What lies around the canvas comes right after it.
const LeftPanel = lazy(async () => ({ default: (await import('./LeftPanel.tsx')).LeftPanel }));
const Inspector = lazy(async () => ({ default: (await import('../inspector/Inspector.tsx')).Inspector }));
const Timeline = lazy(async () => ({ default: (await import('../timeline/Timeline.tsx')).Timeline }));
const Dock = lazy(async () => ({ default: (await import('../findings/Dock.tsx')).Dock }));
const Charts = lazy(() => import('../charts/Charts.tsx'));
const Dialogs = lazy(() => import('./Dialogs.tsx'));

/** Height of the timeline, px: its place is kept until it is there. */
const TIMELINE = 62;

export function App() {
  useTheme();
  useEffect(() => void import('./keys.ts').then(({ listen }) => listen()), []);
  const problems = useProblems((s) => s.problems);
  const dialog = useView((s) => s.dialog);
  const stage = useView((s) => s.stage);
  if (problems) return <ProblemPage {...problems} />;
  const timeline = (
    <Suspense fallback={<div className="timeline" style={{ height: TIMELINE }} />}>
      <Timeline />
    </Suspense>
  );
  return (
    <div className="app">
      <button type="button" className="skip" onClick={() => document.querySelector<HTMLElement>('.react-flow__node')?.focus()}>
        To the canvas
      </button>
      <TopBar />
      <PanelGroup direction="vertical" autoSaveId="rows">
        <Panel id="upper" order={1} defaultSize={66} minSize={35}>
          <PanelGroup direction="horizontal" autoSaveId="columns">
            {!stage && (
              <>
                <Panel id="left" order={1} defaultSize={15} minSize={12} maxSize={26}>
                  <Suspense fallback={null}>
                    <LeftPanel />
                  </Suspense>
                </Panel>
                <PanelResizeHandle className="resize" aria-label="Width of the left panel" />
              </>
            )}
            <Panel id="canvas" order={2} minSize={30}>
              <main aria-label="Canvas" style={{ height: '100%' }}>
                <Canvas />
              </main>
            </Panel>
            {!stage && (
              <>
                <PanelResizeHandle className="resize" aria-label="Width of the inspector" />
                <Panel id="inspector" order={3} defaultSize={19} minSize={15} maxSize={34}>
                  <Suspense fallback={null}>
                    <Inspector />
                  </Suspense>
                </Panel>
              </>
            )}
          </PanelGroup>
        </Panel>
        {!stage && (
          <>
            <PanelResizeHandle className="resize" aria-label="Height of the dock" />
            <Panel id="dock" order={2} defaultSize={34} minSize={16}>
              <section className="dock" aria-label="Timeline, charts and findings">
                {timeline}
                <div className="dock-panes">
                  <Suspense fallback={<div />}>
                    <Charts />
                  </Suspense>
                  <Suspense fallback={<div />}>
                    <Dock />
                  </Suspense>
                </div>
              </section>
            </Panel>
          </>
        )}
      </PanelGroup>
      {stage && (
        <section className="dock" aria-label="Timeline">
          {timeline}
        </section>
      )}
      {dialog && (
        <Suspense fallback={null}>
          <Dialogs />
        </Suspense>
      )}
      <Notices />
    </div>
  );
}
function Notices() {
  const notice = useDocument((s) => s.notice);
  const dead = useSession((s) => s.dead);
  const now = useSession((s) => s.now);
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => useDocument.getState().clearNotice(), 8000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <>
      {notice !== null && (
        <div className="banner" role="status">
          {notice.says}
          {notice.undoes && (
            <button type="button" className="link" onClick={() => useDocument.temporal.getState().undo()}>
              Undo
            </button>
          )}
        </div>
      )}
      {dead !== null && (
        <div className="banner bad" role="alert">
          <span>The engine stopped: {dead.replace(/^Uncaught (Error: )?|[.\s]+$/g, '')}. Your document is safe.</span>
          <button type="button" className="btn primary" onClick={() => startOver(now, false)}>
            Restart and replay to here
          </button>
        </div>
      )}
    </>
  );
}
function useTheme(): void {
  const theme = useView((s) => s.theme);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: light)');
    const apply = () => {
      document.documentElement.dataset['theme'] = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
}
