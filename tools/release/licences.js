// Lists the licences of all packages that the service and the console bring along: npm run licences
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '../..');

/** SPDX identifiers of licences that ask for no more than to keep their notice. */
const ALLOWED = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense'],
];
/** Packages of the console that build it and are no part of it. */
const BUILDS = /^(vite|@vitejs\/.*|@types\/.*)$/;

/**
 * The packages of a release by a lock file, sorted by name: those that the service installs, and those that are built into
 * the console.
 */
function shippedPackages({ packages }) {
  const found = new Map();
  add(packages, '', Object.keys(packages[''].dependencies), found);
  const console = { ...packages.console.dependencies, ...packages.console.devDependencies };
  const inConsole = Object.keys(console).filter((name) => !BUILDS.test(name));
  add(packages, 'console', inConsole, found);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function add(packages, folder, names, found) {
  for (const name of names) {
    const path = resolved(packages, folder, name);
    if (path === undefined || found.has(path)) continue;
    const { version, license = 'unknown', link, resolved: target } = packages[path];
    // A workspace is part of this repository; its dependencies are not.
    const inside = link === true ? target : path;
    if (link !== true) found.set(path, { name, version, licence: license });
    const { dependencies, optionalDependencies, peerDependencies } = packages[inside];
    const further = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    add(packages, inside, Object.keys(further), found);
  }
}

/** The path of a package in the nearest `node_modules`; undefined for an optional one that is not installed. */
function resolved(packages, folder, name) {
  const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
  if (path in packages) return path;
  if (folder === '') return undefined;
  const outer = folder.lastIndexOf('/node_modules/');
  return resolved(packages, outer === -1 ? '' : folder.slice(0, outer), name);
}

/** Whether a licence expression (SPDX) can be satisfied with allowed licences alone. */
function isAllowed(expression) {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(text)) return false;
  return text.split(' OR ').some((terms) => terms.split(' AND ').every((term) => ALLOWED.includes(term)));
}

/** The licences of a lock file as lines, and the packages whose licence is not allowed. */
function readLicences(file = join(ROOT, 'package-lock.json')) {
  const packages = shippedPackages(JSON.parse(readFileSync(file, 'utf8')));
  const lines = packages.map(({ name, version, licence }) => `${name}@${version}\t${licence}`);
  return {
    text: `${[...new Set(lines)].join('\n')}\n`,
    refused: packages.filter(({ licence }) => !isAllowed(licence)),
  };
}

module.exports = { isAllowed, readLicences };

if (require.main === module) {
  const { text, refused } = readLicences();
  process.stdout.write(text);
  for (const { name, licence } of refused)
    process.stderr.write(`Licence not allowed: ${name} (${licence})\n`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
