const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const INSTALLED = resolve(__dirname, '../../node_modules');

/** Returns the names of installed packages with `.js` files that are ES modules, nested packages included. */
function esModulePackages(folder = INSTALLED) {
  return [...new Set(packagesIn(folder))].sort();
}

function packagesIn(folder) {
  if (!existsSync(folder)) return [];
  return namesIn(folder).flatMap((name) => {
    const own = isEsModule(join(folder, name)) ? [name] : [];
    return [...own, ...packagesIn(join(folder, name, 'node_modules'))];
  });
}

function namesIn(folder) {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((scoped) => `${name}/${scoped}`) : [name],
  );
}

function isEsModule(folder) {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}

module.exports = { esModulePackages };
