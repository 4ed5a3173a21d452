/** Who may import whom: the rooms of src/README.md. A room that is not named here may import nothing but itself. */
const rooms = {
  base: [],
  kernel: ['base'],
  scenario: ['base', 'kernel'],
  history: ['base', 'kernel'],
  network: ['base', 'kernel', 'history', 'scenario'],
  brokers: ['base', 'kernel', 'scenario', 'history', 'network'],
  clients: ['base', 'kernel', 'scenario', 'history', 'brokers/contract'],
  faults: ['base', 'kernel', 'scenario', 'history'],
  checks: ['base', 'kernel', 'scenario', 'history'],
  metrics: ['base', 'kernel', 'scenario', 'history'],
  simulation: ['base', 'kernel', 'scenario', 'history', 'network', 'brokers/contract', 'clients', 'faults', 'checks', 'metrics'],
  interchange: ['base', 'scenario', 'history', 'catalog'],
  gallery: ['scenario'],
  worker: ['base', 'scenario', 'history', 'simulation', 'catalog', 'brokers/models'],
  app: ['base', 'scenario', 'history', 'interchange', 'gallery', 'catalog', 'worker/engine', 'worker/protocol'],
  cli: ['base', 'kernel', 'scenario', 'history', 'simulation', 'interchange', 'catalog', 'brokers/models', 'testing', 'brokers/[^/]+/[a-z-]*conformance'],
};
const pathOf = (room) => (room.includes('/') || room === 'catalog' ? `^src/${room}(\\.ts$|/)` : `^src/${room}/`);
const test = '\\.(test|test-kit)\\.tsx?$|^src/testing/';

export default {
  forbidden: [
    ...Object.entries(rooms).map(([room, may]) => ({
      name: `${room}-imports`,
      comment: `${room} may import ${may.join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: test },
      to: { path: '^src/', pathNot: [`^src/${room}/`, ...may.map(pathOf)] },
    })),
    { name: 'no-broker-knows-another', severity: 'error', from: { path: '^src/brokers/([^/]+)/', pathNot: test }, to: { path: '^src/brokers/([^/]+)/', pathNot: '^src/brokers/$1/' } },
    { name: 'only-tests-import-testing', severity: 'error', from: { path: '^src/', pathNot: [test, '^src/cli/'] }, to: { path: '^src/testing/' } },
    { name: 'engine-without-packages', severity: 'error', from: { path: '^src/(base|kernel|history|network|brokers|clients|faults|checks|metrics|simulation)/', pathNot: [test, 'conformance'] }, to: { dependencyTypes: ['npm', 'npm-dev', 'core'] } },
    { name: 'schemas-stay-out-of-the-engine', severity: 'error', from: { path: '^src/(simulation|worker)/', pathNot: test }, to: { path: '^src/scenario/(schema|parse)\\.ts$' } },
    { name: 'react-only-in-app', severity: 'error', from: { path: '^src/', pathNot: '^src/app/' }, to: { path: 'node_modules/(react|react-dom|@xyflow|zustand|recharts|uplot)/' } },
    { name: 'comlink-only-in-worker', severity: 'error', from: { path: '^src/', pathNot: '^src/worker/' }, to: { path: 'node_modules/comlink/' } },
    // Within one broker, enqueuing and dead-lettering call each other by nature.
    { name: 'no-circles', severity: 'error', from: { pathNot: '^src/brokers/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'], exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] } },
};
