import { PatchedBuild } from './patched-build';

const MIGRATION = '9999-next-release';
const DONE = 'The schema is that of the next release';

/** An expanding migration: the earlier release can write without the new column and reads rows that have it. */
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
  /** Name of the added migration. */
  readonly migration = MIGRATION;
  private readonly build = new PatchedBuild();

  constructor() {
    this.build.add(`persistence/migrations/${MIGRATION}.js`, SOURCE);
    this.build.append(
      'persistence/database/schema.js',
      `MIGRATIONS['${MIGRATION}'] = require('../migrations/${MIGRATION}').nextRelease;`,
    );
  }

  /** Path of its `main.js`. */
  get entry(): string {
    return this.build.entry;
  }

  /** Returns how often a process with this output has run the migration. */
  migrationsIn(output: string): number {
    return output.split(DONE).length - 1;
  }

  [Symbol.dispose](): void {
    this.build[Symbol.dispose]();
  }
}
