import { Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/route-access.decorator';
import { ApiProblems } from '../../common/problem/problem.response';
import { RawBody, TakesRawBody } from '../../common/server/takes-raw-body.decorator';
import { Clock } from '../../common/time/clock';
import { PlatformEventsConfig } from '../../config/platform-events.config';
import { parsePlatformEvent } from './event-envelope';
import { hasEventSecret } from './event-secret';
import { PlatformEventIntake } from './platform-event-intake';
import { EventSecretError } from './platform-events.errors';

const SECRET = {
  name: 'authorization',
  required: false,
  description: 'A secret of `GENESYS_EVENTS_SECRET`, also as a bearer token; or `X-Api-Key` with it.',
  schema: { type: 'string', example: 'Bearer at-least-24-characters-long' },
};

@ApiTags('genesys')
@Controller({ path: 'genesys/events', version: '1' })
export class PlatformEventsController {
  constructor(
    private readonly intake: PlatformEventIntake,
    private readonly config: PlatformEventsConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes one event of Genesys Cloud: from an API destination of Amazon EventBridge, as the whole event or its `detail`, or
   * from a data action of a workflow that a process automation trigger starts. It is stored before it is answered, and a
   * repetition changes nothing.
   */
  @Post()
  @Public()
  @TakesRawBody()
  @HttpCode(204)
  @ApiHeader(SECRET)
  @ApiResponse({ status: 204, description: 'Taken, or known already, or of no use here' })
  @ApiProblems({
    401: ['event-secret-invalid'],
    413: ['payload-too-large'],
    503: ['storage-unavailable'],
  })
  async receive(
    @Headers('authorization') authorization: string | undefined,
    @Headers('x-api-key') apiKey: string | undefined,
    @RawBody() body: Buffer,
  ): Promise<void> {
    if (!hasEventSecret({ authorization, apiKey }, this.config.secrets)) throw new EventSecretError();
    await this.intake.take(parsePlatformEvent(body.toString('utf8'), this.clock.now()), 'http');
  }
}
