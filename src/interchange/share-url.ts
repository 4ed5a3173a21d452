/** A scenario and a moment in the fragment of an address: "1." and deflated JSON in base64url. Nothing of it reaches a server. */
import type { Scenario } from '../scenario/document.ts';

/** Characters of the fragment; above this a file is the better way. */
export const LONGEST = 32_768;
/** Bytes of JSON that a link may unfold to. */
const UNFOLDED = 1_000_000;

export interface Shared {
  readonly doc: Scenario;
  /** µs */
  readonly at: number;
}
export type Decoded = { readonly ok: true; readonly value: { readonly doc: unknown; readonly at: number } } | { readonly ok: false; readonly says: string };

export async function encodeShare(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify({ doc: shared.doc, at: Math.round(shared.at) }));
  const squeezed = new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer());
  let text = '';
  for (let i = 0; i < squeezed.length; i += 8192) text += String.fromCharCode(...squeezed.subarray(i, i + 8192));
  return `1.${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}
/** Never throws; reads no more than it may. */
export async function decodeShare(text: string): Promise<Decoded> {
  const no = (says: string): Decoded => ({ ok: false, says });
  if (text.length > LONGEST) return no(`It has ${text.length} characters; a link has at most ${LONGEST}.`);
  if (!text.startsWith('1.')) return no('It was made by another version of Tailrace.');
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
    const value = JSON.parse(unfolded) as { doc?: unknown; at?: unknown } | null;
    const at = typeof value?.at === 'number' && Number.isFinite(value.at) && value.at >= 0 ? Math.min(value.at, 86_400e6) : 0;
    return { ok: true, value: { doc: value?.doc, at } };
  } catch {
    return no('It is damaged: what it holds is not a scenario.');
  }
}
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
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
