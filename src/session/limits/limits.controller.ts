import { Controller, Get, Header } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../../access/current-caller.decorator';
import { Caller } from '../../access/domain/caller';
import { Scope } from '../../common/access/route-access.decorator';
import { ApiProblems } from '../../common/problem/problem.response';
import { LimitsResponse } from '../dto/limits.response';
import { LimitsQueries } from './limits.queries';

@ApiTags('limits')
@Controller({ path: 'limits', version: '1' })
export class LimitsController {
  constructor(private readonly queries: LimitsQueries) {}

  /** The limits on the number of sessions, in all and of the caller, and the rest of each. */
  @Get()
  @Scope('sessions.read')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: LimitsResponse })
  @ApiProblems({ 503: ['storage-unavailable'] })
  limits(@CurrentCaller() caller: Caller): Promise<LimitsResponse> {
    return this.queries.limits(caller);
  }
}
