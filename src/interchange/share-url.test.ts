import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { version } from '../../package.json' with { type: 'json' };
import { orderProcessing } from '../gallery/order-processing.ts';
import { decodeShare, encodeShare, LONGEST } from './share-url.ts';

const pack = (text: string) => `1.${deflateRawSync(text).toString('base64url')}`;
it('a link gives back the document, the moment and the view, in less than 2 kB for the opening scenario', async () => {
  const view = { speed: 0.25, selected: ['pay'] };
  const link = await encodeShare({ doc: orderProcessing, at: 12_418_000, view });
  expect(link.length).toBeLessThan(2048);
  expect(await decodeShare(link)).toEqual({ ok: true, value: { doc: JSON.parse(JSON.stringify(orderProcessing)), at: 12_418_000, view, app: version } });
});
it.each([
  ['too long', `1.${'A'.repeat(10_000_000)}`, /at most 32768/],
  ['another version', '9.abc', /another version/],
  ['what nobody made', 'rubbish', /no link of Tailrace/],
  ['characters that are none', '1.!!!!', /damaged/],
  ['cut off', pack(JSON.stringify(orderProcessing)).slice(0, 200), /damaged/],
  ['a decompression bomb', pack('x'.repeat(20_000_000)), /unfolds to more than 1000000/],
  ['no JSON', pack('hello'), /not a scenario/],
  ['a prototype', pack('{"doc":{"nodes":[{"config":{"__proto__":{"a":1}}}]}}'), /not a scenario/],
])('%s: a sentence, within 100 ms of work', async (_, link, says) => {
  const answer = await decodeShare(link as string);
  expect(answer.ok ? '' : answer.says).toMatch(says as RegExp);
});
it('a bomb small enough for a link is cut off while it unfolds', async () => {
  const bomb = pack('x'.repeat(20_000_000));
  expect(bomb.length).toBeLessThan(LONGEST);
});
it('a view that makes no sense is left out', async () => {
  const answer = await decodeShare(pack(JSON.stringify({ doc: {}, at: -1, view: { speed: 'fast', selected: [1, 2] } })));
  expect(answer).toEqual({ ok: true, value: { doc: {}, at: 0, view: {}, app: '' } });
});
