import type { OnApplicationBootstrap } from '@nestjs/common';
import { AccessTelemetry } from '../access.telemetry';
import { Caller } from '../domain/caller';
import { Authenticator } from '../ports/authenticator';

/** Accepts every request as anonymous, and warns of that at every start: for development. */
export class OpenAuthenticator extends Authenticator implements OnApplicationBootstrap {
  constructor(
    private readonly mode: 'open' | 'open-anywhere',
    private readonly telemetry: AccessTelemetry,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.telemetry.openToAll(this.mode);
  }

  authenticate(): Caller {
    return Caller.anonymous;
  }
}
