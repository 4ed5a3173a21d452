/** A scenario, a moment and a view in the fragment of an address: "1." and deflated JSON in base64url. Nothing of it reaches a server. */
import { version } from '../../package.json' with { type: 'json' };
import type { Scenario } from '../scenario/document.ts';

/** Characters of the fragment; above this a file is the better way. */
export const LONGEST = 32_768;
/** Bytes of JSON that a link may unfold to. */
const UNFOLDED = 1_000_000;

export interface Shared {
  readonly doc: Scenario;
  /** µs */
  readonly at: number;
  readonly view?: SharedView;
}
export interface SharedView {
  /** Virtual seconds per wall second; null = as fast as it goes. */
  readonly speed?: number | null;
  /** Ids of nodes and links. */
  readonly selected?: readonly string[];
}
/** Ids that a link may select. */
const SELECTED_MAX = 50;
export type Decoded = { readonly ok: true; readonly value: { readonly doc: unknown; readonly at: number; readonly view: SharedView; readonly app: string } } | { readonly ok: false; readonly says: string };

export async function encodeShare(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify({ app: version, doc: shared.doc, at: Math.round(shared.at), view: shared.view }));
  const squeezed = new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer());
  let text = '';
  for (let i = 0; i < squeezed.length; i += 8192) text += String.fromCharCode(...squeezed.subarray(i, i + 8192));
  return `1.${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}
/** Never throws; reads no more than it may. */
export async function decodeShare(text: string): Promise<Decoded> {
  const no = (says: string): Decoded => ({ ok: false, says });
  if (text.length > LONGEST) return no(`It has ${text.length} characters; a link has at most ${LONGEST}.`);
  if (!text.startsWith('1.')) return no(/^\d+\./.test(text) ? 'It was made by another version of Tailrace.' : 'It is no link of Tailrace: those begin with "1." after "#s=".');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(text.slice(2).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    return no('It is damaged: some of its characters are wrong.');
  }
  const unfolded = await inflate(bytes);
  if (unfolded === 'too long') return no(`It unfolds to more than ${UNFOLDED} bytes.`);
  if (unfolded === 'damaged') return no('It is damaged, perhaps cut off on its way.');
  try {
    const value = JSON.parse(unfolded, refuseProto) as { app?: unknown; doc?: unknown; at?: unknown; view?: unknown } | null;
    const at = typeof value?.at === 'number' && Number.isFinite(value.at) && value.at >= 0 ? Math.min(value.at, 86_400e6) : 0;
    return { ok: true, value: { doc: value?.doc, at, view: viewOf(value?.view), app: typeof value?.app === 'string' ? value.app.slice(0, 40) : '' } };
  } catch {
    return no('It is damaged: what it holds is not a scenario.');
  }
}
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('no key of a scenario');
  return value;
}
/** What somebody looked at is a courtesy: where it makes no sense it is left out, the scenario opens all the same. */
function viewOf(value: unknown): SharedView {
  const { speed, selected } = (typeof value === 'object' && value !== null ? value : {}) as { speed?: unknown; selected?: unknown };
  return {
    ...(speed === null || (typeof speed === 'number' && speed > 0 && speed <= 1000) ? { speed } : {}),
    ...(Array.isArray(selected) && selected.every((id) => typeof id === 'string') ? { selected: selected.slice(0, SELECTED_MAX) as string[] } : {}),
  };
}
/** Bytes given to the decompressor at once, which unfolds all of them (to a thousandfold at most) before anybody can stop it. */
const MOUTHFUL = 256;
function inMouthfuls(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull(to) {
        if (at >= bytes.length) to.close();
        else to.enqueue(bytes.subarray(at, (at += MOUTHFUL)));
      },
    },
    { highWaterMark: 0 },
  );
}
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = inMouthfuls(bytes).pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let out = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return out + decoder.decode();
      size += value.length;
      if (size > UNFOLDED) {
        void reader.cancel();
        return 'too long';
      }
      out += decoder.decode(value, { stream: true });
    }
  } catch {
    return 'damaged';
  }
}
