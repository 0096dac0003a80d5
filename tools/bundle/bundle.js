const { rspack } = require('@rspack/core');
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { promisify } = require('node:util');

const ROOT = join(__dirname, '../..');
const DIST = join(ROOT, 'dist');
const BUNDLE = join(DIST, 'bundle');

/** Packages that stay in node_modules, where they look for files of their own. */
const WITH_FILES = ['better-sqlite3', 'swagger-ui-dist'];
/** Packages that few deployments load: a start without them does not read them. */
const SELDOM = ['@opentelemetry'];
/** Modules that a dependency uses if they are installed, and that this service does not need. */
const OPTIONAL = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'bufferutil',
  'class-transformer/storage',
  'pg-native',
  'utf-8-validate',
];

/**
 * Writes what `dist/main.js` starts the service from: `dist/bundle/service.js` with all modules that `start-service.js`
 * loads, and V8's code cache of it. Modules keep their scope and their names; those of this repository keep their lines
 * too, so that a stack trace leads to readable code.
 */
async function main() {
  rmSync(BUNDLE, { recursive: true, force: true });
  const stats = await promisify(rspack)(configuration());
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  // It is read as Latin-1, byte for byte.
  if (/[^\0-\x7f]/.test(readFileSync(join(BUNDLE, 'service.js'), 'latin1')))
    throw new Error('dist/bundle/service.js is not ASCII.');
  writeCodeCache();
}

function configuration() {
  return {
    mode: 'production',
    context: ROOT,
    target: 'node20.19',
    entry: { service: join(DIST, 'start-service.js') },
    output: { path: BUNDLE, filename: '[name].js', library: { type: 'commonjs2' }, chunkFormat: 'commonjs' },
    devtool: false,
    resolve: { mainFields: ['main'] },
    externalsPresets: { node: true },
    externals: [...WITH_FILES, ...SELDOM, ...OPTIONAL].map(asRequired),
    // They are those of the bundle.
    node: { __dirname: 'eval-only', __filename: 'eval-only' },
    module: {
      parser: { javascript: { createRequire: true, dynamicImportMode: 'eager' } },
      rules: [
        { test: /\.m?js$/, include: join(ROOT, 'node_modules'), use: printed({ inOneLine: true }) },
        { test: /\.js$/, include: DIST, use: printed({ inOneLine: false }) },
      ],
    },
    optimization: {
      minimize: false,
      concatenateModules: false,
      mangleExports: false,
      inlineExports: false,
      moduleIds: 'named',
      nodeEnv: false,
    },
    plugins: [
      asFunction({ banner: '(function (exports, require, module, __filename, __dirname) {' }),
      asFunction({ banner: '})', footer: true }),
    ],
  };
}

/** The external of a package or module: `require` at run time. */
function asRequired(name) {
  return ({ request }, done) =>
    request === name || request.startsWith(`${name}/`) ? done(undefined, `commonjs ${request}`) : done();
}

/** The loader that prints a module without comments and in ASCII; names stay as they are. */
function printed({ inOneLine }) {
  const minify = { compress: false, mangle: false, format: { comments: false, asciiOnly: true } };
  const jsc = { target: 'es2022', parser: { syntax: 'ecmascript' }, minify, output: { charset: 'ascii' } };
  return [{ loader: 'builtin:swc-loader', options: { minify: inOneLine, isModule: 'unknown', jsc } }];
}

/** One end of the function around the bundle, by which Node calls a CommonJS module. */
function asFunction(part) {
  return new rspack.BannerPlugin({ raw: true, ...part });
}

/** Starts the service once, on a database of its own, in a process that writes the code which the start has compiled. */
function writeCodeCache() {
  const folder = mkdtempSync(join(tmpdir(), 'guest-sessions-build-'));
  const { newDataKey } = require(join(DIST, 'config/data-key-list.js'));
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    NODE_ENV: 'production',
    DATA_DIR: folder,
    DATA_KEY: newDataKey('build'),
    ACCESS_MODE: 'open',
    GENESYS_API_URL: nowhere,
    GENESYS_LOGIN_URL: nowhere,
    GENESYS_CLIENT_ID: 'none',
    GENESYS_CLIENT_SECRET: 'none',
  };
  try {
    const writer = [join(__dirname, 'code-cache.js'), BUNDLE];
    const { status, stdout, stderr } = spawnSync(process.execPath, writer, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The bundle does not start.\n${stdout}${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
