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
  problems: ['common'],
  auth: OBSERVED,
  access: OBSERVED,
  console: [...BASICS, 'access', 'audit/domain'],
  replica: OBSERVED,
  session: [...OBSERVED, 'heartbeat', 'access', 'replica'],
  messages: [...OBSERVED, 'access', 'session'],
  events: [...OBSERVED, 'access', 'session', 'replica/ports'],
  privacy: [...BASICS, 'session/domain'],
  sync: [...BASICS, 'replica/ports', 'metrics', 'health', 'audit/domain', 'session/domain'],
  genesys: [...BASICS, 'metrics', 'health', 'auth', 'session/domain', 'session/ports'],
  webhooks: [
    ...BASICS,
    'metrics',
    'audit/domain',
    'access',
    'sync/domain',
    'sync/ports',
    'session/domain',
    'session/ports',
    'events/domain',
    'events/ports',
  ],
  statistics: [
    ...BASICS,
    'metrics',
    'access',
    'audit',
    'replica/ports',
    'sync/domain',
    'sync/ports',
    'session/domain',
    'session/ports',
  ],
  crm: [...BASICS, 'metrics', 'health', 'session/domain', 'sync/domain', 'sync/ports'],
  persistence: [...BASICS, 'health', '[^/]+/domain', '[^/]+/ports'],
  tracing: [...BASICS, 'metrics'],
  watchdog: [...BASICS, 'metrics'],
  doctor: [...BASICS, 'genesys', 'crm', 'persistence', 'audit/ports', 'replica/ports'],
  simulator: [],
};

/** What a module that extends the service may know of it: a folder of src without a row above, or an example. */
const EXTENSIONS = [...BASICS, 'health', 'metrics', '[^/]+/domain', '[^/]+/ports'];
const known = [...Object.keys(ALLOWED), 'demo'].join('|');

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
      name: 'extension-imports',
      comment: `A folder of src without a row of its own imports only itself and ${EXTENSIONS.join(', ')}.`,
      severity: 'error',
      from: { path: `^src/(?!(?:${known})/)([^/]+)/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/', pathNot: [`^src/(${EXTENSIONS.join('|')})/`, '^src/$1/'] },
    },
    {
      name: 'example-imports',
      comment: `Examples import only ${EXTENSIONS.join(', ')} of src.`,
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|test|bench)/', pathNot: `^src/(${EXTENSIONS.join('|')})/` },
    },
    {
      name: 'examples-stand-alone',
      comment: 'An example imports no other example.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: { path: '^examples/', pathNot: '^examples/$1/' },
    },
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
      comment:
        'Domain and ports import only domain, ports, and the errors, the JSON, the time and the scopes of common.',
      severity: 'error',
      from: { path: '^src/[^/]+/(domain|ports)/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/[^/]+/(domain|ports)/',
          '^src/common/(errors|json|time)/',
          '^src/common/access/scope\\.ts$',
        ],
      },
    },
    {
      name: 'production-knows-no-simulator',
      comment: 'The simulator stands alone and is never reachable from main.ts.',
      severity: 'error',
      from: { path: '^src/(main|start-service)\\.ts$' },
      to: { path: '^src/(simulator/|world\\.ts|demo\\.ts)', reachable: true },
    },
    {
      name: 'source-imports-no-test',
      comment:
        'Nothing in src needs the client, but for the demo, or the console, tests, measurements and examples.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/demo/' },
      to: { path: '^(client|console|examples|test|bench)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'The client package imports nothing else of this repository.',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(src|console|examples|test|bench|tools)/' },
    },
    {
      name: 'console-stands-alone',
      comment:
        'The console knows the service by its API alone: it imports the client, the verifier of the audit trail, and nothing else of this repository.',
      severity: 'error',
      from: { path: '^console/' },
      to: {
        path: '^(src|examples|test|bench|tools)/',
        pathNot: '^src/audit/domain/(audit-verifier|audit-export|chain-link)\\.ts$',
      },
    },
    {
      name: 'console-runs-in-browsers',
      comment: 'The console uses no module of Node.',
      severity: 'error',
      from: { path: '^console/src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'The client package uses no module of Node.',
      severity: 'error',
      from: { path: '^client/', pathNot: '\\.(spec|fake)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'axios-behind-http-client',
      comment: 'Outbound requests go through common/http/http-client.ts, which alone knows axios.',
      severity: 'error',
      from: { path: '^src/(?!common/http/)', pathNot: '\\.(spec|fake)\\.ts$' },
      to: { path: 'node_modules/(@nestjs/)?axios/' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^(src|client|examples)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'no-undeclared-packages-of-the-console',
      comment: 'The console is only built: all of its packages are development dependencies.',
      severity: 'error',
      from: { path: '^console/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
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
