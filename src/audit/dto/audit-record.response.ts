import { ApiProperty } from '@nestjs/swagger';
import {
  ACTOR_TYPES,
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  type AuditActor,
  type AuditRecord,
  type AuditTarget,
  TARGET_TYPES,
} from '../domain/audit-record';

const HASH = { type: String, pattern: '^[0-9a-f]{64}$', example: 'a'.repeat(64) } as const;
const TEXT_OR_NULL = { type: String, nullable: true } as const;

class AuditActorResponse {
  @ApiProperty({ enum: ACTOR_TYPES })
  type: AuditActor['type'] = 'service';

  @ApiProperty({ type: String, example: 'billing' })
  name: string = '';
}

class AuditTargetResponse {
  @ApiProperty({ enum: TARGET_TYPES })
  type: AuditTarget['type'] = 'session';

  @ApiProperty({ type: String, example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  id: string = '';
}

/** A record of the audit trail, in the form that is hashed: see the description of the export. */
export class AuditRecordResponse implements AuditRecord {
  @ApiProperty({ type: 'integer', enum: [1] })
  schema: AuditRecord['schema'] = 1;

  /** Number of the chain; all records of a conversation are in one chain. */
  @ApiProperty({ type: 'integer', example: 7 })
  chain: number = 0;

  /** From 1 in each chain, without gaps. */
  @ApiProperty({ type: 'integer', example: 42 })
  seq: number = 0;

  /** Time by the database's clock. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  at: string = '';

  @ApiProperty({ type: AuditActorResponse })
  actor: AuditActorResponse = new AuditActorResponse();

  @ApiProperty({ enum: AUDIT_ACTIONS })
  action: AuditRecord['action'] = 'SESSION_INITIALIZED';

  @ApiProperty({ type: AuditTargetResponse })
  target: AuditTargetResponse = new AuditTargetResponse();

  @ApiProperty({ ...TEXT_OR_NULL, example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  conversationId: string | null = null;

  @ApiProperty({ enum: AUDIT_OUTCOMES })
  outcome: AuditRecord['outcome'] = 'success';

  @ApiProperty({ ...TEXT_OR_NULL, example: 'requested' })
  reason: string | null = null;

  /** The request that caused it; null when the service acted by itself. */
  @ApiProperty({ ...TEXT_OR_NULL, example: 'order-4711' })
  requestId: string | null = null;

  /** The state of the target before and after, if it has one. */
  @ApiProperty({ ...TEXT_OR_NULL, example: 'active' })
  before: string | null = null;

  @ApiProperty({ ...TEXT_OR_NULL, example: 'terminating' })
  after: string | null = null;

  /** Further facts: strings and numbers. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    example: { channel: 'conversations-messaging' },
  })
  detail: AuditRecord['detail'] = {};

  /** The hash of the record before it in its chain; zeros for the first one. */
  @ApiProperty(HASH)
  prevHash: string = '';

  /** SHA-256 over the canonical JSON (RFC 8785) of all other fields. */
  @ApiProperty(HASH)
  hash: string = '';
}

/** A page of records, the newest first. */
export class AuditListResponse {
  @ApiProperty({ type: [AuditRecordResponse] })
  readonly items: readonly AuditRecordResponse[];

  /** The cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  readonly nextCursor: string | null;

  constructor(records: readonly AuditRecord[], nextCursor: string | null) {
    this.items = records;
    this.nextCursor = nextCursor;
  }
}
