import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import { DataCipher } from './data-cipher';
import type { SessionEventTable, SessionTable } from '../database/database';
import { isUnreadable } from '../persistence.errors';
import { contextOf, holdsGuestData } from '../session/encrypted-columns';

type GuestColumns = Pick<
  SessionTable,
  'conversation_id' | 'guest_token' | 'name' | 'guest_context' | 'wrap_up' | 'webhook_url'
>;
type EventRow = Selectable<SessionEventTable>;

/**
 * Encrypts the guest's data in rows on the way into the database, and decrypts it on the way out: name, token and
 * context and webhook URL of a session, an agent's wrap-up, the credentials of an authenticated guest, event metadata that holds the token,
 * the notes of a wrap-up or a message, messages, and ephemeral events. The other columns pass as they are, and so do rows from before encryption and the remains of an
 * erased guest.
 */
@Injectable()
export class GuestDataEncryption {
  constructor(
    private readonly cipher: DataCipher,
    private readonly poison: PoisonMessageReporter,
  ) {}

  encryptSession<Row extends GuestColumns>(row: Row): Row {
    return withGuest(row, (text, context) => this.cipher.encrypt(text, context));
  }

  /**
   * A session reads like one of an erased guest if its guest cannot be decrypted: it must be possible to end it, and
   * one such row must not block the reading of others. It is reported as a poison message.
   */
  decryptSession<Row extends GuestColumns>(row: Row): Row {
    try {
      return withGuest(row, (text, context) => this.cipher.decrypt(text, context));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.poison.report('sessions', row.conversation_id, error, row.conversation_id);
      return withGuest(row, () => '');
    }
  }

  encryptWrapUp(text: string, conversationId: string): string {
    return this.cipher.encrypt(text, wrapUpOf(conversationId));
  }

  encryptCredentials(text: string, conversationId: string): string {
    return this.cipher.encrypt(text, credentialsOf(conversationId));
  }

  /** Throws `UnreadableDataError`. */
  decryptCredentials(stored: string, conversationId: string): string {
    return this.cipher.decrypt(stored, credentialsOf(conversationId));
  }

  encryptEvent(row: SessionEventTable): SessionEventTable {
    if (!holdsGuestData(row.metadata)) return row;
    return { ...row, metadata: this.cipher.encrypt(row.metadata, metadataOf(row.id)) };
  }

  /** `id` is the id of the message's row. */
  encryptMessage(text: string, id: string): string {
    return this.cipher.encrypt(text, messageOf(id));
  }

  /** Throws `UnreadableDataError`. */
  decryptMessage(stored: string, id: string): string {
    return this.cipher.decrypt(stored, messageOf(id));
  }

  /** `id` is the id of the batch. */
  encryptEphemeral(text: string, id: string): string {
    return this.cipher.encrypt(text, ephemeralOf(id));
  }

  /** Throws `UnreadableDataError`. */
  decryptEphemeral(stored: string, id: string): string {
    return this.cipher.decrypt(stored, ephemeralOf(id));
  }

  /** Throws `UnreadableDataError`. */
  decryptEvent<Row extends Pick<EventRow, 'id' | 'metadata'>>(row: Row): Row {
    return { ...row, metadata: this.cipher.decrypt(row.metadata, metadataOf(row.id)) };
  }
}

function withGuest<Row extends GuestColumns>(
  row: Row,
  change: (text: string, context: string) => string,
): Row {
  const { conversation_id: id, guest_token: token, name, guest_context: context } = row;
  const { wrap_up: wrapUp, webhook_url: url } = row;
  return {
    ...row,
    guest_token: change(token, contextOf({ table: 'session', column: 'guest_token' }, id)),
    name: change(name, contextOf({ table: 'session', column: 'name' }, id)),
    guest_context:
      context === null ? null : change(context, contextOf({ table: 'session', column: 'guest_context' }, id)),
    wrap_up: wrapUp === null ? null : change(wrapUp, wrapUpOf(id)),
    webhook_url:
      url === null ? null : change(url, contextOf({ table: 'session', column: 'webhook_url' }, id)),
  };
}

function credentialsOf(conversationId: string): string {
  return contextOf({ table: 'session', column: 'guest_credentials' }, conversationId);
}

function wrapUpOf(conversationId: string): string {
  return contextOf({ table: 'session', column: 'wrap_up' }, conversationId);
}

function messageOf(id: string): string {
  return contextOf({ table: 'conversation_event', column: 'body' }, id);
}

function ephemeralOf(id: string): string {
  return contextOf({ table: 'passing_batch', column: 'body' }, id);
}

function metadataOf(eventId: string): string {
  return contextOf({ table: 'session_event', column: 'metadata' }, eventId);
}
