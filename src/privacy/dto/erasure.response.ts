import { ApiProperty } from '@nestjs/swagger';
import type { Erasure } from '../ports/guest.store';

/** An erased guest. The erasure is idempotent: a repeated request gets the same response. */
export class ErasureResponse {
  @ApiProperty({ type: String, example: '9f86d081884c7d659a2feaa0c55ad015' })
  readonly guestRef: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly erasedAt: string;

  /** The guest's sessions that are still stored, now without name and token. */
  @ApiProperty({ type: [String], example: ['0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11'] })
  readonly conversationIds: readonly string[];

  constructor({ guestRef, erasedAt, conversationIds }: Erasure) {
    this.guestRef = guestRef;
    this.erasedAt = new Date(erasedAt).toISOString();
    this.conversationIds = conversationIds;
  }
}
