import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { REPLICA_STATES, type ReplicaState, type StoredReplica } from '../ports/replica.store';

/** A replica without its address, which is internal to the deployment. */
export class ReplicaResponse {
  /** Identifies one lease of a process: a process that lost its lease continues under another id. */
  @ApiProperty({ type: String, example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  id: string = '';

  /** `leaving`: it is about to stop and hands its sessions over; `lost`: its lease has ended, and others claim them. */
  @ApiProperty({ enum: REPLICA_STATES })
  state: ReplicaState = 'live';

  /** End of the lease, which is renewed every three seconds; absent with an embedded database, where it never ends. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:10.000Z' })
  leaseUntil?: string;

  /** Sessions that it holds: live ones, and ended ones that are not disconnected upstream yet. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 120 })
  sessions: number = 0;

  /** Whether it is the one that gave this answer. */
  @ApiProperty({ type: Boolean, example: true })
  isResponding: boolean = false;
}

/** All replicas on the same database, in the order of their ids; lost ones for an hour after their end. */
export class ReplicaListResponse {
  @ApiProperty({ type: [ReplicaResponse] })
  readonly replicas: readonly ReplicaResponse[];

  /** Time of the answer. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly at: string;

  constructor(replicas: readonly StoredReplica[], responding: string, at: number) {
    this.replicas = replicas.map(({ id, state, leaseUntil, sessions }) => ({
      id,
      state,
      ...(leaseUntil === undefined ? {} : { leaseUntil: new Date(leaseUntil).toISOString() }),
      sessions,
      isResponding: id === responding,
    }));
    this.at = new Date(at).toISOString();
  }
}
