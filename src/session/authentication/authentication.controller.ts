import { Body, Controller, Delete, Param, Put } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../../access/current-caller.decorator';
import { Caller } from '../../access/domain/caller';
import { Scope } from '../../common/access/route-access.decorator';
import { ByHolder } from '../../common/server/by-holder.decorator';
import { ApiProblems } from '../../common/problem/problem.response';
import { UPSTREAM_PROBLEMS } from '../../common/problem/upstream-problems';
import { LoginDto } from '../dto/login.dto';
import { SessionResponse } from '../dto/session.response';
import { accessScopeOf } from '../domain/access-scope';
import { SessionAuthentication } from './session-authentication';
import { SessionPresenter } from '../session-presenter';

/** No OAuth client takes part. */
const AUTHENTICATING_PROBLEMS = {
  ...UPSTREAM_PROBLEMS,
  502: UPSTREAM_PROBLEMS[502].filter((code) => code !== 'upstream-unauthorized'),
  429: ['too-many-caller-forwarded'],
  503: [
    ...UPSTREAM_PROBLEMS[503],
    'storage-unavailable',
    'session-moving',
    'too-many-forwarded',
    'shutting-down',
  ],
};

const LOGIN_PROBLEMS = {
  400: ['malformed-json', 'validation-failed'],
  403: ['guest-not-authenticated'],
  404: ['session-not-found'],
  409: ['not-supported-by-channel', 'session-not-active', 'authentication-not-enabled'],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
};

const LOGOUT_PROBLEMS = {
  403: ['guest-not-authenticated'],
  404: ['session-not-found'],
  409: ['not-supported-by-channel', 'session-not-active', 'guest-not-logged-in'],
};

@ApiTags('sessions')
@Controller({ path: 'sessions/:conversationId/authentication', version: '1' })
export class AuthenticationController {
  constructor(
    private readonly authentication: SessionAuthentication,
    private readonly presenter: SessionPresenter,
  ) {}

  /** Logs the guest of an active session in: the conversation continues as that of an identified guest. */
  @Put()
  @ByHolder()
  @Scope('sessions.write')
  @ApiResponse({ status: 200, type: SessionResponse })
  @ApiProblems({ ...LOGIN_PROBLEMS, ...AUTHENTICATING_PROBLEMS })
  async logIn(
    @Param('conversationId') conversationId: string,
    @Body() login: LoginDto,
    @CurrentCaller() caller: Caller,
  ): Promise<SessionResponse> {
    const session = await this.authentication.logIn(conversationId, login, accessScopeOf(caller));
    return this.presenter.present(session, caller);
  }

  /** Logs the guest out of Genesys Cloud, which ends the session as `logged-out`. Doing it again changes nothing. */
  @Delete()
  @ByHolder()
  @Scope('sessions.write')
  @ApiResponse({ status: 200, type: SessionResponse })
  @ApiProblems({ ...LOGOUT_PROBLEMS, ...AUTHENTICATING_PROBLEMS })
  async logOut(
    @Param('conversationId') conversationId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<SessionResponse> {
    const session = await this.authentication.logOut(conversationId, accessScopeOf(caller));
    return this.presenter.present(session, caller);
  }
}
