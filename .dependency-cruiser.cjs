/**
 * The import rules, executable. A row of ALLOWED names what a folder of src may import besides itself;
 * everything that is not allowed is refused.
 */
const BASICS = ['common', 'config'];
const OBSERVED = [...BASICS, 'metrics', 'health', 'audit'];
const ALLOWED = {
  common: [],
  config: ['common'],
  heartbeat: BASICS,
  metrics: BASICS,
  health: BASICS,
  audit: BASICS,
  auth: OBSERVED,
  session: [...OBSERVED, 'heartbeat'],
  sync: [...BASICS, 'metrics', 'health', 'audit/domain', 'session/domain'],
  genesys: [...BASICS, 'metrics', 'health', 'auth', 'session/domain', 'session/ports'],
  crm: [...BASICS, 'metrics', 'health', 'session/domain', 'sync/domain', 'sync/ports'],
  persistence: [...BASICS, 'health', '[^/]+/domain', '[^/]+/ports'],
  simulator: [],
};

const folderRules = Object.entries(ALLOWED).map(([folder, others]) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} imports only itself${others.length ? ` and ${others.join(', ')}` : ''}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...others].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'no-cycles',
      comment: 'Cycles of any kind, type-only ones included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'private-subfolders',
      comment: "A module's root files, domain/ and ports/ are public; every other subfolder is its own.",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: ['^src/$1/', '^src/[^/]+/(domain|ports)/', '^src/common/'],
      },
    },
    {
      name: 'domain-is-pure',
      comment: 'Domain and ports know no framework, no adapter and no npm package but uuid.',
      severity: 'error',
      from: { path: '^src/[^/]+/(domain|ports)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/uuid/' },
    },
    {
      name: 'domain-imports-domain',
      comment: 'Domain and ports import only domain, ports and the errors of common.',
      severity: 'error',
      from: { path: '^src/[^/]+/(domain|ports)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/[^/]+/(domain|ports)/', '^src/common/(errors|time)/'] },
    },
    {
      name: 'production-knows-no-simulator',
      comment: 'The simulator stands alone and is never reachable from main.ts.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/(simulator/|world\\.ts|demo\\.ts)', reachable: true },
    },
    {
      name: 'source-imports-no-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
