import { ApiProperty } from '@nestjs/swagger';
import { type ProblemType, RETRIES, type Retry } from '../catalogue/problem-type';

/** Meaning of a problem code, and the recommended action. */
export class ProblemTypeResponse {
  /** The `type` of every problem with this code. */
  @ApiProperty({ type: String, example: '/problems/session-limit-reached' })
  readonly type: string;

  @ApiProperty({ type: String, example: 'session-limit-reached' })
  readonly code: string;

  @ApiProperty({ type: String, example: 'Too many live sessions' })
  readonly title: string;

  /** The statuses with which it occurs. */
  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [429] })
  readonly statuses: readonly number[];

  @ApiProperty({ type: String, example: 'Every slot is taken.' })
  readonly meaning: string;

  /** The recommended action of the caller. */
  @ApiProperty({ type: String, example: 'Wait for Retry-After, then try again.' })
  readonly action: string;

  /**
   * Tells whether to retry the request: `no`, not before an operator or the caller has acted; `changed`, after a
   * change of it; `later`, as it is, after `Retry-After` or a growing pause.
   */
  @ApiProperty({ enum: RETRIES, example: 'later' })
  readonly retry: Retry;

  constructor(code: string, { title, statuses, meaning, action, retry }: ProblemType, publicUrl = '') {
    this.type = `${publicUrl}/problems/${code}`;
    this.code = code;
    this.title = title;
    this.statuses = statuses;
    this.meaning = meaning;
    this.action = action;
    this.retry = retry;
  }
}
