import fc from 'fast-check';
import type { RawAnswer } from '../raw-http';
import { until } from '../until';
import type { GeneratedRequest } from './generated-request';
import type { GeneratedTraffic } from './generated-traffic';
import { examplePlansFor } from './request-plan';
import type { RequestWriter } from './request-writer';

type Headers = Readonly<Record<string, string>>;

const FOREIGN: Headers = { 'sec-fetch-site': 'cross-site' };

/** The requests of a browser for a session of the console, from the login to the logout, and those that are refused. */
export class ConsoleStory {
  constructor(
    private readonly traffic: GeneratedTraffic,
    private readonly writer: RequestWriter,
  ) {}

  /** Logs in with the credential, shows the session and logs out. Returns the answers. */
  async run(credential: string): Promise<readonly RawAnswer[]> {
    const login = await this.logIn(credential);
    const { cookie, csrfToken } = this.sessionIn(login);
    const shown = await this.send('consoleSessionGet', { cookie });
    const ended = await this.send('consoleSessionLogOut', { cookie, 'x-csrf-token': csrfToken });
    return [login, shown, ended];
  }

  /** Sends each request of a session as a page of another origin would. Returns the answers. */
  async runFromElsewhere(credential: string): Promise<readonly RawAnswer[]> {
    const { cookie } = this.sessionIn(await this.logIn(credential));
    return [
      await this.send('consoleSessionLogIn', FOREIGN, { credential }),
      await this.send('consoleSessionGet', { cookie, ...FOREIGN }),
      await this.send('consoleSessionLogOut', { cookie }),
    ];
  }

  /** Logs in once there is room for it after the failed logins of other requests. */
  private async logIn(credential: string): Promise<RawAnswer> {
    let answer: RawAnswer | undefined;
    await until(async () => {
      answer = await this.send('consoleSessionLogIn', {}, { credential });
      return answer.status !== 429;
    }, 60_000);
    if (answer?.status !== 201) throw new Error(`The login was answered with ${answer?.status ?? 'nothing'}`);
    return answer;
  }

  private sessionIn({ headers, body }: RawAnswer): { cookie: string; csrfToken: string } {
    const { csrfToken } = JSON.parse(body) as { csrfToken: string };
    return { cookie: headers['set-cookie']?.split(';', 1)[0] ?? '', csrfToken };
  }

  /** Sends a request without a bearer credential. */
  private send(id: string, headers: Headers, body?: object): Promise<RawAnswer> {
    const operation = this.traffic.description.operation(id);
    const [plan] = fc.sample(examplePlansFor(operation), 1);
    if (plan === undefined) throw new Error(`There is no plan for ${id}`);
    const written = this.writer.write(operation, { ...plan, body });
    const identity: GeneratedRequest['identity'] = { headers: {}, scopes: undefined };
    return this.traffic.send({ ...written, headers: { ...written.headers, ...headers }, identity });
  }
}
