import { ApiProperty } from '@nestjs/swagger';
import type { OpenedSession } from '../session.service';
import { SessionResponse, type SessionView } from './session.response';

/** A new session, with the fields that only the caller that opened it gets, and only in this response. */
export class OpenedSessionResponse extends SessionResponse {
  /** The guest's credential. No other response contains it: store it. */
  @ApiProperty({ type: String, example: 'jwt_9f86d081884c7d659a2feaa0c55ad015' })
  readonly guestIdToken: string;

  /** The upstream's own response, unchanged. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { state: 'connected' } })
  readonly upstream: Readonly<Record<string, unknown>>;

  constructor({ session, upstream }: OpenedSession, view: SessionView) {
    super(session, view);
    this.guestIdToken = session.snapshot.guestToken;
    this.upstream = upstream;
  }
}
