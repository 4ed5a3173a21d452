/** From an address or a draft to a running engine. */
import { loadRooms } from '../../catalog.ts';
import { orderProcessing } from '../../gallery/order-processing.ts';
import { familyOf, type Scenario } from '../../scenario/document.ts';
import { type Engine, startEngine } from '../../worker/engine.ts';
import { asOpening, autosave, loadDraft, useDrafts } from '../share/drafts.ts';
import { foreseeDocuments, openAddress } from '../share/open.ts';
import { useDocument } from '../store/document.ts';
import { keepEngineInStep, receive, useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';

let engine: Engine | undefined;

interface Opened {
  readonly doc?: Scenario;
  readonly speed?: number | null;
  readonly selected?: readonly string[];
  readonly notice?: string;
  /** The draft that it is. */
  readonly slot?: string;
}

export function boot(): void {
  void start();
}
async function start(): Promise<void> {
  const shared = await openAddress(location.hash);
  const draft = shared === null ? await loadDraft() : null;
  const opened: Opened & { doc: Scenario; at: number } = shared ?? draft ?? { doc: orderProcessing, at: 0 };
  await know(opened.doc);
  useDocument.getState().replace('Open', opened.doc, opened.notice);
  useDocument.temporal.getState().clear();
  sayRefused();
  useSession.getState().setSpeed(speedOf(opened));
  selectOf(opened);
  keepEngineInStep();
  autosave();
  startOver(opened.at, opened.at === 0);
  // What else there is comes when the first screen stands.
  setTimeout(() => {
    void loadRooms();
    foreseeDocuments();
  }, 1500);
  window.addEventListener('hashchange', () => void openAddress(location.hash).then((o) => o && open(o.doc, o.at, o)));
}
/** Brings what is known of the brokers in a document. */
function know(doc: Scenario): Promise<void> {
  const added = (doc.timeline ?? []).flatMap((e) => (typeof e.with?.['kind'] === 'string' ? [e.with['kind']] : []));
  return loadRooms([...doc.nodes.map((n) => n.kind), ...added].map(familyOf));
}
/** The speed that was shared or saved, else the scenario's own: nobody sees one scenario at the pace of another. */
function speedOf(opened: Opened): number {
  if (opened.speed === null) return Number.POSITIVE_INFINITY;
  return opened.speed ?? opened.doc?.speed ?? 1;
}
/** What was selected when it was shared, as far as it is there; what was asked of the document before is over. */
function selectOf({ doc, selected = [] }: Opened): void {
  useView.setState({ finding: null, message: null, selected: selected.filter((id) => doc?.nodes.some((n) => n.id === id) || doc?.links.some((l) => l.id === id)) });
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
/** Opens a document in place of the present one, which stays among the drafts if it was edited; undo brings it back, too. */
export async function open(doc: Scenario, at = 0, how: Opened = {}): Promise<void> {
  await know(doc);
  asOpening(how.slot ?? null, () => useDocument.getState().replace(`Open ${doc.title}`, doc, how.notice));
  selectOf({ doc, ...how });
  const { commands, speed } = useSession.getState();
  const chosen = speedOf({ doc, ...how });
  if (chosen !== speed) useSession.getState().setSpeed(chosen);
  void commands?.open(doc, at).then(() => (at === 0 && doc.nodes.length > 0 ? commands.play(chosen) : undefined));
}
export async function openDraft(id: string): Promise<void> {
  const draft = await loadDraft(id);
  if (draft) await open(draft.doc, draft.at, { ...draft, slot: id });
  else sayRefused();
}
function sayRefused(): void {
  const { refused } = useDrafts.getState();
  if (refused !== null) useDocument.getState().say(refused);
  useDrafts.setState({ refused: null });
}
