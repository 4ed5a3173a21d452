/** What a card writes of a place. Its cells are the painter's: a card whose words are the same is not drawn again because a message moved. */
import type { PlaceView } from '../../worker/protocol.ts';

type Lane = PlaceView['lanes'][number];
type Gauge = PlaceView['gauges'][number];
const LANE_WORDS = ['label', 'note', 'end', 'parts', 'past', 'tone'] as const satisfies readonly (keyof Lane)[];
const GAUGE_WORDS = ['name', 'value', 'tone', 'minor'] as const satisfies readonly (keyof Gauge)[];

function sameRows<Row>(a: readonly Row[], b: readonly Row[], words: readonly (keyof Row)[]): boolean {
  return a.length === b.length && a.every((row, i) => words.every((word) => row[word] === b[i]?.[word]));
}
function sameFace(a: PlaceView, b: PlaceView): boolean {
  return a.health === b.health && a.tone === b.tone && sameRows(a.gauges, b.gauges, GAUGE_WORDS) && sameRows(a.lanes, b.lanes, LANE_WORDS);
}
/** Fewer cards than this are written anew at once. */
const FEW = 12;
/** Of more, a part in each animation frame: a fifth of ten pictures a second's, so that no frame writes all. */
const PARTS = 5;
/** Cards that are to be written anew while it runs: all at once would be a long frame ten times a second. */
export class Turns {
  private readonly waiting = new Map<string, PlaceView>();

  get some(): boolean {
    return this.waiting.size > 0;
  }
  clear(): void {
    this.waiting.clear();
  }
  /** Who waits already keeps its turn, and gets the newest words then. */
  add(faces: ReadonlyMap<string, PlaceView>, shown: ReadonlyMap<string, PlaceView>): void {
    for (const id of this.waiting.keys()) if (!faces.has(id)) this.waiting.delete(id);
    for (const [id, face] of faces) if (face !== shown.get(id) || this.waiting.has(id)) this.waiting.set(id, face);
  }
  /** Those whose turn it is, written into what is shown. */
  take(shown: ReadonlyMap<string, PlaceView>): ReadonlyMap<string, PlaceView> {
    const next = new Map(shown);
    let left = Math.max(FEW, Math.ceil(this.waiting.size / PARTS));
    for (const [id, face] of this.waiting) {
      if (left-- === 0) break;
      next.set(id, face);
      this.waiting.delete(id);
    }
    return next;
  }
}
/** By place; one that reads as before is the same object as before. */
export function facesOf(places: readonly PlaceView[], before: ReadonlyMap<string, PlaceView>): ReadonlyMap<string, PlaceView> {
  return new Map(
    places.map((place) => {
      const old = before.get(place.id);
      return [place.id, old && sameFace(old, place) ? old : place];
    }),
  );
}
