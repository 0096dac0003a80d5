import { PatchedBuild } from './patched-build';

/** Migrations that the previous release does not have, and the session columns that they add. */
const MIGRATIONS = [
  '0018-guest-context',
  '0019-end-causes',
  '0020-audit-records-of-a-target',
  '0021-guest-addresses',
  '0022-platform-reports',
  '0023-notification-channels',
  '0024-webhooks',
  '0025-statistics',
  '0026-console-sessions',
  '0027-lists-of-operators',
  '0028-traces-of-events',
];
const COLUMNS = {
  guest_context: null,
  genesys_conversation_id: null,
  end_cause: null,
  guest_address: null,
  platform_report: null,
  wrap_up: null,
  webhook_url: null,
};

const SCHEMA = `for (const name of ${JSON.stringify(MIGRATIONS)}) delete MIGRATIONS[name];`;

const ENCRYPTED_COLUMNS = `exports.ENCRYPTED_COLUMNS = exports.ENCRYPTED_COLUMNS.filter(({ table, column }) => table !== 'webhook' && !['guest_context', 'wrap_up', 'webhook_url'].includes(column));`;

/** The previous release reads rows without these columns, or ignores them; it writes none of them. */
const MAPPER = `
const NEW = ${JSON.stringify(COLUMNS)};
const known = ({ end_cause, genesys_conversation_id, guest_address, platform_report, wrap_up, webhook_url, ...row }) => row;
exports.toRow = (session) => known(toRow(session));
exports.toChanges = (session) => {
  const { guest_context, ...row } = known(toChanges(session));
  return row;
};
exports.toSession = (row) => toSession({ ...row, ...NEW });
`;
const ENCRYPTION = `{
  const WITHOUT = { guest_context: null, wrap_up: null, webhook_url: null };
  const { encryptSession, decryptSession, encryptEvent } = GuestDataEncryption.prototype;
  GuestDataEncryption.prototype.encryptEvent = function (row) {
    const { traceparent, ...known } = encryptEvent.call(this, row);
    return known;
  };
  GuestDataEncryption.prototype.encryptSession = function (row) {
    const { guest_context, wrap_up, webhook_url, ...known } = encryptSession.call(this, { ...row, ...WITHOUT });
    return known;
  };
  GuestDataEncryption.prototype.decryptSession = function (row) {
    return decryptSession.call(this, { ...row, ...WITHOUT });
  };
}`;

/** It stores no trace with an event. */
const FEED = `{
  const { rowOf } = FeedWriter.prototype;
  FeedWriter.prototype.rowOf = function (whose) {
    const { traceparent, ...known } = rowOf.call(this, whose);
    return known;
  };
}`;

/** The previous release has no webhooks of callers: it reads and purges none. */
const WEBHOOK_QUEUE = `Object.assign(SqlWebhookQueue.prototype, {
  position: async () => undefined,
  due: async () => [],
  totals: async () => ({ webhooks: { unverified: 0, active: 0, paused: 0, disabled: 0 }, pending: 0, dead: 0 }),
});`;
const WEBHOOK_DELIVERIES = `SqlWebhookDeliveryStore.prototype.purge = async () => 0;`;
/** Nor statistics. */
const STATISTICS = `Object.assign(SqlStatisticsStore.prototype, {
  write: async () => undefined,
  lastMinutes: async () => new Map(),
  read: async () => [],
  purge: async () => 0,
});`;
const WEBHOOKS = `SqlWebhookStore.prototype.owners = async () => [];`;

/**
 * The build of the checkout as the previous release was towards the database: without its newest migrations, and
 * without their columns in its reads and writes of sessions.
 */
export class PreviousRelease implements Disposable {
  readonly missing = { migrations: MIGRATIONS, columns: Object.keys(COLUMNS) };
  private readonly build = new PatchedBuild();

  constructor() {
    this.build.append('persistence/database/schema.js', SCHEMA);
    this.build.append('persistence/session/encrypted-columns.js', ENCRYPTED_COLUMNS);
    this.build.append('persistence/session/session.mapper.js', MAPPER);
    this.build.append('persistence/guest/guest-data-encryption.js', ENCRYPTION);
    this.build.append('persistence/feed/feed-writer.js', FEED);
    this.build.append('persistence/webhook/sql-webhook-queue.js', WEBHOOK_QUEUE);
    this.build.append('persistence/webhook/sql-webhook-delivery.store.js', WEBHOOK_DELIVERIES);
    this.build.append('persistence/webhook/sql-webhook.store.js', WEBHOOKS);
    this.build.append('persistence/statistics/sql-statistics.store.js', STATISTICS);
  }

  /** Path of its `main.js`. */
  get entry(): string {
    return this.build.entry;
  }

  [Symbol.dispose](): void {
    this.build[Symbol.dispose]();
  }
}
