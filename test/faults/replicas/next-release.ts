import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(__dirname, '../../..');
const MIGRATION = '9999-next-release';
const DONE = 'The schema is that of the next release';

/** It expands: what the release before it writes is complete without it, and what it reads has more than it knows. */
const SOURCE = `
exports.nextRelease = () => ({
  up: async (db) => {
    await db.schema.createTable('next_release').addColumn('id', 'text').execute();
    await db.schema
      .alterTable('session')
      .addColumn('note', 'text')
      .addColumn('origin', 'text', (column) => column.notNull().defaultTo('somewhere'))
      .execute();
    await db.schema.createIndex('session_noted').on('session').columns(['note', 'conversation_id']).execute();
    console.log(${JSON.stringify(DONE)});
  },
});
`;

/** The build of the checkout with one more migration, in a folder of its own. */
export class NextRelease implements Disposable {
  /** The name of its migration. */
  readonly migration = MIGRATION;
  private readonly directory = mkdtempSync(join(tmpdir(), 'guest-next-release-'));

  constructor() {
    const build = join(this.directory, 'dist');
    cpSync(join(CHECKOUT, 'dist'), build, { recursive: true });
    for (const name of ['node_modules', 'package.json'])
      symlinkSync(join(CHECKOUT, name), join(this.directory, name));
    const persistence = join(build, 'persistence');
    writeFileSync(join(persistence, 'migrations', `${MIGRATION}.js`), SOURCE);
    appendFileSync(
      join(persistence, 'schema.js'),
      `\nMIGRATIONS['${MIGRATION}'] = require('./migrations/${MIGRATION}').nextRelease;\n`,
    );
  }

  /** Its `main.js`. */
  get entry(): string {
    return join(this.directory, 'dist', 'main.js');
  }

  /** How often a process with this output has gone through its migration. */
  migrationsIn(output: string): number {
    return output.split(DONE).length - 1;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
