import './left-panel.css';
import { Cable, Cog, Inbox, type LucideIcon, Send, Server, Split, Zap } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { catalog, onRooms, rulesOf } from '../../catalog.ts';
import { gallery } from '../../gallery/index.ts';
import type { Family, RoomDescriptor } from '../../scenario/descriptor.ts';
import { familyOf } from '../../scenario/document.ts';
import { type Proof, proofOf, proofText } from '../../scenario/proof.ts';
import { DRAG_KIND } from '../canvas/actions.ts';
import { addNode } from '../canvas/add-node.ts';
import { News } from '../findings/News.tsx';
import { useDocument } from '../store/document.ts';
import { deleteDraft, useDrafts } from '../share/drafts.ts';
import { useView } from '../store/view.ts';
import { open, openDraft } from './boot.ts';

const GLYPHS: Readonly<Record<Family, LucideIcon>> = { producer: Send, consumer: Cog, router: Split, queue: Inbox, cluster: Server };
/** Kinds with a glyph of their own. */
const OWN: Readonly<Record<string, LucideIcon>> = { bridge: Cable, function: Zap };

export function LeftPanel() {
  const title = useDocument((s) => s.doc.title);
  const description = useDocument((s) => s.doc.description);
  const rooms = useSyncExternalStore(onRooms, () => catalog.rooms);
  const isEmpty = useDocument((s) => s.doc.nodes.length === 0);
  const [tab, setTab] = useState(isEmpty ? 'add' : 'gallery');
  // Who begins with nothing wants to add something.
  useEffect(() => {
    void title;
    if (useDocument.getState().doc.nodes.length === 0) setTab('add');
  }, [title]);
  return (
    <nav className="left-panel" aria-label="Gallery and palette">
      <section className="lesson">
        <h1>{title}</h1>
        {description !== undefined && <Description key={description} text={description} />}
        {!isEmpty && <News key={title} />}
      </section>
      <Tabs.Root value={tab} onValueChange={setTab} className="left-tabs">
        <Tabs.List className="tabs" aria-label="Gallery and palette">
          <Tabs.Trigger value="gallery">Gallery</Tabs.Trigger>
          <Tabs.Trigger value="add">Add</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="gallery">
          {[...new Set(gallery.map((g) => g.broker))].map((broker) => (
            <Shelf key={`${broker} ${title}`} broker={broker} title={title} />
          ))}
          <Drafts />
        </Tabs.Content>
        <Tabs.Content value="add">
          <Palette key={title} rooms={rooms.filter((room) => room.nodes.length > 0)} />
        </Tabs.Content>
      </Tabs.Root>
    </nav>
  );
}
/** Its first lines, and the rest for who wants to read on: what lies below stays in sight. */
function Description({ text }: { readonly text: string }) {
  const words = useRef<HTMLParagraphElement>(null);
  const [isLong, setLong] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    const element = words.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setLong((before) => before || element.scrollHeight > element.clientHeight + 2));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <p ref={words} data-cut={!isOpen}>
        {text}
      </p>
      {isLong && (
        <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Less' : 'Read on'}
        </button>
      )}
    </>
  );
}
/** At hand are the clients and the brokers that the scenario has, or the first while it has none; the others are one click away. */
function Palette({ rooms }: { readonly rooms: readonly RoomDescriptor[] }) {
  const [used] = useState(() => new Set(useDocument.getState().doc.nodes.map((n) => familyOf(n.kind))));
  const brokers = rooms.filter(isBroker);
  const near = brokers.some((room) => used.has(room.id)) ? brokers.filter((room) => used.has(room.id)) : brokers.slice(0, 1);
  const far = brokers.filter((room) => !near.includes(room));
  return (
    <section aria-label="Palette">
      {[...rooms.filter((room) => !isBroker(room)), ...near].map((room) => (
        <PaletteRoom key={room.id} room={room} isOpen />
      ))}
      {far.length > 0 && (
        <details className="more">
          <summary className="section-title">More brokers</summary>
          {far.map((room) => (
            <PaletteRoom key={room.id} room={room} isOpen={false} />
          ))}
        </details>
      )}
    </section>
  );
}
const isBroker = (room: RoomDescriptor) => room.versions !== undefined;

function PaletteRoom({ room, isOpen }: { readonly room: RoomDescriptor; readonly isOpen: boolean }) {
  return (
    <div className="palette-room">
      {isBroker(room) && <ProofBadge room={room} />}
      <details open={isOpen}>
        <summary className="section-title">{room.title}</summary>
        <div className="palette">
          {room.nodes.map((node) => {
            const Glyph = OWN[node.kind] ?? GLYPHS[node.family];
            return (
              <button key={node.kind} type="button" className="btn" draggable title={node.about} onDragStart={(e) => e.dataTransfer.setData(DRAG_KIND, node.kind)} onClick={() => addNode(node.kind)}>
                <Glyph size={13} aria-hidden />
                {node.title}
              </button>
            );
          })}
        </div>
      </details>
    </div>
  );
}
/** How many rules the model keeps to, and how many of them a real broker was recorded doing. Counted after the first screen. */
function ProofBadge({ room }: { readonly room: RoomDescriptor }) {
  const [proof, setProof] = useState<Proof>();
  useEffect(() => {
    let isGone = false;
    void rulesOf(room.id).then((rules) => isGone || setProof(proofOf(rules, room)));
    return () => void (isGone = true);
  }, [room]);
  if (proof === undefined) return null;
  const words = `${room.title}, ${proofText(proof)}`;
  return (
    <button type="button" className="proof" title={words} aria-label={words} onClick={() => useView.getState().showRules(room.id)}>
      {proof.recorded > 0 ? `${proof.recorded}/${proof.rules}` : `${proof.rules} rules`}
    </button>
  );
}
/** The scenarios of one broker; those of the scenario that is open are at hand. */
function Shelf({ broker, title }: { readonly broker: string; readonly title: string }) {
  const items = gallery.filter((g) => g.broker === broker);
  return (
    <details open={items.some((g) => g.title === title)}>
      <summary className="gallery-broker">
        {broker} <span className="quiet">{items.length}</span>
      </summary>
      <ul className="gallery">
        {items.map((g) => (
          <li key={g.id}>
            <button type="button" aria-current={g.title === title} title={g.about} onClick={() => void g.load().then((doc) => open(doc))}>
              {g.title}
              <small>{g.about}</small>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
/** What somebody edited in this browser, newest first. */
function Drafts() {
  const list = useDrafts((s) => s.list);
  const current = useDrafts((s) => s.current);
  if (list.length === 0) return null;
  return (
    <section aria-labelledby="drafts">
      <h2 className="section-title" id="drafts">
        Your drafts
      </h2>
      <ul className="gallery drafts">
        {list.map((draft) => (
          <li key={draft.id}>
            <button type="button" aria-current={draft.id === current} onClick={() => void openDraft(draft.id)}>
              {draft.title}
              <small>{new Date(draft.saved).toLocaleString()}</small>
            </button>
            <button type="button" className="away" aria-label={`Throw away the draft ${draft.title}`} onClick={() => deleteDraft(draft.id)}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
