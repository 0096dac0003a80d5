import { IncomingHttpHeaders } from 'node:http';

/** An event the CRM has accepted. */
export interface ReceivedEvent {
  /** When the request arrived, in epoch milliseconds. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
