import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { createApp } from './app.setup';
import { ListenError, StartError } from './common/errors/start.errors';
import { readEnvironment } from './config/read-environment';
import { ServerConfig } from './config/server.config';
import { stopOnSignals } from './common/lifecycle/stop-on-signals';
import { PRODUCT } from './common/product';
import { LogOutput } from './common/logging/log-output';
import { EventLoopWatchdog } from './watchdog/event-loop-watchdog';

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { host, port, shutdownNoticeMs } = new ServerConfig(environment);
  const app = await createApp(environment, { logOutput: LogOutput.toStandardOutput() });
  stopOnSignals(app, shutdownNoticeMs);
  app.get(EventLoopWatchdog).start();
  await app.listen({ host, port }).catch((error: unknown) => {
    // Modules are initialized by this call too, whose own errors say more.
    throw isOfAddress(error) ? new ListenError(host, port, error) : error;
  });
  const { version, commit } = PRODUCT;
  new Logger('Main').log({ message: `Listening on ${await app.getUrl()}`, version, commit });
}

function isOfAddress(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))
  );
}

main().catch((error: unknown) => {
  // The logger may not exist yet; this is the last output of the process.
  const isKnown = error instanceof StartError;
  const text = isKnown
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  try {
    writeSync(process.stderr.fd, `${text}\n`);
  } catch {
    // Only the exit code is left to report the failure.
  }
  process.exit(isKnown ? error.exitCode : 1);
});
