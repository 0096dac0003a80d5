import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { MAX_CALLER_CHARACTERS } from '../../common/access/claim-text';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { IsPlainText, IsTimestamp, MayBeAbsent } from '../../common/validation/text.decorator';
import type { SessionFilter } from '../domain/session-filter';
import { SESSION_STATES, type SessionState } from '../domain/session-state';

/** Filter and page of the session list. */
export class ListSessionsDto extends PageQueryDto {
  /** Only sessions in this state. */
  @ApiPropertyOptional({ enum: SESSION_STATES })
  @MayBeAbsent()
  @IsIn(SESSION_STATES, { message: `must be one of: ${SESSION_STATES.join(', ')}` })
  state?: SessionState;

  /** Only sessions on this channel. */
  @ApiPropertyOptional({ type: String, maxLength: 64, example: 'web-messaging' })
  @MayBeAbsent()
  @Matches(/^[a-z][a-z0-9-]{0,63}$/, { message: 'must be the name of a channel' })
  channel?: string;

  /** Only sessions for this queue. */
  @ApiPropertyOptional({ type: String, maxLength: 128, example: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11' })
  @MayBeAbsent()
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'must be 1 to 128 visible ASCII characters' })
  queueId?: string;

  /** Only sessions that this caller opened. Those of others need the scope `sessions.any`. */
  @ApiPropertyOptional({ type: String, maxLength: MAX_CALLER_CHARACTERS, example: 'billing' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Length(1, MAX_CALLER_CHARACTERS, { message: `must have 1 to ${MAX_CALLER_CHARACTERS} characters` })
  @IsPlainText()
  caller?: string;

  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Only sessions of this guest. */
  @ApiPropertyOptional({ type: String, example: '24759c94cea4ab37f8bf299fa081d7cc' })
  @MayBeAbsent()
  @Matches(/^[0-9a-f]{32}$/, { message: 'must be the guestRef of a guest' })
  guestRef?: string;

  /** Only sessions whose opening was requested at this moment or later. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  from?: string;

  /** Only sessions whose opening was requested before this moment. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  to?: string;
}

/** The filter without the page, with times in epoch milliseconds. */
export function filterOf(query: ListSessionsDto): SessionFilter {
  const { state, channel, queueId, caller, conversationId, guestRef, from, to } = query;
  const given = Object.entries({ state, channel, queueId, caller, conversationId, guestRef }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...Object.fromEntries(given),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
