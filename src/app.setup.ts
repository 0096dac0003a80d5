import { VersioningType } from '@nestjs/common';
import { ModuleRef, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { useContainer } from 'class-validator';
import { admitCallers, identifyCallers, refuseForeignRequests } from './access/access-hook';
import { AccessService } from './access/access.service';
import { AccessTelemetry } from './access/access.telemetry';
import { limitCallers } from './access/quota-hook';
import { CallerRateLimiter } from './access/quota/caller-rate-limiter';
import { AppModule } from './app.module';
import { openApiOf } from './app-openapi';
import { AuditRefusals } from './audit/audit-refusals';
import { Drain } from './common/lifecycle/drain';
import { InFlightRequests } from './common/lifecycle/in-flight-requests';
import { LogOutput } from './common/logging/log-output';
import { createLogger } from './common/logging/logger';
import { ProblemDetailsFilter } from './common/problem/problem-details.filter';
import { addHooks, refuseWrongMethods } from './common/server/http-hooks';
import { createHttpServer } from './common/server/http-server';
import { addSecurityHeaders } from './common/server/security-headers';
import { ConstraintContainer } from './common/validation/constraint-container';
import { StrictValidationPipe } from './common/validation/validation-pipe';
import type { Environment } from './config/environment';
import { LogConfig } from './config/log.config';
import { ServerConfig } from './config/server.config';
import { HttpTelemetry } from './metrics/http.telemetry';
import { LogTelemetry } from './metrics/log.telemetry';
import { CONSOLE_FOLDER } from './console/console-files';
import { serveConsole } from './console/console-pages';
import { forwardToHolders } from './session/forwarding/holder-hook';
import { PinnedSessions } from './session/forwarding/pinned-sessions';
import { ReceivedHops } from './session/forwarding/received-hops';
import { SessionForwarding } from './session/forwarding/session-forwarding';

export interface AppOptions {
  /** The destination of log lines; standard output if absent. */
  readonly logOutput?: NodeJS.WritableStream;
  /** Whether a log field that is not on the allow-list is an error, as in tests, instead of being dropped. */
  readonly refusesUnknownLogFields?: boolean;
  /** The folder of the console's pages; the one of the build if absent. */
  readonly consoleFolder?: string;
}

/**
 * Builds the whole service for an environment, and configures the HTTP application: pipe, filter, versioning,
 * documentation. It does not listen yet, and has started nothing.
 */
export async function createApp(
  environment: Environment,
  options: AppOptions = {},
): Promise<NestFastifyApplication> {
  const app: NestFastifyApplication = await NestFactory.create<NestFastifyApplication>(
    AppModule.forEnvironment(environment),
    createHttpServer(
      (request) => app.get(AccessService).refusalOf(request),
      new ServerConfig(environment).publicUrl,
    ),
    {
      bodyParser: false,
      abortOnError: false,
      logger: createLogger(new LogConfig(environment), options.logOutput, options.refusesUnknownLogFields),
    },
  );
  if (options.logOutput instanceof LogOutput) app.get(LogTelemetry).watch(options.logOutput);
  const server = app.getHttpAdapter().getInstance();
  addSecurityHeaders(server, { docs: '/docs', console: '/console' });
  addHooks(server, app.get(InFlightRequests), app.get(Drain), app.get(HttpTelemetry).observe);
  refuseForeignRequests(server, app.get(AccessService));
  refuseWrongMethods(server);
  const hops = app.get(ReceivedHops);
  identifyCallers(server, app.get(AccessService), (request) => hops.receive(request));
  limitCallers(server, app.get(CallerRateLimiter), app.get(AccessTelemetry));
  admitCallers(server, app.get(AccessService));
  forwardToHolders(server, app.get(SessionForwarding), hops, app.get(PinnedSessions));
  app.enableVersioning({ type: VersioningType.URI });
  app.useGlobalPipes(new StrictValidationPipe());
  reportProblems(app, app.get(AuditRefusals));
  // Lets the constraints of DTOs use this deployment's settings.
  useContainer(new ConstraintContainer(app.get(ModuleRef)), { fallback: true });
  if (environment.CONSOLE === 'on') serveConsole(server, options.consoleFolder ?? CONSOLE_FOLDER);
  SwaggerModule.setup('docs', app, () => openApiOf(app), { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
  return app;
}

/** Responds to every error with a problem, and records every refusal before the database closes. */
function reportProblems(app: NestFastifyApplication, refusals: AuditRefusals): void {
  const filter = new ProblemDetailsFilter(refusals.observe);
  app.useGlobalFilters(filter);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onClose', async () => {
      filter.flush();
      await refusals.settle();
    });
}
