import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { IsPlainText, IsTimestamp, MayBeAbsent } from '../../common/validation/text.decorator';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditAction, type AuditOutcome } from '../domain/audit-record';
import type { AuditFilter } from '../ports/audit-trail';

/** Filter and page of the audit list. */
export class ListAuditDto extends PageQueryDto {
  /** Only actions of this caller. */
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 256, example: 'billing' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Length(1, 256, { message: 'must have 1 to 256 characters' })
  @IsPlainText()
  actor?: string;

  @ApiPropertyOptional({ enum: AUDIT_ACTIONS })
  @MayBeAbsent()
  @IsIn(AUDIT_ACTIONS, { message: `must be one of: ${AUDIT_ACTIONS.join(', ')}` })
  action?: AuditAction;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @MayBeAbsent()
  @IsIn(AUDIT_OUTCOMES, { message: `must be one of: ${AUDIT_OUTCOMES.join(', ')}` })
  outcome?: AuditOutcome;

  /** Only records of this conversation. */
  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Only actions on this target, by its id. */
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 256, example: 'crm' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Length(1, 256, { message: 'must have 1 to 256 characters' })
  @IsPlainText()
  target?: string;

  /** Only records from this moment on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  from?: string;

  /** Only records before this moment. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  to?: string;
}

/** The filter without the page, with times in epoch milliseconds. */
export function filterOf(query: ListAuditDto): AuditFilter {
  const { actor, action, outcome, conversationId, target, from, to } = query;
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(target === undefined ? {} : { target }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
