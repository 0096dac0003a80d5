import { randomBytes, randomUUID } from 'node:crypto';
import { openBody } from '../../src/genesys/conversations-messaging/bodies';
import { serve } from '../support/ipc';
import { listenForOpenings } from '../support/relay-server';
import { type UsageCommands, usageHandlers } from '../support/relay-usage';
import { BareUpstream } from '../support/upstream';
import type { Simulators } from './simulators';

export interface RelayCommands extends UsageCommands {
  /** Starts listening; returns the address for openings. */
  start: { input: Simulators; output: string };
}

/** A server that makes the upstream call of an opening, and does nothing else. */
serve<RelayCommands>({
  start: async (simulators) => {
    const upstream = await BareUpstream.logIn(simulators);
    return listenForOpenings((asked) =>
      upstream.send(
        'POST',
        '',
        openBody({
          ...asked,
          conversationId: randomUUID(),
          guestToken: `jwt_${randomBytes(16).toString('hex')}`,
          createdAt: Date.now(),
        }),
      ),
    );
  },
  ...usageHandlers(),
});
