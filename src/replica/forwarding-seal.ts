import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { StorageConfig } from '../config/storage.config';

/** For as long as a request may be on its way. */
const VALID_MS = 30_000;
const PURPOSE = 'guest-sessions forwarding';

/**
 * Marks requests that a replica hands on to another one, so that they are handed on once, and by nobody else: a keyed
 * hash over the request and the time, with a key that is made of the data keys, which all replicas have.
 */
@Injectable()
export class ForwardingSeal {
  constructor(
    private readonly config: StorageConfig,
    private readonly clock: Clock,
  ) {}

  sign(method: string, url: string): string {
    const until = this.clock.now() + VALID_MS;
    const [key] = this.config.dataKeys;
    if (key === undefined) throw new Error('There is no data key.');
    return `${until}.${hashOf(key.key, method, url, until)}`;
  }

  /** While keys are changed replicas differ in which of them is the first. Each will do. */
  isValid(seal: string | undefined, method: string, url: string): boolean {
    const [until = '', hash = ''] = (seal ?? '').split('.');
    if (!/^\d{13}$/.test(until) || Number(until) < this.clock.now()) return false;
    const given = Buffer.from(hash);
    return this.config.dataKeys.some(({ key }) => {
      const expected = Buffer.from(hashOf(key, method, url, Number(until)));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }
}

function hashOf(dataKey: Buffer, method: string, url: string, until: number): string {
  const key = createHmac('sha256', dataKey).update(PURPOSE).digest();
  return createHmac('sha256', key).update(`${method}\n${url}\n${until}`).digest('base64url');
}
