import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { OpenMessagingConfig } from '../../config/open-messaging.config';
import type { OpeningMessage, RequestedOpeningMessage } from '../../session/domain/opening-message';
import { OpeningMessages } from '../../session/ports/opening-messages';

/**
 * Opening messages of Open Messaging. A guest id is fresh unless the request names one, since Genesys Cloud continues
 * the conversation of a known guest: for 72 hours after its end, if the organization's threading timeline says no less.
 */
@Injectable()
export class OpenOpeningMessages extends OpeningMessages {
  constructor(private readonly config: OpenMessagingConfig) {
    super();
  }

  complete({
    text = this.config.defaultText,
    integrationId = this.config.integrationIds[0] ?? '',
    guestId = uuid(),
    ...names
  }: RequestedOpeningMessage): OpeningMessage {
    if (text === undefined) throw invalid('text', 'required', 'is required on the channel open-messaging');
    if (this.config.secretsOf(integrationId) === undefined)
      throw invalid('integrationId', 'out-of-range', 'is no integration of this deployment');
    return { text, integrationId, guestId, ...names };
  }
}

function invalid(field: string, code: string, detail: string): InvalidRequestError {
  return new InvalidRequestError([{ pointer: `#/${field}`, code, detail }]);
}
