import { ApiProperty } from '@nestjs/swagger';

export class SessionLimitsResponse {
  /** Maximum number of live sessions. */
  @ApiProperty({ type: 'integer', example: 500 })
  cap: number = 0;

  /** Number of live sessions. */
  @ApiProperty({ type: 'integer', example: 120 })
  live: number = 0;

  /** Number of further sessions that fit: under the cap, and within the capacity of the OAuth clients. */
  @ApiProperty({ type: 'integer', example: 380 })
  more: number = 0;
}

export class CallerLimitsResponse {
  /** Maximum number of live sessions of the caller. */
  @ApiProperty({ type: 'integer', example: 250 })
  cap: number = 0;

  /** Maximum number of them on OAuth clients, by the current capacity of their rate limits. */
  @ApiProperty({ type: 'integer', example: 258 })
  onClients: number = 0;

  /** Number of live sessions of the caller. */
  @ApiProperty({ type: 'integer', example: 80 })
  live: number = 0;
}

export class BudgetResponse {
  /** Requests per window, as the platform states it. */
  @ApiProperty({ type: 'integer', example: 300 })
  allowed: number = 0;

  /** Requests in the current window, as far as known. */
  @ApiProperty({ type: 'integer', example: 180 })
  used: number = 0;

  /** Seconds until the end of the window. */
  @ApiProperty({ type: 'integer', example: 21 })
  resetSeconds: number = 0;

  /** Seconds until the next request after a 429; 0 while the client is open. */
  @ApiProperty({ type: 'integer', example: 0 })
  closedSeconds: number = 0;
}

export class ClientLimitsResponse {
  /** The OAuth client's id. */
  @ApiProperty({ type: String, example: 'demo-client' })
  id: string = '';

  @ApiProperty({ type: BudgetResponse })
  budget: BudgetResponse = new BudgetResponse();

  @ApiProperty({ type: 'integer', example: 120 })
  live: number = 0;

  /** Sessions that the client can carry with heartbeats at their slowest. */
  @ApiProperty({ type: 'integer', example: 516 })
  cap: number = 0;

  /** The current heartbeat interval of sessions with the longest interval of their own, in milliseconds. */
  @ApiProperty({ type: 'integer', example: 30_000 })
  heartbeatIntervalMs: number = 0;
}

/** The limits on live sessions, in all and of the caller, and the remainder of each. */
export class LimitsResponse {
  @ApiProperty({ type: SessionLimitsResponse })
  sessions: SessionLimitsResponse = new SessionLimitsResponse();

  @ApiProperty({ type: CallerLimitsResponse })
  caller: CallerLimitsResponse = new CallerLimitsResponse();

  @ApiProperty({ type: [ClientLimitsResponse] })
  clients: ClientLimitsResponse[] = [];
}
