import { Logger, type LoggerService } from '@nestjs/common';

interface Line {
  readonly level: string;
  readonly message: unknown;
  readonly context: unknown;
}

/**
 * Replaces the output of Nest's `Logger` and keeps every line, so that tests are silent and can inspect the lines.
 */
export class RecordingLog implements LoggerService {
  readonly lines: Line[] = [];

  static install(): RecordingLog {
    const log = new RecordingLog();
    Logger.overrideLogger(log);
    return log;
  }

  log(message: unknown, context?: unknown): void {
    this.lines.push({ level: 'info', message, context });
  }

  error(message: unknown, context?: unknown): void {
    this.lines.push({ level: 'error', message, context });
  }

  warn(message: unknown, context?: unknown): void {
    this.lines.push({ level: 'warn', message, context });
  }

  debug(message: unknown, context?: unknown): void {
    this.lines.push({ level: 'debug', message, context });
  }

  /** The lines of a level, as they were given. */
  at(level: 'error' | 'warn' | 'info' | 'debug'): unknown[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
