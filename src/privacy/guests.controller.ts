import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { ErasureResponse } from './dto/erasure.response';
import { GuestsService } from './guests.service';

@ApiTags('guests')
@Controller({ path: 'guests', version: '1' })
export class GuestsController {
  constructor(private readonly service: GuestsService) {}

  /** Erases a guest for good, in the sessions of all callers: name and token are unreadable from then on. */
  @Post(':guestRef/erase')
  @Scope('guests.erase')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: ErasureResponse })
  @ApiProblems({ 404: ['guest-not-found'], 409: ['guest-session-live'], 503: ['storage-unavailable'] })
  async erase(@Param('guestRef') guestRef: string): Promise<ErasureResponse> {
    return new ErasureResponse(await this.service.erase(guestRef));
  }
}
