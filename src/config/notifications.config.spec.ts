import { MINIMAL } from './environment.fake';
import { NotificationsConfig } from './notifications.config';
import { readEnvironment } from './read-environment';

describe(NotificationsConfig.name, () => {
  it('is off by default', () => {
    expect(new NotificationsConfig(readEnvironment(MINIMAL))).toEqual({ channels: 0, queueIds: [] });
  });

  it('has each configured queue once', () => {
    const GENESYS_NOTIFICATION_QUEUES = '9d1f2c8e-0000-4000-8000-000000000002, support,support';
    const environment = readEnvironment({ ...MINIMAL, GENESYS_NOTIFICATION_QUEUES });

    expect(new NotificationsConfig(environment).queueIds).toEqual([
      '9d1f2c8e-0000-4000-8000-000000000002',
      'support',
    ]);
  });
});
