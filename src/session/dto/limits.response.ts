import { ApiProperty } from '@nestjs/swagger';

export class SessionLimitsResponse {
  /** Sessions that may live at once. */
  @ApiProperty({ type: 'integer', example: 500 })
  cap: number = 0;

  /** Sessions that live now. */
  @ApiProperty({ type: 'integer', example: 120 })
  live: number = 0;

  /** How many more fit: under the cap, and within what the OAuth clients can carry. */
  @ApiProperty({ type: 'integer', example: 380 })
  more: number = 0;
}

export class CallerLimitsResponse {
  /** Sessions of the caller that may live at once. */
  @ApiProperty({ type: 'integer', example: 250 })
  cap: number = 0;

  /** As many of them may be on OAuth clients, by what their rate limits can carry at the moment. */
  @ApiProperty({ type: 'integer', example: 258 })
  onClients: number = 0;

  /** Sessions of the caller that live now. */
  @ApiProperty({ type: 'integer', example: 80 })
  live: number = 0;
}

export class BudgetResponse {
  /** Requests per window, as the platform says. */
  @ApiProperty({ type: 'integer', example: 300 })
  allowed: number = 0;

  /** Requests of the current window, as far as is known. */
  @ApiProperty({ type: 'integer', example: 180 })
  used: number = 0;

  /** Seconds until the window ends. */
  @ApiProperty({ type: 'integer', example: 21 })
  resetSeconds: number = 0;

  /** Seconds until anything is sent again after a 429; 0 while the client is open. */
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

  /** Sessions that the client can carry at all, with heartbeats as slow as they may get. */
  @ApiProperty({ type: 'integer', example: 516 })
  cap: number = 0;

  /** How often a session beats whose own interval is the longest there is, in milliseconds. */
  @ApiProperty({ type: 'integer', example: 30_000 })
  heartbeatIntervalMs: number = 0;
}

/** The limits on the number of sessions, in all and of the caller, and the rest of each. */
export class LimitsResponse {
  @ApiProperty({ type: SessionLimitsResponse })
  sessions: SessionLimitsResponse = new SessionLimitsResponse();

  @ApiProperty({ type: CallerLimitsResponse })
  caller: CallerLimitsResponse = new CallerLimitsResponse();

  @ApiProperty({ type: [ClientLimitsResponse] })
  clients: ClientLimitsResponse[] = [];
}
