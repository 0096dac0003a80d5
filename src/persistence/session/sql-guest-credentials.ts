import { Injectable } from '@nestjs/common';
import { type Credentials, GuestCredentials } from '../../session/ports/guest-credentials';
import { UNFINISHED_STATES } from '../../session/domain/session-state';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { UnitOfWork } from '../database/unit-of-work';

/**
 * Stores credentials in a column of `session`. This store writes it; saves of ended sessions and erasure clear it.
 */
@Injectable()
export class SqlGuestCredentials extends GuestCredentials {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestDataEncryption,
  ) {
    super();
  }

  async keep(conversationId: string, credentials: Credentials | undefined): Promise<void> {
    const encrypted =
      credentials === undefined
        ? null
        : this.guests.encryptCredentials(JSON.stringify(credentials), conversationId);
    await this.unitOfWork.run(({ db }) =>
      db
        .updateTable('session')
        .set({ guest_credentials: encrypted })
        .where('conversation_id', '=', conversationId)
        .where((eb) => eb.or([eb('state', 'in', UNFINISHED_STATES), eb('disconnect', '=', 'pending')]))
        .execute(),
    );
  }

  async find(conversationId: string): Promise<Credentials | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db
        .selectFrom('session')
        .select('guest_credentials')
        .where('conversation_id', '=', conversationId)
        .executeTakeFirst(),
    );
    const stored = row?.guest_credentials ?? '';
    if (stored === '') return undefined;
    return JSON.parse(this.guests.decryptCredentials(stored, conversationId)) as Credentials;
  }
}
