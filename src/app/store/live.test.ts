/** The page's stores and the engine's loop without a browser: whatever somebody does to a running system, the document that they are left with tells what they saw. */
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { loadModels } from '../../brokers/models.ts';
import { catalog, loadRooms } from '../../catalog.ts';
import { deadConsumer } from '../../gallery/dead-consumer.ts';
import { orderProcessing } from '../../gallery/order-processing.ts';
import { twoEmails } from '../../gallery/two-emails.ts';
import { effectiveAt } from '../../scenario/edits.ts';
import { startRun } from '../../simulation/run.ts';
import { EngineLoop } from '../../worker/loop.ts';
import { useDocument } from './document.ts';
import { keepEngineInStep, lastFrame, receive, useSession } from './session.ts';

await loadRooms();
const models = await loadModels(['rabbitmq', 'kafka', 'redis-streams']);
const documents = { orderProcessing, deadConsumer, twoEmails };
const NAMES = ['orderProcessing', 'deadConsumer', 'twoEmails'] as const;
const pages = { document: useDocument.getInitialState(), session: useSession.getInitialState() };

/** An engine in the same thread, whose clock moves on by a millisecond whenever it is looked at. */
async function engine() {
  const calls: (() => void)[] = [];
  let wall = 0;
  const loop = new EngineLoop(
    {
      clock: () => wall++,
      soon: (call) => calls.push(call),
      post: (frame) => {
        expect(frame.diverged ?? false, 'playing on from the past tells the same history').toBe(false);
        receive(frame);
        return true;
      },
      models: async () => models,
    },
    catalog,
  );
  const turns = async (most: number) => {
    for (let i = 0; i < most; i++) {
      // What the page asked for is heard between two turns.
      await new Promise((done) => setImmediate(done));
      calls.shift()?.();
    }
  };
  const idle = async () => {
    do await turns(1);
    while (calls.length > 0);
  };
  await loop.open(useDocument.getState().doc, 0);
  useSession.getState().attach({
    open: async (...args) => (await loop.open(...args), { problems: [] }),
    setDocument: (...args) => loop.setDocument(...args),
    play: async (...args) => loop.play(...args),
    pause: async () => loop.pause(),
    seek: async (...args) => loop.seek(...args),
    step: async (...args) => loop.step(...args),
    story: async (...args) => loop.story(...args),
    search: async (...args) => loop.search(...args),
    report: async () => loop.report(),
    hash: async () => loop.hash(),
  });
  await idle();
  return { loop, turns, idle };
}
const replayed = (until: number): string => {
  const { simulation } = startRun(JSON.parse(JSON.stringify(useDocument.getState().doc)), models, catalog);
  simulation.run(until);
  return simulation.hash();
};

type Deed = { readonly name: string; readonly n: number };
const deed = fc.record({ name: fc.constantFrom('play', 'flat out', 'seek', 'step', 'set', 'crash', 'remove', 'start', 'undo', 'redo'), n: fc.integer({ min: 0, max: 40 }) });

/** What was designed at the start does not come back when something is done within the first second. */
const DESIGNED_THEN_OPERATED: Deed[] = [
  { name: 'remove', n: 1 },
  { name: 'play', n: 9 },
  { name: 'crash', n: 0 },
  { name: 'play', n: 0 },
];

async function carryOut({ name, n }: Deed, { turns, idle }: Awaited<ReturnType<typeof engine>>): Promise<void> {
  const session = useSession.getState();
  const document = useDocument.getState();
  const { now, head } = session;
  const consumers = effectiveAt(document.doc, now).nodes.filter((node) => node.kind === 'consumer');
  const on = consumers[n % consumers.length]?.id ?? 'nobody';
  switch (name) {
    case 'play':
    case 'flat out':
      session.setSpeed(name === 'play' ? 1 + n * n : Infinity);
      session.play();
      return turns(1 + (n % 8));
    case 'seek':
      session.seek((head * n) / 40);
      return idle();
    case 'step':
      session.step(n % 3 === 0 ? 'finding' : n % 3 === 1 ? 'entry' : { message: n });
      return idle();
    case 'set':
      return document.edit('concurrency', [{ do: 'set', on, with: { concurrency: 1 + n } }], now);
    case 'crash':
      return document.act('Crash', { do: 'crash', on: `${on}/1` }, now);
    case 'remove':
      return document.edit('Remove', [{ do: 'remove-node', on }], now);
    case 'start':
      return document.makeThisTheStart(now);
    case 'undo':
      return useDocument.temporal.getState().undo();
    default:
      return useDocument.temporal.getState().redo();
  }
}

beforeEach(() => {
  useDocument.setState(pages.document, true);
  useSession.setState(pages.session, true);
  useDocument.setState({ doc: orderProcessing });
  useDocument.temporal.getState().clear();
});
it('the document of a live run, replayed, tells the history of the live run', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), fc.array(deed, { minLength: 3, maxLength: 12 }), async (name, deeds) => {
      useDocument.setState({ doc: documents[name] });
      useDocument.temporal.getState().clear();
      const running = await engine();
      const stop = keepEngineInStep();
      for (const one of deeds) await carryOut(one, running);
      useSession.getState().pause();
      await running.idle();
      // A step may have stopped within an instant.
      useSession.getState().seek(useSession.getState().now);
      await running.idle();
      stop();
      const { now } = useSession.getState();
      expect(lastFrame?.now).toBe(now);
      expect(running.loop.hash(), `at ${now} µs`).toBe(replayed(now));
    }),
    { seed: 11, numRuns: 16, examples: [['orderProcessing', DESIGNED_THEN_OPERATED]] },
  );
});
it('who changes the past loses what was done later, is told so, and gets it back by undoing', async () => {
  const { loop, idle } = await engine();
  const stop = keepEngineInStep();
  const session = useSession.getState();
  const at = async (seconds: number) => {
    session.seek(seconds * 1e6);
    await idle();
  };
  await at(3);
  useDocument.getState().act('Crash', { do: 'crash', on: 'pay/1' }, useSession.getState().now);
  await at(5);
  const crashed = loop.hash();
  await at(2);
  useDocument.getState().edit('concurrency', [{ do: 'set', on: 'pay', with: { concurrency: 9 } }], useSession.getState().now);
  expect(useDocument.getState().doc.timeline?.filter((entry) => entry.by === 'author')).toEqual(orderProcessing.timeline);
  expect(useDocument.getState().notice).toEqual({ says: '1 later action removed, because you changed the past.', undoes: true });
  await at(5);
  expect(loop.hash()).not.toBe(crashed);
  useDocument.temporal.getState().undo();
  await idle();
  expect(loop.hash()).toBe(crashed);
  stop();
});
it('who goes back from within an instant, and forth again, sees the same history', async () => {
  const { loop, idle } = await engine();
  const session = useSession.getState();
  session.step('finding');
  await idle();
  const moment = useSession.getState().now;
  expect(loop.hash(), 'a finding is shown at the end of its instant').toBe(replayed(moment));
  session.seek(moment - 1);
  await idle();
  session.step('entry');
  await idle();
  const within = useSession.getState().now;
  expect(loop.hash(), 'other calls of the instant are still to come').not.toBe(replayed(within));
  session.seek(0);
  await idle();
  session.seek(within + 1);
  await idle();
  expect(loop.hash()).toBe(replayed(within + 1));
});
