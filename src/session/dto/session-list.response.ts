import { ApiProperty } from '@nestjs/swagger';
import { SessionResponse } from './session.response';

/** A page of sessions, newest first. */
export class SessionListResponse {
  @ApiProperty({ type: [SessionResponse] })
  readonly items: readonly SessionResponse[];

  /** The cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  readonly nextCursor: string | null;

  constructor(items: readonly SessionResponse[], nextCursor: string | null) {
    this.items = items;
    this.nextCursor = nextCursor;
  }
}
