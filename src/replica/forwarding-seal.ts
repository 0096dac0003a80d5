import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { StorageConfig } from '../config/storage.config';

/** For as long as a request may be on its way. */
const VALID_MS = 30_000;
const SEAL = /^(\d{13})\.(\d)\.([\w-]+)$/;
const PURPOSE = 'guest-sessions forwarding';

/**
 * Marks requests that a replica hands on to another one, and how often they were handed on: a keyed hash over the request,
 * the time and that number, with a key that is made of the data keys, which all replicas have and nobody else.
 */
@Injectable()
export class ForwardingSeal {
  constructor(
    private readonly config: StorageConfig,
    private readonly clock: Clock,
  ) {}

  sign(method: string, url: string, hops: number): string {
    const until = this.clock.now() + VALID_MS;
    const [key] = this.config.dataKeys;
    if (key === undefined) throw new Error('There is no data key.');
    return `${until}.${hops}.${hashOf(key.key, { method, url, until, hops })}`;
  }

  /**
   * How often the request was handed on; 0 when it comes from somebody who is no replica. While keys are changed replicas
   * differ in which of them is the first. Each will do.
   */
  hopsOf(seal: string | undefined, method: string, url: string): number {
    const [, until = 0, hops = 0, hash = ''] = SEAL.exec(seal ?? '') ?? [];
    const sealed = { method, url, until: Number(until), hops: Number(hops) };
    if (sealed.until < this.clock.now()) return 0;
    const given = Buffer.from(hash);
    const isGenuine = this.config.dataKeys.some(({ key }) => {
      const expected = Buffer.from(hashOf(key, sealed));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
    return isGenuine ? sealed.hops : 0;
  }
}

interface Sealed {
  readonly method: string;
  readonly url: string;
  readonly until: number;
  readonly hops: number;
}

function hashOf(dataKey: Buffer, { method, url, until, hops }: Sealed): string {
  const key = createHmac('sha256', dataKey).update(PURPOSE).digest();
  return createHmac('sha256', key).update([method, url, until, hops].join('\n')).digest('base64url');
}
