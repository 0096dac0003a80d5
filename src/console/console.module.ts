import { type DynamicModule, Module } from '@nestjs/common';
import { NoCookieAuthenticator } from '../access/no-cookie-authenticator';
import { CookieAuthenticator } from '../access/ports/cookie-authenticator';
import type { Environment } from '../config/environment';
import { ConsoleSessionController } from './console-session.controller';
import { ConsoleSessionRetention } from './console-session-retention';
import { ConsoleSessionService } from './console-session.service';
import { ConsoleSessions } from './console-sessions';
import { FailedLogins } from './failed-logins';
import { LoginAuthenticator } from './login-authenticator';
import { SessionCookieAuthenticator } from './session-cookie-authenticator';

const ON = {
  controllers: [ConsoleSessionController],
  providers: [
    ConsoleSessionRetention,
    ConsoleSessionService,
    ConsoleSessions,
    FailedLogins,
    LoginAuthenticator,
    { provide: CookieAuthenticator, useClass: SessionCookieAuthenticator },
  ],
};
const OFF = { providers: [{ provide: CookieAuthenticator, useClass: NoCookieAuthenticator }] };

/**
 * Logins to the console; `serveConsole` serves its pages. Provides the `CookieAuthenticator` of the access module, which
 * ignores cookies where the console is off. Needs the store of `ports/` from the composition root.
 */
@Module({})
export class ConsoleModule {
  static forEnvironment({ CONSOLE }: Environment): DynamicModule {
    const parts = CONSOLE === 'on' ? ON : OFF;
    return { module: ConsoleModule, global: true, ...parts, exports: [CookieAuthenticator] };
  }
}
