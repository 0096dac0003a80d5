const { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** Files and folders that the archive of the service copies. Its two manifests are written. */
const CONTENT = [
  ...['dist', 'console/dist', 'deploy', 'docs'],
  ...['.env.example', 'README.md', 'CHANGELOG.md', 'SECURITY.md'],
];
/** Built files without a use in a deployment, and secrets of this machine. */
const LEFT_OUT = /^dist\/(simulator\/|world\.js)|\.map$|^deploy\/(secrets|\.env)(\/|$)/;
const MANIFEST = 'package.json';
const LOCK = 'package-lock.json';

/** Returns the relative paths of all files that the archive copies, sorted. Throws while a part is not built. */
function filesOfArchive(root) {
  return CONTENT.flatMap((name) => filesBelow(root, name))
    .filter((path) => !LEFT_OUT.test(path))
    .sort();
}

function filesBelow(root, name) {
  const path = join(root, name);
  if (!existsSync(path)) throw new Error(`${name} is missing: npm run build writes the built parts.`);
  if (statSync(path).isFile()) return [name];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length));
}

/** Writes the content of the archive into an empty folder, where `npm ci --omit=dev` then installs it. */
function writeArchive(root, folder) {
  for (const path of filesOfArchive(root)) cpSync(join(root, path), join(folder, path));
  const [manifest, lock] = [MANIFEST, LOCK].map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')));
  const production = productionManifest(manifest);
  write(folder, MANIFEST, production);
  write(folder, LOCK, productionLock(production, lock));
}

function write(folder, name, value) {
  writeFileSync(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`);
}

/** The manifest without workspaces and development dependencies; its scripts are the commands that need no build. */
function productionManifest(manifest) {
  const commands = Object.entries(manifest.scripts)
    .map(([name, command]) => [name, command.replace(/^nest build && /, '')])
    .filter(([, command]) => /^node dist\/[\w-]+\.js$/.test(command));
  const left = { workspaces: undefined, devDependencies: undefined };
  return { ...manifest, ...left, scripts: Object.fromEntries(commands) };
}

/** The lock file of that manifest: the same versions with the same checksums, without packages of development. */
function productionLock({ name, version, license, dependencies, engines }, { packages, ...lock }) {
  const kept = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && dev !== true && link !== true,
  );
  return {
    ...lock,
    packages: { '': { name, version, license, dependencies, engines }, ...Object.fromEntries(kept) },
  };
}

module.exports = { writeArchive };
