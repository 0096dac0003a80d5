import { type INestApplicationContext, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Drain } from './drain';

/** A stop that takes longer, from the end of the notice, is a failure: the next start recovers the rest. */
const DEADLINE_MS = 9_500;

/**
 * Stops the application in order on SIGTERM or SIGINT and ends the process with code 0: the stop is announced,
 * requests are served for `noticeMs` more, and then the application closes. A second signal, an error while stopping,
 * or the deadline end the process with code 1: no durable state depends on an orderly stop.
 *
 * An unhandled rejection or exception ends the process in the same order, without notice and with code 1.
 */
export function stopOnSignals(app: INestApplicationContext, noticeMs: number): void {
  const log = new Logger('Shutdown');
  let stopping = false;
  const stop = async (reason: string, code: number, afterMs: number): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.log({ message: 'Stopping', reason });
    setTimeout(() => process.exit(1), afterMs + DEADLINE_MS).unref();
    try {
      app.get(Drain).announce();
      await delay(afterMs);
      await app.close();
      process.exit(code);
    } catch (error) {
      log.error({ message: 'Stopping failed', error });
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0, noticeMs));
  process.on('SIGINT', () => void stop('SIGINT', 0, noticeMs));
  process.on('uncaughtException', (error) => {
    log.error({ message: 'Unhandled error', error });
    void stop('error', 1, 0);
  });
}
