import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CONSOLE_SCHEME } from '../access/access-documentation';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { AnyCaller, Public } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { ConsoleConfig } from '../config/console.config';
import { ConsoleSessionService } from './console-session.service';
import { ConsoleSessionResponse } from './dto/console-session.response';
import { LogInDto } from './dto/log-in.dto';

const SET_COOKIE = {
  description: 'The session cookie; absent if the deployment asks for no credentials.',
  schema: {
    type: 'string',
    example:
      '__Host-console-session=VqWw1f6m2Ax0gGk2vYvG1qCw1m3Q8m0ZkqkqjH2mQm3; Path=/; Secure; HttpOnly; SameSite=Strict',
  },
} as const;

const CSRF_TOKEN = {
  name: 'x-csrf-token',
  required: false,
  description: '`csrfToken` of the session; required unless the deployment asks for no credentials.',
  schema: { type: 'string', example: 'x0gGk2vYvG1qCw1m3Q8m0ZkqkqjH2mQm3VqWw1f6m2A' },
};

interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('console')
@Controller({ path: 'console/session', version: '1' })
export class ConsoleSessionController {
  constructor(
    private readonly service: ConsoleSessionService,
    private readonly config: ConsoleConfig,
  ) {}

  /**
   * Logs in to the console: exchanges a credential for a session cookie, which browsers keep from scripts. The cookie
   * stands for the credential on every route with a scope but event streams, for requests without `Authorization` from
   * pages of the service. A session that the request had ends.
   */
  @Post()
  @Public()
  @ApiResponse({ status: 201, type: ConsoleSessionResponse, headers: { 'Set-Cookie': SET_COOKIE } })
  @ApiProblems({
    401: ['unauthenticated'],
    403: ['foreign-origin'],
    429: ['too-many-failed-logins', 'quota-exceeded'],
    503: ['auth-unavailable', 'storage-unavailable'],
  })
  async logIn(
    @Body() { credential }: LogInDto,
    @Req() { raw: { headers }, ip: address }: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ConsoleSessionResponse> {
    const { cookie, ...loggedIn } = await this.service.logIn(credential, { headers, address });
    if (cookie !== undefined) reply.header('set-cookie', cookie);
    return new ConsoleSessionResponse(loggedIn, this.config);
  }

  /** Shows the session of the cookie, with its CSRF token. */
  @Get()
  @AnyCaller()
  @ApiSecurity(CONSOLE_SCHEME)
  @ApiResponse({ status: 200, type: ConsoleSessionResponse })
  @ApiProblems({
    401: ['unauthenticated'],
    403: ['foreign-origin'],
    429: ['quota-exceeded'],
    503: ['auth-unavailable', 'storage-unavailable'],
  })
  async get(
    @CurrentCaller() caller: Caller,
    @Req() { raw: { headers } }: FastifyRequest,
  ): Promise<ConsoleSessionResponse> {
    return new ConsoleSessionResponse(await this.service.get(caller, headers), this.config);
  }

  /** Logs out: ends the session of the cookie at once, on all replicas. */
  @Delete()
  @AnyCaller()
  @HttpCode(204)
  @ApiSecurity(CONSOLE_SCHEME)
  @ApiHeader(CSRF_TOKEN)
  @ApiResponse({ status: 204 })
  @ApiProblems({
    401: ['unauthenticated'],
    403: ['csrf-token-invalid', 'foreign-origin'],
    429: ['quota-exceeded'],
    503: ['auth-unavailable', 'storage-unavailable'],
  })
  async logOut(
    @Req() { raw: { headers } }: FastifyRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    reply.header('set-cookie', await this.service.logOut(headers));
  }
}
