import { Fragment, useState, useSyncExternalStore } from 'react';
import { Cog, Inbox, type LucideIcon, Send, Server, Split, Zap } from 'lucide-react';
import { catalog, onRooms } from '../../catalog.ts';
import { gallery } from '../../gallery/index.ts';
import type { Family, RoomDescriptor } from '../../scenario/descriptor.ts';
import { familyOf } from '../../scenario/document.ts';
import { addNode, DRAG_KIND } from '../canvas/actions.ts';
import { useDocument } from '../store/document.ts';
import { deleteDraft, useDrafts } from '../share/drafts.ts';
import { open, openDraft } from './boot.ts';

const GLYPHS: Readonly<Record<Family, LucideIcon>> = { producer: Send, consumer: Cog, router: Split, queue: Inbox, cluster: Server };
/** Kinds with a glyph of their own. */
const OWN: Readonly<Record<string, LucideIcon>> = { function: Zap };

export function LeftPanel() {
  const title = useDocument((s) => s.doc.title);
  const description = useDocument((s) => s.doc.description);
  const rooms = useSyncExternalStore(onRooms, () => catalog.rooms);
  const brokers = [...new Set(gallery.map((g) => g.broker))];
  return (
    <nav className="left-panel" aria-label="Gallery and palette">
      <section className="lesson">
        <h1>{title}</h1>
        {description !== undefined && <p>{description}</p>}
      </section>
      <section aria-label="Palette">
        {rooms
          .filter((room) => room.nodes.length > 0)
          .map((room) => (
            <PaletteRoom key={`${room.id} ${title}`} room={room} />
          ))}
      </section>
      <section aria-labelledby="gallery">
        <h2 className="section-title" id="gallery">
          Gallery
        </h2>
        {brokers.map((broker) => (
          <Fragment key={broker}>
            <h3 className="gallery-broker">{broker}</h3>
            <ul className="gallery">
              {gallery
                .filter((g) => g.broker === broker)
                .map((g) => (
                  <li key={g.id}>
                    <button type="button" aria-current={g.title === title} onClick={() => void g.load().then((doc) => open(doc))}>
                      {g.title}
                      <small>{g.about}</small>
                    </button>
                  </li>
                ))}
            </ul>
          </Fragment>
        ))}
      </section>
      <Drafts />
    </nav>
  );
}
/** Open at first: the clients, the brokers that the scenario has, and all of them while it has none. */
function PaletteRoom({ room }: { readonly room: RoomDescriptor }) {
  const [open, setOpen] = useState(() => {
    const used = new Set(useDocument.getState().doc.nodes.map((n) => familyOf(n.kind)));
    return room.id === 'clients' || used.has(room.id) || !catalog.rooms.some((r) => r.versions !== undefined && used.has(r.id));
  });
  return (
    <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
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
