// Builds a release and writes its files to release/: npm run release
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { writeArchive } = require('./archive');
const { readLicences } = require('./licences');

const ROOT = join(__dirname, '../..');
const OUTPUT = join(ROOT, 'release');
const SUMS = 'SHA256SUMS';
const MAX_REPORT_BYTES = 64 * 1024 * 1024;

function main() {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const label = `${name}-${version}`;
  const { text, refused } = readLicences();
  if (refused.length > 0) throw new Error(`Licences not allowed: ${JSON.stringify(refused)}`);
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT);
  run('npm', 'run', '--silent', 'build');
  packService(name, label);
  run('npm', 'pack', '--silent', '--ignore-scripts', '--workspace', 'client', '--pack-destination', OUTPUT);
  writeFileSync(join(OUTPUT, `${label}.licences.txt`), text);
  const files = readdirSync(OUTPUT).sort();
  writeFileSync(join(OUTPUT, SUMS), files.map((file) => `${sha256(file)}  ${file}\n`).join(''));
  process.stdout.write([...files, SUMS].map(sizeOf).join(''));
}

/** Writes the archive, whose only folder has its name, and the bill of the packages that are installed with it. */
function packService(name, label) {
  const stage = mkdtempSync(join(tmpdir(), 'guest-sessions-release-'));
  try {
    const folder = join(stage, label);
    mkdirSync(folder);
    writeArchive(ROOT, folder);
    run('tar', '-czf', join(OUTPUT, `${label}.tgz`), '-C', stage, label);
    writeFileSync(join(OUTPUT, `${label}.cdx.json`), billOfMaterials(folder, name));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The packages of a lock file by CycloneDX. npm takes the name of the folder for that of the program. */
function billOfMaterials(folder, name) {
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const printed = execFileSync('npm', ['sbom', ...options], { cwd: folder, maxBuffer: MAX_REPORT_BYTES });
  const bill = JSON.parse(printed);
  bill.metadata.component.name = name;
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

function run(command, ...args) {
  execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

function sha256(file) {
  return createHash('sha256')
    .update(readFileSync(join(OUTPUT, file)))
    .digest('hex');
}

function sizeOf(file) {
  const kilobytes = Math.ceil(statSync(join(OUTPUT, file)).size / 1000);
  return `${String(kilobytes).padStart(8)} kB  release/${file}\n`;
}

main();
