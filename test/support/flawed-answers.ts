import type { SeededRandom } from './seeded-random';
import type { ReceiverAnswer } from './webhook-receiver';

/** An answer takes up to this, so that a kill finds deliveries in flight. */
const MAX_ANSWER_MS = 40;

/**
 * Accepts, except for a share of the attempts: some of these are refused, some are taken and answered with an error, and some
 * are taken and their connection is reset.
 */
export function flawed(random: SeededRandom, share: number): ReceiverAnswer {
  return ({ response, accept }) => {
    const isFlawed = random.next() < share;
    const flaw = random.pick(['refused', 'taken', 'reset'] as const);
    const timer = setTimeout(
      () => {
        if (!isFlawed || flaw !== 'refused') accept();
        if (isFlawed && flaw === 'reset') response.destroy();
        else response.writeHead(isFlawed ? 500 : 204).end();
      },
      random.between(0, MAX_ANSWER_MS),
    );
    response.once('close', () => {
      clearTimeout(timer);
    });
  };
}
