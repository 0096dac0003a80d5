import { PatchedBuild } from './patched-build';

/** The migrations that the release before this one does not have, and the columns of a session that they add. */
const MIGRATIONS = ['0018-guest-context', '0019-end-causes'];
const COLUMNS = { guest_context: null, genesys_conversation_id: null, end_cause: null };

const SCHEMA = `for (const name of ${JSON.stringify(MIGRATIONS)}) delete MIGRATIONS[name];`;

const SEALED_COLUMNS = `exports.SEALED_COLUMNS = exports.SEALED_COLUMNS.filter(({ column }) => column !== 'guest_context');`;

/** What is read has none of the columns, or columns that it does not know; what is written has none. */
const MAPPER = `
const NEW = ${JSON.stringify(COLUMNS)};
const known = ({ end_cause, genesys_conversation_id, ...row }) => row;
exports.toRow = (session) => known(toRow(session));
exports.toChanges = (session) => {
  const { guest_context, ...row } = known(toChanges(session));
  return row;
};
exports.toSession = (row) => toSession({ ...row, ...NEW });
`;
const SEAL = `{
  const { sealSession, openSession } = GuestDataEncryption.prototype;
  GuestDataEncryption.prototype.sealSession = function (row) {
    const { guest_context, ...known } = sealSession.call(this, { ...row, guest_context: null });
    return known;
  };
  GuestDataEncryption.prototype.openSession = function (row) {
    return openSession.call(this, { ...row, guest_context: null });
  };
}`;

/**
 * The build of the checkout as the release before it was towards the database: without its newest migrations, and without
 * their columns in anything that it reads or writes of sessions.
 */
export class PreviousRelease implements Disposable {
  readonly missing = { migrations: MIGRATIONS, columns: Object.keys(COLUMNS) };
  private readonly build = new PatchedBuild();

  constructor() {
    this.build.append('persistence/database/schema.js', SCHEMA);
    this.build.append('persistence/session/sealed-columns.js', SEALED_COLUMNS);
    this.build.append('persistence/session/session.mapper.js', MAPPER);
    this.build.append('persistence/guest/guest-data-encryption.js', SEAL);
  }

  /** Its `main.js`. */
  get entry(): string {
    return this.build.entry;
  }

  [Symbol.dispose](): void {
    this.build[Symbol.dispose]();
  }
}
