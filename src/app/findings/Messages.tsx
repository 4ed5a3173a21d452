import { useEffect, useState } from 'react';
import { clockText } from '../../base/time.ts';
import type { MessageHit, StoryLine } from '../../worker/protocol.ts';
import { keyColour, keyName } from '../canvas/keys.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';

/** Find a message by its name, and read what happened to it up to the playhead. */
export function Messages() {
  const message = useView((s) => s.message);
  const follow = useView((s) => s.follow);
  const commands = useSession((s) => s.commands);
  const playing = useSession((s) => s.playing);
  const beat = useBeat(playing);
  const now = useSession((s) => (s.playing ? 0 : s.now));
  const [words, setWords] = useState('');
  const [hits, setHits] = useState<readonly MessageHit[]>([]);
  const [story, setStory] = useState<readonly StoryLine[]>([]);
  useEffect(() => {
    void beat;
    void now;
    let stale = false;
    if (words.trim() === '') setHits([]);
    else void commands?.search(words).then((found) => !stale && setHits(found));
    return () => void (stale = true);
  }, [words, commands, beat, now]);
  useEffect(() => {
    void beat;
    void playing;
    void now;
    let stale = false;
    if (message === null) setStory([]);
    else void commands?.story(message).then((lines) => !stale && setStory(lines));
    return () => void (stale = true);
  }, [message, commands, beat, playing, now]);
  return (
    <div className="messages">
      <label className="pad">
        <span className="sr-only">Find a message</span>
        <input className="field" placeholder="Find a message: A17, C, 42" value={words} onChange={(e) => setWords(e.target.value)} />
        {message !== null && (
          <button type="button" className="link" onClick={() => follow(null)}>
            Stop following
          </button>
        )}
      </label>
      {hits.length > 0 && (
        <ul className="hits" aria-label="Messages found">
          {hits.map((h) => (
            <li key={h.message}>
              <button type="button" className="link" onClick={() => (follow(h.message), setWords(''))}>
                <b className="cell" style={{ background: keyColour(h.key) }}>
                  {keyName(h.key)}
                  {h.seq}
                </b>{' '}
                <span className="quiet num">
                  {clockText(h.producedAt)} {h.where}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {message === null && hits.length === 0 && <p className="quiet pad">Search for a message, or follow one from a finding, to read its life.</p>}
      {story.length > 0 && (
        <ol className="story" aria-label="Life of the message">
          {story.map((line) => (
            <li key={line.entry}>
              <button type="button" className="link num" onClick={() => useSession.getState().seek(line.at)}>
                {clockText(line.at)}
              </button>{' '}
              {line.says}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
/** Twice a second of wall time while it plays, however fast the run goes. */
function useBeat(playing: boolean): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setBeat((b) => b + 1), 500);
    return () => clearInterval(timer);
  }, [playing]);
  return beat;
}
