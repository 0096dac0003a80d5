import { Injectable } from '@nestjs/common';
import { type Kysely, sql, type UpdateObject } from 'kysely';
import type { AuditDetail } from '../../audit/domain/audit-record';
import type { Attempt } from '../../sync/domain/delivery';
import type { Webhook, WebhookSecret, WebhookSettings } from '../../webhooks/domain/webhook';
import {
  type NewWebhook,
  type WebhookPosition,
  type WebhookScope,
  WebhookStore,
} from '../../webhooks/ports/webhook.store';
import { AuditWriter } from '../audit/audit-writer';
import type { Database, WebhookTable } from '../database/database';
import { forUpdate } from '../database/dialect';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';
import { DataCipher } from '../guest/data-cipher';
import { storable } from '../outbox/delivery.mapper';
import { numberEvents } from '../feed/feed-numbering';
import { LATEST, lockPosition, NEVER_VERIFIED, skipFeed } from './webhook-position';
import { sealedSecrets, sealedUrl, toWebhook, type WebhookRow } from './webhook.mapper';
import { lockPostponed, releaseQueues, webhookFact } from './webhook-release';

type Changes = UpdateObject<Database, 'webhook'>;

/** The webhooks of callers in SQL. */
@Injectable()
export class SqlWebhookStore extends WebhookStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly cipher: DataCipher,
  ) {
    super();
  }

  async create(webhook: NewWebhook, max: number): Promise<boolean> {
    await numberEvents(this.unitOfWork);
    return this.unitOfWork.run(async (work) => {
      await lockPosition(work);
      const { owned, all } = await countWebhooks(work.db, webhook.owner);
      if (owned >= max) return false;
      // Nothing has read the feed while there was no webhook.
      if (all === 0) await skipFeed(work.db);
      await work.db.insertInto('webhook').values(this.rowOf(webhook)).execute();
      const detail = { owner: webhook.owner, types: webhook.types.join(' '), sessions: webhook.sessions };
      this.audit.write(work, [webhookFact('WEBHOOK_CREATED', webhook.id, { after: 'unverified', detail })]);
      return true;
    });
  }

  async find(id: string, scope: WebhookScope): Promise<Webhook | undefined> {
    const row = await this.unitOfWork.query((db) =>
      webhooksIn(db, scope).where('id', '=', id).executeTakeFirst(),
    );
    return row && toWebhook(this.cipher, row);
  }

  async list(
    scope: WebhookScope,
    { limit, after }: { readonly limit: number; readonly after?: WebhookPosition },
  ): Promise<Webhook[]> {
    const rows = await this.unitOfWork.query((db) =>
      webhooksIn(db, scope)
        .$if(after !== undefined, (query) =>
          query.where((eb) =>
            eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after?.createdAt ?? 0, after?.id ?? '')),
          ),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
    );
    return rows.map((row) => toWebhook(this.cipher, row));
  }

  async update(
    id: string,
    scope: WebhookScope,
    { url, description, types, sessions }: Partial<WebhookSettings>,
    at: number,
  ): Promise<Webhook | undefined> {
    return this.change(id, scope, (work, row) => {
      const isMoved = url !== undefined && url !== toWebhook(this.cipher, row).url;
      const changed = { ...(types && { types: types.join(' ') }), ...(sessions && { sessions }) };
      const detail = { ...changed, url: isMoved ? 'changed' : 'unchanged' };
      const after = isMoved ? 'unverified' : row.status;
      this.audit.write(work, [webhookFact('WEBHOOK_UPDATED', id, { before: row.status, after, detail })]);
      return {
        ...(isMoved ? { url: sealedUrl(this.cipher, id, url), ...UNVERIFIED } : {}),
        ...(description === undefined ? {} : { description }),
        ...(types === undefined ? {} : { types: JSON.stringify(types) }),
        ...(sessions === undefined ? {} : { sessions }),
        updated_at: at,
      };
    });
  }

  async rotate(
    id: string,
    scope: WebhookScope,
    renew: (current: readonly WebhookSecret[]) => readonly WebhookSecret[],
    at: number,
  ): Promise<Webhook | undefined> {
    return this.change(id, scope, (work, row) => {
      const secrets = renew(toWebhook(this.cipher, row).secrets);
      this.audit.write(work, [webhookFact('WEBHOOK_SECRET_ROTATED', id)]);
      return { secrets: sealedSecrets(this.cipher, id, secrets), updated_at: at };
    });
  }

  async pause(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined> {
    return this.change(id, scope, (work, { status }) => {
      if (status !== 'active') return undefined;
      const change = { reason: 'caller', before: status, after: 'paused' };
      this.audit.write(work, [webhookFact('WEBHOOK_PAUSED', id, change)]);
      return { status: 'paused', status_reason: 'caller', updated_at: at };
    });
  }

  async resume(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined> {
    await numberEvents(this.unitOfWork);
    return this.unitOfWork.run(async (work) => {
      await lockPostponed(work, id, at);
      return this.changeWithin(work, id, scope, async (_, { status, verified_at: verifiedAt }) => {
        if (status === 'unverified') return undefined;
        await releaseQueues(work, id, at);
        const after = verifiedAt === null ? 'unverified' : 'active';
        this.audit.write(work, [webhookFact('WEBHOOK_RESUMED', id, { before: status, after })]);
        const from = status === 'disabled' && after === 'active' ? { from_position: LATEST } : {};
        return { ...RECOVERED, ...from, status: after, updated_at: at };
      });
    });
  }

  async recordTest(id: string, url: string, { at, latencyMs, status, error }: Attempt): Promise<void> {
    await numberEvents(this.unitOfWork);
    await this.change(id, {}, (work, row) => {
      const isVerified =
        error === undefined && row.status === 'unverified' && toWebhook(this.cipher, row).url === url;
      const detail: AuditDetail = {
        latency: Math.round(latencyMs),
        ...(status === undefined ? {} : { status }),
        ...(error === undefined ? {} : { error: storable(error) }),
      };
      const outcome = error === undefined ? 'success' : 'failure';
      const change = { before: row.status, after: isVerified ? 'active' : row.status };
      this.audit.write(work, [webhookFact('WEBHOOK_TESTED', id, { ...change, outcome, detail })]);
      return isVerified
        ? { ...RECOVERED, ...startOf(row), status: 'active', verified_at: at, updated_at: at }
        : undefined;
    });
  }

  async owners(): Promise<readonly string[]> {
    const rows = await this.unitOfWork.query((db) =>
      db.selectFrom('webhook').select('owner').distinct().where('status', '<>', 'deleted').execute(),
    );
    return rows.map(({ owner }) => owner);
  }

  async retire(owner: string, at: number, disabledBefore: number): Promise<void> {
    const found = await this.unitOfWork.query((db) => webhooksIn(db, { owner }).execute());
    for (const { id } of found) {
      await this.change(id, { owner }, (work, row) => {
        if (row.status_reason !== 'caller-gone') return this.disable(work, row, at);
        return row.updated_at < disabledBefore ? this.remove(work, row, at) : undefined;
      });
    }
  }

  async delete(id: string, scope: WebhookScope, at: number): Promise<boolean> {
    const deleted = await this.change(id, scope, (work, row) => this.remove(work, row, at));
    return deleted !== undefined;
  }

  private disable(work: Work, { id, status }: WebhookRow, at: number): Changes {
    const change = { reason: 'caller-gone', before: status, after: 'disabled' };
    this.audit.write(work, [webhookFact('WEBHOOK_DISABLED', id, change)]);
    return { status: 'disabled', status_reason: 'caller-gone', updated_at: at };
  }

  private remove(work: Work, { id, status }: WebhookRow, at: number): Changes {
    this.audit.write(work, [webhookFact('WEBHOOK_DELETED', id, { before: status, after: 'deleted' })]);
    return { status: 'deleted', url: '', secrets: '', description: '', updated_at: at };
  }

  private change(
    id: string,
    scope: WebhookScope,
    changesOf: (work: Work, row: WebhookRow) => Changes | undefined | Promise<Changes | undefined>,
  ): Promise<Webhook | undefined> {
    return this.unitOfWork.run((work) => this.changeWithin(work, id, scope, changesOf));
  }

  /** Changes the row while it is locked, unless there is no change; resolves with the webhook as it is then. */
  private async changeWithin(
    work: Work,
    id: string,
    scope: WebhookScope,
    changesOf: (work: Work, row: WebhookRow) => Changes | undefined | Promise<Changes | undefined>,
  ): Promise<Webhook | undefined> {
    const found = webhooksIn(work.db, scope).where('id', '=', id);
    const row = await forUpdate(work.dialect, found).executeTakeFirst();
    if (row === undefined) return undefined;
    const changes = await changesOf(work, row);
    if (changes === undefined) return toWebhook(this.cipher, row);
    const changed = await work.db
      .updateTable('webhook')
      .set(changes)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    // A deleted one has no URL and no secrets any more.
    return toWebhook(this.cipher, changed.status === 'deleted' ? row : changed);
  }

  private rowOf({
    id,
    owner,
    url,
    description,
    types,
    sessions,
    secrets,
    createdAt,
  }: NewWebhook): WebhookTable {
    return {
      id,
      owner,
      url: sealedUrl(this.cipher, id, url),
      description,
      types: JSON.stringify(types),
      sessions,
      status: 'unverified',
      secrets: sealedSecrets(this.cipher, id, secrets),
      from_position: NEVER_VERIFIED,
      created_at: createdAt,
      updated_at: createdAt,
      verified_at: null,
      ...RECOVERED,
    };
  }
}

const RECOVERED = {
  status_reason: null,
  failing_since: null,
  quiet_until: null,
  failing_until: null,
} as const;
const UNVERIFIED = { ...RECOVERED, status: 'unverified', verified_at: null } as const;

function webhooksIn(db: Kysely<Database>, { owner }: WebhookScope) {
  return db
    .selectFrom('webhook')
    .selectAll()
    .where('status', '<>', 'deleted')
    .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''));
}

async function countWebhooks(db: Kysely<Database>, owner: string): Promise<{ owned: number; all: number }> {
  return db
    .selectFrom('webhook')
    .select((eb) => [
      eb.fn.countAll<number>().as('all'),
      sql<number>`count(case when owner = ${owner} then 1 end)`.as('owned'),
    ])
    .where('status', '<>', 'deleted')
    .executeTakeFirstOrThrow();
}

/** The first verification starts the events; a later one, of another URL, leaves none out. */
function startOf({ from_position: from }: WebhookRow): Changes {
  return from === NEVER_VERIFIED ? { from_position: LATEST } : {};
}
