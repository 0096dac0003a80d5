import { ApiProperty } from '@nestjs/swagger';
import type { HeartbeatStatus } from '../../heartbeat/heartbeat';
import type { EndDetection } from '../domain/end-detection';
import type { OpenedSession } from '../session.service';
import { SessionResponse } from './session.response';

/** A new session, with what only its opener gets to see, and only in this one answer. */
export class OpenedSessionResponse extends SessionResponse {
  /** The guest's credential. It is shown nowhere else: keep it. */
  @ApiProperty({ type: String, example: 'jwt_9f86d081884c7d659a2feaa0c55ad015' })
  readonly guestIdToken: string;

  /** The upstream's own answer, as it came. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { state: 'connected' } })
  readonly upstream: Readonly<Record<string, unknown>>;

  constructor({ session, upstream }: OpenedSession, heartbeat: HeartbeatStatus, endDetection?: EndDetection) {
    super(session, heartbeat, endDetection);
    this.guestIdToken = session.snapshot.guestToken;
    this.upstream = upstream;
  }
}
