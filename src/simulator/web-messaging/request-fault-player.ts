import { ServerConnection } from './server-connection';
import { errorFrame, GUEST_ERRORS, tooManyRequestsFrame } from './guest-error';
import { GuestRequest } from './guest-request';
import { ServerFrame } from './server-frame';
import { RequestFault } from './socket-fault';
import { SocketFaultRegistry } from './socket-fault-registry';

const RATE_TOO_HIGH = 4029;
const RETRY_AFTER_SECONDS = 3;

/** Executes requests, or plays the faults that match them. */
export class RequestFaultPlayer {
  constructor(private readonly faults: SocketFaultRegistry) {}

  play(connection: ServerConnection, request: GuestRequest, execute: () => void): void {
    const fault = this.faults.takeForRequest({
      ...connection.subject,
      // Before the first configure only the request names the guest.
      token: connection.subject.token ?? request.token,
      action: request.action,
      text: () => JSON.stringify(request.fields),
    });
    if (fault === undefined) execute();
    else spoil(connection, request, fault, execute);
  }
}

function spoil(
  connection: ServerConnection,
  request: GuestRequest,
  fault: RequestFault,
  execute: () => void,
): void {
  if ('effect' in fault && fault.effect === 'after') withoutAnswer(connection, execute);
  switch (fault.kind) {
    case 'close':
      connection.close(fault.code, fault.reason);
      return;
    case 'silence':
      connection.isSilent = true;
      return;
    case 'no-answer':
      return;
    case 'answer':
      connection.send(answerOf(fault, request.tracingId));
  }
}

/** Notifies the guest's other connections. */
function withoutAnswer(connection: ServerConnection, execute: () => void): void {
  connection.isMuted = true;
  execute();
  connection.isMuted = false;
}

function answerOf(
  fault: Extract<RequestFault, { kind: 'answer' }>,
  tracingId: string | undefined,
): ServerFrame {
  const { code, class: className = 'string', body } = fault;
  if (code === RATE_TOO_HIGH && body === undefined) {
    return tooManyRequestsFrame(RETRY_AFTER_SECONDS, 'Message rate too high for this session', tracingId);
  }
  return { ...errorFrame({ code, text: usualText(code) }, tracingId), class: className, ...bodyOf(body) };
}

function bodyOf(body: unknown): { body?: unknown } {
  return body === undefined ? {} : { body };
}

function usualText(code: number): string {
  return Object.values(GUEST_ERRORS).find((error) => error.code === code)?.text ?? `Error ${code}`;
}
