const { esModulePackages } = require('./test/support/es-module-packages');
const { specFilesOf } = require('./test/support/spec-files');
const useMemoryFolder = require('./test/support/memory-folder');

useMemoryFolder();

// Nest 12, uuid and others are published as ES modules only, which Jest cannot require on Node 20: swc compiles such
// packages to CommonJS, as it does what is written here. So it does with the exporter of OpenTelemetry, which imports
// modules of Node dynamically. All other packages are left as they are.
const compiledPackages = [...esModulePackages(), '@opentelemetry/otlp-exporter-base'];
const typescript = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};
const javascript = {
  jsc: { parser: { syntax: 'ecmascript' }, target: 'es2022' },
  module: { type: 'commonjs' },
  sourceMaps: false,
};

const common = {
  // The cache goes by it: all projects compile the same files in the same way, and each only what no other has.
  id: 'guest-sessions',
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '\\.ts$': ['@swc/jest', typescript],
    '\\.(js|mjs|cjs)$': ['@swc/jest', javascript],
  },
  transformIgnorePatterns: [
    `/node_modules/(?!(?:.*/node_modules/)?(?:${compiledPackages.join('|')})/).*\\.c?js$`,
  ],
  moduleNameMapper: {
    '^@genesys-guest-sessions/client$': '<rootDir>/client/src/public-api.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
  },
  cacheDirectory: '<rootDir>/.jest-cache',
  // Build results are no modules of their own.
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/dist-bench',
    '<rootDir>/dist-chaos',
    '<rootDir>/dist-examples',
    '<rootDir>/client/dist',
    '<rootDir>/console/dist',
  ],
};

// One real PostgreSQL for all projects that name it.
const postgres = {
  globalSetup: '<rootDir>/test/support/postgres.setup.ts',
  globalTeardown: '<rootDir>/test/support/postgres.teardown.ts',
};

/**
 * The specs of a layer: file by file, or, where all of them run, in a few groups, since every file that is run by itself
 * loads its dependencies anew.
 */
const isGrouped = process.env.SPECS === 'grouped';
const specsOf = (layer, ...files) =>
  isGrouped ? [`<rootDir>/test/groups/${layer}-*.spec.ts`, ...specFilesOf(layer).alone] : files;

module.exports = {
  // What takes longest mostly waits: for windows, time-outs and processes.
  maxWorkers: 4,
  // A worker that has served whole layers begins anew: what is left of them must not trouble who comes next.
  workerIdleMemoryLimit: '600MB',
  testSequencer: '<rootDir>/test/support/longest-first.sequencer.js',
  // A busy machine is no failure: what waits for a condition has its own, shorter deadline.
  testTimeout: 300_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: specsOf(
        'unit',
        ...['src', 'client/src', 'console/src', 'examples'].map(
          (folder) => `<rootDir>/${folder}/**/*.spec.ts`,
        ),
      ),
    },
    { ...common, displayName: 'architecture', testMatch: ['<rootDir>/test/architecture/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'contract',
      testMatch: specsOf('contract', '<rootDir>/test/contract/**/*.spec.ts'),
      ...postgres,
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: specsOf('e2e', '<rootDir>/test/e2e/**/*.spec.ts'),
      ...postgres,
    },
    { ...common, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'faults',
      testMatch: specsOf('faults', '<rootDir>/test/faults/**/*.spec.ts'),
      ...postgres,
    },
  ],
};
