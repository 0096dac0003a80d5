import { createHash } from 'node:crypto';
import { validate as isUuid } from 'uuid';
import * as cursors from '../common/pagination/cursor';
import { isEpochMs } from '../common/validation/column-types';
import type { WebhookPosition, WebhookScope } from './ports/webhook.store';

const POSITION = [cursors.partOf(isEpochMs), cursors.partOf((part): part is string => isUuid(part))] as const;

/** A position in the list as an opaque text, bound to the owner of the webhooks. */
export function encodeCursor({ createdAt, id }: WebhookPosition, scope: WebhookScope): string {
  return cursors.encodeCursor(listOf(scope), [createdAt, id]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same scope. */
export function decodeCursor(cursor: string, scope: WebhookScope): WebhookPosition {
  const [createdAt, id] = cursors.decodeCursor(cursor, listOf(scope), POSITION);
  return { createdAt, id };
}

/** The owner as a hash: a name may be longer than a cursor. */
function listOf({ owner }: WebhookScope): readonly string[] {
  return ['webhooks', owner === undefined ? '*' : createHash('sha256').update(owner).digest('base64url')];
}
