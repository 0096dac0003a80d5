import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../../common/access/route-access.decorator';
import { ApiProblems } from '../../common/problem/problem.response';
import { UPSTREAM_PROBLEMS } from '../../common/problem/upstream-problems';
import { EstimatedWaitResponse } from './estimated-wait.response';
import { EstimatedWaits } from './estimated-waits';

@ApiTags('queues')
@Controller({ path: 'queues', version: '1' })
export class QueuesController {
  constructor(private readonly waits: EstimatedWaits) {}

  /** The estimated wait of a new conversation in a queue of Genesys Cloud, for a decision before an opening. */
  @Get(':queueId/estimated-wait-time')
  @Scope('sessions.read')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: EstimatedWaitResponse })
  @ApiProblems({
    404: ['queue-not-found'],
    ...UPSTREAM_PROBLEMS,
    503: [...UPSTREAM_PROBLEMS[503], 'storage-unavailable', 'shutting-down'],
  })
  estimatedWait(@Param('queueId') queueId: string): Promise<EstimatedWaitResponse> {
    return this.waits.of(queueId);
  }
}
