import { type INestApplicationContext, Logger } from '@nestjs/common';

/** A stop that takes longer is a failure: whatever is left is found by the next start. */
const DEADLINE_MS = 9_500;

/**
 * Stops the application in order on SIGTERM or SIGINT and ends the process with code 0. A second signal, an error
 * while stopping, or the deadline end it with code 1: nothing durable depends on an orderly stop.
 *
 * A rejection or exception that nobody handled ends the process the same orderly way, with code 1.
 */
export function stopOnSignals(app: INestApplicationContext): void {
  const log = new Logger('Shutdown');
  let stopping = false;
  const stop = (reason: string, code: number): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.log({ message: 'Stopping', reason });
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    app.close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ message: 'Stopping failed', error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => {
    stop('SIGTERM', 0);
  });
  process.on('SIGINT', () => {
    stop('SIGINT', 0);
  });
  process.on('uncaughtException', (error) => {
    log.error({ message: 'Nobody handled an error', error });
    stop('error', 1);
  });
}
