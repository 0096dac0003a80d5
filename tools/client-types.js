// Writes the types of the API for the client package: node tools/client-types.js [FILE]
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const ROOT = join(__dirname, '..');
const DESCRIPTION = join(ROOT, 'docs/openapi.json');
const OUTPUT = join(ROOT, 'client/src/generated/api.ts');

/** Without the option a field with a default would be required in requests. */
async function main(file = OUTPUT) {
  const { astToString, COMMENT_HEADER, default: openapiTS } = await import('openapi-typescript');
  const description = JSON.parse(readFileSync(DESCRIPTION, 'utf8'), withoutRefusals);
  const types = await openapiTS(description, { defaultNonNullable: false });
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, COMMENT_HEADER + astToString(types));
}

/** The client throws refusals as errors of one class, so that their hundreds of types would be three quarters of the text. */
function withoutRefusals(key, value) {
  if (key === 'example' || key === 'examples') return undefined;
  if (key !== 'responses') return value;
  return Object.fromEntries(Object.entries(value).filter(([status]) => status < '400'));
}

main(...process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
