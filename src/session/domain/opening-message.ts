import { createHash } from 'node:crypto';

/** The guest and the opening message of a request, on channels whose conversations begin with a message of the guest. */
export interface RequestedOpeningMessage {
  readonly text?: string;
  /** The integration to use; absent: the first one of the deployment. */
  readonly integrationId?: string;
  /** The guest's id at the integration, to continue its thread; absent: a fresh one. */
  readonly guestId?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

/** The opening message of a session, complete. Part of the guest's context, and as confidential. */
export interface OpeningMessage extends RequestedOpeningMessage {
  readonly text: string;
  readonly integrationId: string;
  readonly guestId: string;
}

/**
 * The address under which the upstream delivers to a guest, as a digest: sessions are found by it, and it reveals
 * neither part. A live session has an address of its own.
 */
export function guestAddressOf(integrationId: string, guestId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([integrationId, guestId]))
    .digest('base64url');
}

/** The fields of a request that belong to its opening message; undefined if it has none. */
export function requestedOpeningMessageOf(
  request: RequestedOpeningMessage,
): RequestedOpeningMessage | undefined {
  const { text, integrationId, guestId, firstName, lastName, email } = request;
  const fields = Object.entries({ text, integrationId, guestId, firstName, lastName, email });
  const given = fields.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
