import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog } from '../catalog.ts';
import { orderProcessing } from '../gallery/order-processing.ts';
import { fill } from './fields.ts';
import { parseScenario } from './parse.ts';
import published from '../../public/scenario.schema.json';
import { jsonSchema, schemaOf } from './schema.ts';

type Json = Record<string, unknown>;
const good = (): Json => JSON.parse(JSON.stringify(orderProcessing)) as Json;
const problems = (doc: unknown): string[] => {
  const parsed = parseScenario(doc, catalog);
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path} ${p.says}`);
};
const withNode = (change: Json) => ({ ...good(), nodes: (good()['nodes'] as Json[]).map((n) => (n['id'] === 'payments' ? { ...n, ...change } : n)) });

it('the opening scenario is sound, and comes out as it went in', () => {
  expect(parseScenario(good(), catalog)).toEqual({ ok: true, value: good(), warnings: [] });
});
describe('a problem names the place and says what is wrong', () => {
  it.each([
    ['no object', 'hello', /document must be an object/],
    ['another version', { ...good(), version: 2 }, /version must be 1, got 2/],
    ['an unknown member', { ...good(), nodez: [] }, /document "nodez" is not known here; did you mean nodes\?/],
    ['a setting that is none', withNode({ config: { 'x-mesage-ttl': 1 } }), /nodes\[3\] "payments" "x-mesage-ttl" is not known here; did you mean x-message-ttl\?/],
    ['a wrong type', withNode({ config: { 'x-delivery-limit': 'many' } }), /x-delivery-limit must be a whole number from -1 to 1000000, got "many"/],
    ['a negative size', withNode({ config: { 'x-max-length': -5 } }), /x-max-length must be a whole number from 0/],
    ['no kind', { ...good(), links: [{ id: 'l', from: 'a', to: 'b' }] }, /links\[0\].* kind is missing/],
    ['an unknown kind', withNode({ kind: 'rabbitmq.topic' }), /kind "rabbitmq\.topic" is not known/],
    ['no parent', withNode({ parent: undefined }), /parent must be a rabbitmq\.cluster/],
    ['an id with a slash', withNode({ id: 'a/b' }), /id must have 1 to 64 letters/],
    ['an id twice', withNode({ id: 'shop' }), /id "shop" is taken already/],
    ['a dangling link', { ...good(), links: [{ id: 'x', kind: 'bind', from: 'orders', to: 'nowhere' }] }, /links\[0\] "x" to "nowhere" names no node/],
    ['an illegal wire', { ...good(), links: [{ id: 'x', kind: 'consume', from: 'orders', to: 'pay' }] }, /A consumer reads from a queue/],
    ['an action that is none', { ...good(), timeline: [{ at: '1s', by: 'author', do: 'explode', on: 'pay' }] }, /timeline\[0\] "explode" is nothing that can be done/],
    ['an instant that is none', { ...good(), timeline: [{ at: 'soon', by: 'author', do: 'crash', on: 'pay/1' }] }, /at must be an instant such as 12s, got "soon"/],
    ['an address that is none', { ...good(), timeline: [{ at: '1s', by: 'author', do: 'crash', on: 'nobody/1' }] }, /names nothing that is there at 1s/],
    ['an edit out of range', { ...good(), timeline: [{ at: '1s', by: 'live', do: 'set', on: 'charge', with: { prefetch: 1e9 } }] }, /prefetch must be a whole number from 0 to 65535/],
    ['a check that is none', { ...good(), invariants: [{ check: 'no-los' }] }, /invariants\[0\] check "no-los" is not known/],
    ['__proto__', JSON.parse(JSON.stringify(good()).replace('"title"', '"__proto__":{"polluted":1},"title"')), /"__proto__" is not known here/],
    ['too many nodes', { ...good(), nodes: Array.from({ length: 501 }, (_, i) => ({ id: `p${i}`, kind: 'producer' })) }, /nodes has 501 entries; the limit is 500/],
    ['too high a rate', { ...good(), nodes: [1, 2, 3].map((i) => ({ id: `p${i}`, kind: 'producer', config: { rate: 100000 } })), links: [], timeline: [], invariants: [] }, /produce 300000 messages a second together; the limit is 200000/],
  ])('%s', (_, doc, says) => {
    expect(problems(doc).join('\n')).toMatch(says as RegExp);
  });
});
it('an edit may name what an earlier edit added', () => {
  const timeline = [
    { at: '1s', by: 'live', do: 'add-node', on: 'extra', with: { kind: 'consumer' } },
    { at: '2s', by: 'live', do: 'add-link', on: 'more', with: { kind: 'consume', from: 'email', to: 'extra' } },
    { at: '3s', by: 'live', do: 'set', on: 'extra', with: { concurrency: 4, serviceTime: null } },
    { at: '4s', by: 'live', do: 'crash', on: 'extra/1' },
  ];
  expect(problems({ ...good(), timeline })).toEqual([]);
});
it('a dead-letter exchange that does not exist is a warning: the broker accepts it', () => {
  const parsed = parseScenario(withNode({ config: { 'x-dead-letter-exchange': 'nowhere' } }), catalog);
  expect(parsed.ok && parsed.warnings[0]?.says).toMatch(/names "nowhere", which does not exist/);
});
it('whatever comes in, an answer comes out: at most 50 problems, never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ version: fc.constant(1), nodes: fc.jsonValue(), links: fc.jsonValue(), timeline: fc.jsonValue(), invariants: fc.jsonValue(), layout: fc.jsonValue() })), (value) => {
      expect(problems(value).length).toBeLessThanOrEqual(50);
    }),
    { seed: 7, numRuns: 400 },
  );
});
it('every default lies in its own range', () => {
  for (const room of catalog.rooms) for (const { kind, fields } of [...room.nodes, ...room.links]) expect(schemaOf(fields).safeParse(fill(fields)).error?.issues ?? [], kind).toEqual([]);
});
it('any two kinds can be wired, or a sentence says why not', () => {
  const kinds = catalog.rooms.flatMap((r) => r.nodes.map((n) => n.kind));
  for (const a of kinds)
    for (const b of kinds) {
      const wire = catalog.wire({ kind: a, id: 'a', parent: 'p' }, { kind: b, id: 'b', parent: 'p' });
      expect(typeof wire === 'string' ? wire : wire.kind, `${a} → ${b}`).toMatch(/^([a-z-]+|.*\.)$/);
    }
});
it.each([
  ['bridge', 'rabbitmq.exchange', 'publish'],
  ['rabbitmq.queue', 'bridge', 'consume'],
  ['rabbitmq.queue', 'function', 'consume'],
  ['function', 'rabbitmq.exchange', 'A consumer is where messages end: it publishes nothing.'],
  ['bridge', 'function', 'A bridge does not reach a consumer directly: put a broker between them.'],
  ['producer', 'bridge', 'A producer does not reach a consumer directly: put a broker between them.'],
  ['bridge', 'producer', 'A producer is where messages begin: nothing leads into it.'],
])('%s → %s: %s', (from, to, says) => {
  const wire = catalog.wire({ kind: from, id: 'a' }, { kind: to, id: 'b' });
  expect(typeof wire === 'string' ? wire : wire.kind).toBe(says);
});
it('the published JSON Schema is that of the catalog (npx tsx scripts/write-schema.ts)', () => {
  expect(JSON.parse(JSON.stringify(jsonSchema(catalog)))).toEqual(published);
});
