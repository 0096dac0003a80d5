import { AuditObserver } from './audit-observer';

/** Keeps what it hears. */
export class FakeAuditObserver extends AuditObserver {
  readonly heard: string[] = [];
  /** What the last check found; undefined before the first. */
  isWhole: boolean | undefined;

  override written(action: string, outcome: string): void {
    this.heard.push(`${action} ${outcome}`);
  }

  override checked(isWhole: boolean): void {
    this.isWhole = isWhole;
  }
}
