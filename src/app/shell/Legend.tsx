import './legend.css';
import { keyColour } from '../canvas/keys.ts';

/** What can be seen of a message, as the painter draws it. */
const MARKS: readonly (readonly [string, string])[] = [
  ['', 'A message: the letter and the colour are its key, the number counts within the key. Here it waits, or is at work.'],
  ['held', 'Faded: delivered, and not acknowledged yet.'],
  ['kept', 'Faint: read, and still kept in a log.'],
  ['hollow', 'Dashed: about to arrive, or not certain yet.'],
  ['redelivered', 'Amber ring: delivered again.'],
  ['duplicate', 'Violet dashes: its effect took place twice.'],
  ['disordered', 'Red circle: done after a later one of its key.'],
  ['dead', 'Grey: dead-lettered.'],
  ['followed', 'Wide ring in the accent colour: the message that is followed.'],
];
export function Legend() {
  return (
    <>
      <ul className="legend">
        {MARKS.map(([mark, says], i) => (
          <li key={mark}>
            <b className={`cell ${mark}`} style={{ ['--key' as string]: keyColour(2) }} aria-hidden>
              C{i + 1}
            </b>
            <span>{says}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">
        The head of a queue is on the left. The bar at the end of an instance’s row is the share of its slots at work, amber when all are; the row “done” is what it did last, newest on the right. An upright line in a log is where a group reads on. A dashed wire carries dead letters. A wire with a number is a stream:
        messages go too fast to be drawn one by one.
      </p>
    </>
  );
}
