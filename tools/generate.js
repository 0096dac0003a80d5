const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');
const prettier = require('prettier');

const HELP = `npm run generate -- sink|policy|channel NAME

Writes a module with its spec to src/NAME and adds one line to src/app.module.ts.
NAME is lower-case letters, digits and hyphens, 32 at most; it must be free.`;

const KINDS = ['sink', 'policy', 'channel'];
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 32;
const SUFFIX = '.template';
const COMPOSITION_ROOT = 'src/app.module.ts';
/** The end of the imports of the composition root. */
const END_OF_IMPORTS = '      ],\n    };\n';

/** A mistake of the user: shown without a stack. */
class UsageError extends Error {}

async function main([kind, name, ...others]) {
  if (kind === '--help') {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  if (!KINDS.includes(kind) || name === undefined || others.length > 0) throw new UsageError(HELP);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    throw new UsageError(`"${name}" cannot be the name of a module.\n\n${HELP}`);
  const root = process.cwd();
  if (!existsSync(join(root, COMPOSITION_ROOT)))
    throw new UsageError('Run it in the root of the repository.');
  // Reserved: a folder of src with such a name has import rules of its own.
  if (existsSync(join(root, 'src', name))) throw new UsageError(`src/${name} exists already.`);
  const files = filesOf(kind, name);
  const taken = files.find(({ path }) => existsSync(join(root, path)));
  if (taken !== undefined) throw new UsageError(`${taken.path} exists already.`);
  const module = lineOf(readFileSync(join(root, COMPOSITION_ROOT), 'utf8'), name);
  for (const { path, text } of [...files, { path: COMPOSITION_ROOT, text: module }]) {
    await write(root, path, text);
  }
}

/** The files of a kind, with the name in their paths and texts. */
function filesOf(kind, name) {
  const folder = join(__dirname, 'templates', kind);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(SUFFIX))
    .sort()
    .map((path) => ({
      path: fill(relative(folder, join(folder, path)).slice(0, -SUFFIX.length), name),
      text: fill(readFileSync(join(folder, path), 'utf8'), name),
    }));
}

/** `__name__`, `__Name__` and `__NAME__` stand for order-log, OrderLog and ORDER_LOG. */
function fill(text, name) {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, _hyphen, letter) => letter.toUpperCase());
  return text
    .replaceAll('__name__', name)
    .replaceAll('__Name__', pascal)
    .replaceAll('__NAME__', name.replaceAll('-', '_').toUpperCase());
}

/** The composition root with one more import. */
function lineOf(source, name) {
  const end = source.indexOf(END_OF_IMPORTS);
  if (end === -1) throw new UsageError(`The end of the imports is not found in ${COMPOSITION_ROOT}.`);
  const line = fill("import('./__name__/__name__.module.js').then((m) => m.__Name__Module.use()),\n", name);
  return `${source.slice(0, end)}        ${line}${source.slice(end)}`;
}

/** Formatted, since where lines break depends on the length of the name. */
async function write(root, path, text) {
  const target = join(root, path);
  const options = await prettier.resolveConfig(join(__dirname, '..', path));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, await prettier.format(text, { ...options, filepath: target }));
  process.stdout.write(`${path}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error instanceof UsageError ? error.message : error.stack}\n`);
  process.exit(1);
});
