import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { CallerBulkhead, type ReleasePlace } from '../common/limits/caller-bulkhead';
import { AccessConfig } from '../config/access.config';
import { MessagesConfig } from '../config/messages.config';
import { CallerUploadLimitReachedError, TooManyUploadsError } from './domain/upload.errors';

/** The share of all places that one of several callers may take. */
const SHARE = 0.5;

/**
 * The concurrent uploads of this process, each of which holds a connection of its caller and one to the storage. A
 * caller's share is `UPLOAD_MAX_PER_CALLER`, else half of the places; the only caller that can upload, and callers
 * without credentials, may use all.
 */
@Injectable()
export class UploadPlaces {
  private readonly places: CallerBulkhead;

  constructor(
    private readonly config: MessagesConfig,
    private readonly access: AccessConfig,
  ) {
    this.places = new CallerBulkhead(config.maxUploads);
  }

  /** Throws `CallerUploadLimitReachedError` or `TooManyUploadsError`. */
  take(caller: Caller): ReleasePlace {
    const share = this.shareOf(caller);
    const place = this.places.tryAcquire(caller.name, share);
    if (place === 'share') throw new CallerUploadLimitReachedError(share);
    if (place === 'total') throw new TooManyUploadsError(this.config.maxUploads);
    return place;
  }

  private shareOf(caller: Caller): number {
    const { maxUploads, maxUploadsPerCaller } = this.config;
    if (caller.isAnonymous) return maxUploads;
    if (maxUploadsPerCaller !== undefined) return maxUploadsPerCaller;
    return this.access.isShared('messages.write') ? Math.max(1, Math.floor(maxUploads * SHARE)) : maxUploads;
  }
}
