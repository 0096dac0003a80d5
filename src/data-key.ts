import { parseArgs } from 'node:util';
import { isDataKeyList, newDataKey } from './config/data-key-list';

const HELP = `npm run data-key [-- --id k2]

Makes a key for DATA_KEY or DATA_KEY_FILE, with which guests' names and tokens are encrypted. Keep a copy where the
database's backups are not: without the key they cannot be read, with it they can.
  --id   what stored data names the key by: lower-case letters, digits and hyphens, 32 at most; k1 when left out
`;

function main(): void {
  const { values } = parseArgs({
    options: { id: { type: 'string', default: 'k1' }, help: { type: 'boolean', default: false } },
  });
  const entry = newDataKey(values.id);
  if (values.help || !isDataKeyList([entry])) {
    process.stderr.write(HELP);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  process.stdout.write(`${entry}\n`);
}

main();
