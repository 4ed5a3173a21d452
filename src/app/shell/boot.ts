/** From an address or a draft to a running engine. */
import { gallery } from '../../gallery/index.ts';
import { type Engine, startEngine } from '../../worker/engine.ts';
import { autosave, loadDraft } from '../share/drafts.ts';
import { openAddress } from '../share/open.ts';
import { EMPTY, useDocument } from '../store/document.ts';
import { keepEngineInStep, receive, useSession } from '../store/session.ts';

let engine: Engine | undefined;

export function boot(): void {
  void start();
}
async function start(): Promise<void> {
  const shared = await openAddress(location.hash);
  const draft = shared === null ? await loadDraft() : null;
  const opened = shared ?? draft ?? { doc: gallery[0]?.scenario ?? EMPTY, at: 0 };
  useDocument.getState().replace('Open', opened.doc);
  useDocument.temporal.getState().clear();
  if (opened.doc.speed !== undefined) useSession.getState().setSpeed(opened.doc.speed);
  keepEngineInStep();
  autosave();
  startOver(opened.at, opened.at === 0);
  window.addEventListener('hashchange', () => void openAddress(location.hash).then((o) => o && open(o.doc, o.at)));
}
/** A fresh engine for the present document, at a moment. */
export function startOver(at: number, play: boolean): void {
  engine?.stop();
  engine = startEngine({ onFrame: receive, onDead: (why) => useSession.getState().died(why) });
  const { commands } = engine;
  useSession.getState().attach(commands as never);
  const { doc } = useDocument.getState();
  void commands.open(doc, at).then(() => (play ? commands.play(useSession.getState().speed) : undefined));
}
/** Opens a document in place of the present one; undo brings that back. */
export function open(doc: Parameters<ReturnType<typeof useDocument.getState>['replace']>[1], at = 0): void {
  useDocument.getState().replace(`Open ${doc.title}`, doc);
  const { commands, speed } = useSession.getState();
  const chosen = doc.speed ?? speed;
  if (chosen !== speed) useSession.getState().setSpeed(chosen);
  void commands?.open(doc, at).then(() => (at === 0 ? commands.play(chosen) : undefined));
}
