/** Every scenario of the gallery, run to its end: what it shows, and its golden summary. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { parseScenario } from '../scenario/parse.ts';
import { findingsOf } from '../simulation/picture.ts';
import { startRun } from '../simulation/run.ts';
import { summaryOf } from '../simulation/summary.ts';
import { findingsProse } from '../testing/prose.ts';
import { runTwice } from '../testing/run-twice.ts';
import { gallery } from './index.ts';

const models = await loadModels();
/** What shows when a reason has no words. */
const WORDLESS = new RegExp(`(${catalog.rooms.map((room) => room.id).join('|')})\\.[a-z_]|undefined|NaN`);
const END = Number.MAX_SAFE_INTEGER;
const folder = new URL('./golden/', import.meta.url);

/** What somebody who opens it must be told, and until when, s. */
const POINTS: Readonly<Record<string, readonly (readonly [check: string, says: RegExp, by: number])[]>> = {
  'order-processing': [['effect-once', /took effect twice at Payment service\. pay\/2 applied the effect at .* and crashed at .* before payments had taken its acknowledgement/, 15]],
  'competing-consumers': [['prefetch-hogging', /^worker\/1 holds 2\d\d messages of tasks, while worker\/2 and worker\/3 have nothing to do/, 10]],
  'one-or-all': [
    ['delivered-once', /was delivered again from To be packed\. pack\/[13] got it as delivery 2/, 6],
    ['growing-depth', /^Search keeps growing: \d\d messages wait/, 12],
  ],
  'poison-message': [
    ['poison-loop', /B\d+ has come back to orders/, 10],
    ['dead-lettered', /B\d+ was dead-lettered from orders after 6 deliveries/, 10],
  ],
  'ttl-behind-the-head': [['dead-lettered', /was dead-lettered from delay.*longer than its time to live/, 14]],
  'confirmed-but-nowhere': [['unrouted', /went nowhere: orders accepted it.*The confirm came all the same/, 5]],
  'bigger-queue': [
    ['growing-depth', /pictures keeps growing/, 15],
    ['backpressure', /Upload is held back\..*low on memory/, 20],
  ],
  'stream-replay': [
    ['no-loss', /was lost at Orders \(group board\/1\)\..*never reads it/, 10],
    ['effect-once', /took effect twice at Mail\..*Reading began again at an earlier offset/, 14],
  ],
  'super-stream': [['effect-once', /took effect twice at Billing\..*billing\/1 applied the effect at .* and crashed/, 8]],
  'partitions-added': [['order', /^Key \w+: \d+ took effect before \d+ at Shipping\. Messages of the key lie in two partitions/, 12]],
  'thrown-out': [['effect-once', /took effect twice at Printer\..*read again from the last committed offset/, 20]],
  'auto-commit': [
    ['no-loss', /was lost at orders \(group search\)\..*auto\.offset\.reset=latest/, 5],
    ['no-loss', /was lost at orders \(group mail\)\. The broker was told that it was done before its effect/, 10],
  ],
  'two-three-one': [['order', /took effect before \d+ at Chart of the first\. It had come to the broker after the other one/, 8]],
  'bad-record': [
    ['poison-loop', /^B\d+ has come back to orders \(group strict\)/, 10],
    ['order', /^Key B: .* at Retry topic/, 18],
  ],
  'no-faster': [['idle-consumer', /^eager\/\d has been idle/, 12]],
  'acknowledged-then-vanished': [['no-loss', /was lost at cash \(group books\)\. Its leader was lost before a follower had it/, 12]],
  'two-emails': [['effect-once', /took effect twice at Mail\./, 12]],
  'share-group': [['delivered-once', /was delivered again from videos \(group convert\).*acquisition lock ran out/, 20]],
  'duplicates-at-the-seam': [
    ['effect-once', /was published twice by Bridge\. relay\/1 had published it by .* and crashed at .*, before viewed \(group relay\) had taken its acknowledgement/, 20],
    ['effect-once', /took effect twice at Mail workers\..* Both copies are of one message: relay\/1 had published it and crashed at .*, before its source had taken its acknowledgement/, 20],
  ],
  'two-functions': [['effect-once', /took effect twice at Thumbnails\..*Its visibility timeout was over before it was deleted/, 15]],
  'blocked-customer': [['dead-lettered', /^B\d+ was dead-lettered from Orders after 3 deliveries/, 12]],
  'never-seen': [['dead-lettered', /was dead-lettered from Reports after 3 deliveries.*Receives are counted, not failures/, 20]],
  'dead-consumer': [['effect-once', /took effect twice at Mail service/, 20]],
  'chat-delivery': [
    ['no-loss', /was lost at Ben\. The stream was trimmed/, 15],
    ['no-loss', /was lost at Cleo\. The position of the group was moved/, 16],
  ],
  'one-unacked': [
    ['growing-depth', /^Orders \(subscription packing\) keeps growing: 1\d\d messages wait/, 12],
    ['idle-consumer', /^pack\/[23] has been idle for 11 s while work is pending/, 17],
  ],
  'dead-letters-gone': [
    ['no-loss', /B\d+ was lost at Dead letters\. The topic had no subscription/, 8],
    ['order', /^Key B: \d+ took effect before \d+ at Ledger\. Its consumer acknowledged it negatively/, 10],
  ],
  'ack-wait-in-the-buffer': [['effect-once', /took effect twice at Billing\..*No ack came within ack_wait/, 20]],
  'three-acknowledgements': [['no-loss', /was lost at To be packed\. The server started again with what was on its disk, which was less than it had acknowledged/, 20]],
  'leaf-nodes': [
    ['no-loss', /was lost at Plant\. It was on its way over the leaf connection when that broke/, 10],
    ['growing-depth', /^Readings keeps growing: 2\d\d messages wait/, 14],
  ],
  'push-slow-start': [
    ['latency', /^More than 10 % take longer than 3 s at Thumbnail function/, 8],
    ['dead-lettered', /was dead-lettered from Index after 5 deliveries/, 13],
  ],
  'eleven-seconds': [
    ['effect-once', /took effect twice at Label printer\..*ack deadline ran out/, 20],
    ['effect-once', /took effect twice at Route planner\..*An earlier message of its ordering key was delivered again/, 20],
  ],
  'thirty-three-milliseconds': [['order', /^Key A: \d+ took effect before \d+ at (Balance view|Ledger)\. EventBridge keeps no order/, 10]],
  'serverless-bus': [
    ['dead-lettered', /was dead-lettered from to-billing\/bill after 1 delivery\..*the DeadLetterConfig of the rule is not for this/, 8],
    ['effect-once', /took effect twice at Mail\..*replayed from an archive/, 16],
  ],
  'webhook-answers': [
    ['no-loss', /^D\d+ was lost at Ledger\..*400 Bad Request.*never retries/, 6],
    ['effect-once', /took effect twice at Billing webhook\..*broke the connection off/, 18],
  ],
  'lock-in-the-client': [['prefetch-hogging', /^eager\/1 holds 20 messages of Eager, while eager\/3 has nothing to do/, 15]],
  'ride-matching': [['growing-depth', /^requests \(group matching\) keeps growing/, 15]],
};
it.each(gallery)('$id: parses, runs the same from a checkpoint, makes its point, and matches its golden summary', async ({ id, title, load }) => {
  const scenario = await load();
  expect(scenario.title).toBe(title);
  expect(parseScenario(JSON.parse(JSON.stringify(scenario)), catalog)).toMatchObject({ ok: true, warnings: [] });
  const run = runTwice(scenario, models, catalog, END);
  const early = startRun(scenario, models, catalog);
  early.simulation.run(20e6);
  const told = findingsOf(early, catalog);
  for (const [check, says, by] of POINTS[id] ?? [])
    expect(
      told.find((f) => f.check === check && says.test(`${f.title} ${f.because}`) && f.at <= by * 1e6),
      `${check} ${says}`,
    ).toBeDefined();
  for (const f of findingsOf(run, catalog)) {
    expect(f.because, f.check).not.toBe('');
    expect(`${f.title} ${f.because}`).not.toMatch(WORDLESS);
  }
  const summary = `${JSON.stringify(summaryOf(run, catalog), null, 1)}\n`;
  const golden = new URL(`${id}.json`, folder);
  if (process.env['UPDATE_GOLDEN'] || !existsSync(golden)) {
    expect(process.env['UPDATE_GOLDEN'], `${id} has no golden summary: run once with UPDATE_GOLDEN=1`).toBeTruthy();
    mkdirSync(folder, { recursive: true });
    writeFileSync(golden, summary);
  }
  expect(summary).toBe(readFileSync(golden, 'utf8'));
});
it('docs/findings.md says what the gallery finds (npx tsx scripts/write-findings.ts)', async () => {
  expect(await findingsProse()).toBe(readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8'));
}, 60_000);
