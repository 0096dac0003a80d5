// Gives every file of the repository the version of package.json: the `version` step of npm version.
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const ROOT = join(__dirname, '../..');
const UNRELEASED = '## [Unreleased]\n';
/** Tags of the image and names of the packed client, as they are written in texts. */
const NAMED =
  /(genesys-guest-sessions(?:-client-|:)(?:\$\{IMAGE_TAG:-)?|IMAGE_TAG \()\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?/g;

const CHANGES = {
  'client/package.json': inManifest,
  'console/package.json': inManifest,
  'package-lock.json': inLock,
  'docs/openapi.json': inDescription,
  'deploy/Dockerfile': inText,
  'deploy/README.md': inText,
  'deploy/compose.yaml': inText,
  'deploy/compose.simulator.yaml': inText,
  'deploy/kubernetes/deployment.yaml': inText,
  'client/README.md': inText,
};

function inManifest(text, version) {
  return text
    .replace(/^( {2}"version": ")[^"]+/m, `$1${version}`)
    .replace(/("@genesys-guest-sessions\/client": ")[^"]+/, `$1${version}`);
}

function inLock(text, version) {
  const lock = JSON.parse(text);
  lock.version = version;
  for (const folder of ['', 'client', 'console']) lock.packages[folder].version = version;
  lock.packages.console.devDependencies['@genesys-guest-sessions/client'] = version;
  return `${JSON.stringify(lock, undefined, 2)}\n`;
}

function inDescription(text, version) {
  return text.replace(/(\n {2}"info": \{[^]*?\n {4}"version": ")[^"]+/, `$1${version}`);
}

function inText(text, version) {
  return text.replace(NAMED, `$1${version}`);
}

/** The text of a file with this version; `CHANGES` has the files. */
function withVersion(file, text, version) {
  return CHANGES[file](text, version);
}

/** The changelog with its unreleased entries under a release. Throws if there are none. */
function released(changelog, version, date) {
  const entries = changelog.slice(changelog.indexOf(UNRELEASED) + UNRELEASED.length).trimStart();
  if (!changelog.includes(UNRELEASED) || !entries.startsWith('### '))
    throw new Error('CHANGELOG.md has no entries below [Unreleased].');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${date}\n`);
}

function main() {
  const { version } = JSON.parse(read('package.json'));
  const texts = Object.keys(CHANGES).map((file) => [file, withVersion(file, read(file), version)]);
  const date = new Date().toISOString().slice(0, 10);
  texts.push(['CHANGELOG.md', released(read('CHANGELOG.md'), version, date)]);
  // The released description is the promise to callers.
  texts.push(['docs/openapi.released.json', texts.find(([file]) => file === 'docs/openapi.json')[1]]);
  for (const [file, text] of texts) writeFileSync(join(ROOT, file), text);
  execFileSync('git', ['add', ...texts.map(([file]) => file)], { cwd: ROOT });
}

function read(file) {
  return readFileSync(join(ROOT, file), 'utf8');
}

module.exports = { FILES: Object.keys(CHANGES), released, withVersion };

if (require.main === module) main();
