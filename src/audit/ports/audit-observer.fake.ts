import { AuditObserver } from './audit-observer';

/** Records its calls. */
export class FakeAuditObserver extends AuditObserver {
  readonly heard: string[] = [];
  /** The result of the last check; undefined before the first. */
  isWhole: boolean | undefined;

  override written(action: string, outcome: string): void {
    this.heard.push(`${action} ${outcome}`);
  }

  override checked(isWhole: boolean): void {
    this.isWhole = isWhole;
  }
}
