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
/** By place; one that reads as before is the same object as before. */
export function facesOf(places: readonly PlaceView[], before: ReadonlyMap<string, PlaceView>): ReadonlyMap<string, PlaceView> {
  return new Map(
    places.map((place) => {
      const old = before.get(place.id);
      return [place.id, old && sameFace(old, place) ? old : place];
    }),
  );
}
