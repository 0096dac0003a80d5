import type { ReceivedAttempt, ReceiverAnswer } from './webhook-receiver';

const CHUNK = Buffer.alloc(64 * 1024, 'x');
const GIB = 1024 ** 3;
const DRIP_MS = 100;

/** Accepts after this time, unless the sender has hung up. */
export function slow(afterMs: number): ReceiverAnswer {
  return ({ response, accept }) => {
    const timer = setTimeout(() => {
      accept();
      response.writeHead(204).end();
    }, afterMs);
    response.once('close', () => {
      clearTimeout(timer);
    });
  };
}

/** Redirects to itself: a sender that follows never arrives. */
const redirecting: ReceiverAnswer = ({ response }) => {
  response.writeHead(307, { location: '/events' }).end();
};

/** Accepts with a body that does not end. */
const endless: ReceiverAnswer = (attempt) => {
  pour(attempt, {});
};

/** Accepts with a body of 1 GiB, as announced. */
const huge: ReceiverAnswer = (attempt) => {
  pour(attempt, { 'content-length': String(GIB) });
};

/** Begins a head that does not end, one byte at a time. */
const headless: ReceiverAnswer = ({ response }) => {
  const { socket } = response;
  socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
  const timer = setInterval(() => socket?.write('x'), DRIP_MS);
  response.once('close', () => {
    clearInterval(timer);
  });
};

/** Answers nothing at all. */
const silent: ReceiverAnswer = () => undefined;

export const HOSTILE_ANSWERS: readonly ReceiverAnswer[] = [redirecting, endless, huge, headless, silent];

function pour({ response, accept }: ReceivedAttempt, headers: Record<string, string>): void {
  accept();
  response.writeHead(200, headers);
  const more = (): void => {
    while (!response.destroyed && response.write(CHUNK));
  };
  response.on('drain', more);
  // The sender hangs up.
  response.on('error', () => undefined);
  more();
}
