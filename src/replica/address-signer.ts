import { Injectable } from '@nestjs/common';
import { StorageConfig } from '../config/storage.config';
import { DataKeyHmac } from './data-key-hmac';
import type { Replica } from './ports/replica.store';

/**
 * Binds the address of a replica to its id. The table of replicas is not trusted: without a genuine signature nothing is
 * sent to an address, since a process with access to the database alone could have written it.
 */
@Injectable()
export class AddressSigner {
  private readonly hmac: DataKeyHmac;

  constructor({ dataKeys }: StorageConfig) {
    this.hmac = new DataKeyHmac(dataKeys, 'guest-sessions replica address v1');
  }

  sign(replica: Pick<Replica, 'id' | 'address'>): string {
    return this.hmac.sign(textOf(replica));
  }

  isGenuine(replica: Replica): boolean {
    return this.hmac.isGenuine(textOf(replica), replica.signature);
  }
}

function textOf({ id, address }: Pick<Replica, 'id' | 'address'>): string {
  return JSON.stringify([id, address]);
}
