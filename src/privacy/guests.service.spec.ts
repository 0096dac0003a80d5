import { SystemClock } from '../common/time/system-clock';
import { guestRefOf } from '../session/domain/guest-token';
import { GuestNotFoundError, GuestSessionLiveError } from './domain/privacy.errors';
import { ErasureResponse } from './dto/erasure.response';
import { GuestsController } from './guests.controller';
import { GuestsService } from './guests.service';
import { FakeGuestStore } from './ports/guest.store.fake';

const NOW = 1_800_000_000_000;
const GUEST = guestRefOf('jwt_0123456789abcdef0123456789abcdef');

let register: FakeGuestStore;
let service: GuestsService;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  register = new FakeGuestStore();
  service = new GuestsService(register, new SystemClock());
});
afterEach(() => {
  jest.useRealTimers();
});

describe(GuestsService.name, () => {
  it('erases a guest now, and returns the same when called again', async () => {
    const first = await new GuestsController(service).erase(GUEST);
    jest.advanceTimersByTime(60_000);

    expect(first).toEqual({
      guestRef: GUEST,
      erasedAt: '2027-01-15T08:00:00.000Z',
      conversationIds: ['conversation-1'],
    });
    expect(first).toBeInstanceOf(ErasureResponse);
    await expect(new GuestsController(service).erase(GUEST)).resolves.toEqual(first);
  });

  it.each(['', 'x', GUEST.toUpperCase(), `${GUEST}0`, GUEST.slice(1), `${GUEST}\n`, 'jwt_0123456789abcdef'])(
    'does not search for an invalid reference: %j',
    async (text) => {
      await expect(service.erase(text)).rejects.toThrow(GuestNotFoundError);
      expect(register.erased.size).toBe(0);
    },
  );

  it('passes on the errors of the store', async () => {
    register.failure = new GuestSessionLiveError();

    await expect(service.erase(GUEST)).rejects.toBe(register.failure);
  });
});
