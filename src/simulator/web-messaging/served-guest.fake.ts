import { GenesysSimulator } from '../genesys-simulator';
import { type Answered, callJson } from './call-json.fake';
import { GuestClient } from './guest-client.fake';

/** A simulator with one connected guest, new for each test of a file, with a clock that the test moves. */
export class ServedGuest {
  now = 1_800_000_000_000;
  private current: { readonly simulator: GenesysSimulator; readonly guest: GuestClient } | undefined;

  static forEachTest(): ServedGuest {
    const served = new ServedGuest();
    beforeEach(() => served.start());
    afterEach(() => served.simulator.close());
    return served;
  }

  get simulator(): GenesysSimulator {
    return this.here.simulator;
  }

  get guest(): GuestClient {
    return this.here.guest;
  }

  call(method: string, path: string, bearer = '', body?: unknown): Promise<Answered> {
    return callJson(method, this.simulator.url + path, bearer, body);
  }

  pass(ms: number): void {
    this.now += ms;
  }

  private async start(): Promise<void> {
    const simulator = await GenesysSimulator.start({
      now: () => this.now,
      webMessaging: { limits: { messagesPerSession: 1_000 } },
    });
    this.current = {
      simulator,
      guest: await GuestClient.connectAndConfigure(simulator.url, 'guest-1'),
    };
  }

  private get here(): { readonly simulator: GenesysSimulator; readonly guest: GuestClient } {
    if (this.current === undefined) throw new Error('No test is running.');
    return this.current;
  }
}
