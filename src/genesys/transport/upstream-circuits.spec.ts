import { RecordingLog } from '../../audit/recording-log.fake';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { anAnswer } from './genesys-http-client.fake';
import { UpstreamCircuits } from './upstream-circuits';

let log: RecordingLog;
let metrics: ReadableMetrics;
let circuits: UpstreamCircuits;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  const environment = Object.assign(new Environment(), { UPSTREAM_BREAKER_MIN_RPS: 5 });
  circuits = new UpstreamCircuits(new GenesysConfig(environment), metrics);
});
afterEach(() => {
  jest.useRealTimers();
});

async function failLogins(count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    await circuits.login.execute(() => Promise.resolve(anAnswer(503)));
  }
}

/** Twenty beats a second, of which so many in ten fail. */
async function beatFor(seconds: number, failing: number): Promise<void> {
  for (let made = 0; made < seconds * 20; made += 1) {
    const status = made % 10 < failing ? 503 : 200;
    await circuits.api.execute(() => Promise.resolve(anAnswer(status))).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(50);
  }
}

describe(UpstreamCircuits.name, () => {
  it('has one circuit for the API, and one for the login', async () => {
    await failLogins(5);

    expect([circuits.login.state, circuits.api.state]).toEqual(['open', 'closed']);
  });

  it('opens the API when half of what is sent fails', async () => {
    await beatFor(20, 4);
    expect(circuits.api.state).toBe('closed');

    await beatFor(20, 10);
    expect(circuits.api.state).not.toBe('closed');
  });

  it('draws no conclusion from a few failures', async () => {
    for (let made = 0; made < 20; made += 1) {
      await circuits.api.execute(() => Promise.resolve(anAnswer(503)));
      await jest.advanceTimersByTimeAsync(1_000);
    }

    expect(circuits.api.state).toBe('closed');
  });

  it('shows the circuits, and is loud when one opens', async () => {
    expect(await metrics.sample('circuit_state{dependency="login"}')).toBe(0);

    await failLogins(5);
    expect(await metrics.sample('circuit_state{dependency="login"}')).toBe(2);
    expect(await metrics.sample('circuit_state{dependency="api"}')).toBe(0);
    expect(log.at('error')).toEqual(['The circuit of the Genesys login is open']);

    await jest.advanceTimersByTimeAsync(10_000);
    await circuits.login.execute(() => Promise.resolve(anAnswer(200)));
    expect(await metrics.sample('circuit_state{dependency="login"}')).toBe(0);
    expect(log.at('info').at(-1)).toBe('The circuit of the Genesys login is closed');
  });
});
