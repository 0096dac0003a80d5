import { FakeLeaseFence } from '../../../session/ports/lease-fence.fake';
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { Metrics } from '../../../metrics/metrics';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import { FakeConnectionListener } from './connection-listener.fake';
import { WsConnection } from './ws-connection';

/** Counts the calls of a connection to its socket. */
class FakeSocket extends EventEmitter {
  pings = 0;
  terminated = 0;
  closed: number[] = [];

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.terminated += 1;
  }

  close(code: number): void {
    this.closed.push(code);
  }
}

let socket: FakeSocket;
let listener: FakeConnectionListener;
let connection: WsConnection;

beforeEach(() => {
  jest.useFakeTimers();
  socket = new FakeSocket();
  listener = new FakeConnectionListener();
  connection = new WsConnection(
    socket as unknown as WebSocket,
    listener,
    new FakeLeaseFence(),
    new WebMessagingTelemetry(new Metrics()),
  );
});
afterEach(() => {
  jest.useRealTimers();
});

describe(WsConnection.name, () => {
  it('pings every fifteen seconds and goes on as long as it is answered', () => {
    for (let pings = 1; pings <= 10; pings += 1) {
      jest.advanceTimersByTime(15_000);
      expect(socket.pings).toBe(pings);
      socket.emit('pong');
    }

    expect(listener.endings).toEqual([]);
  });

  it('breaks off when a ping was not answered before the next one', () => {
    jest.advanceTimersByTime(29_999);
    expect(listener.endings).toEqual([]);

    jest.advanceTimersByTime(1);
    expect(listener.endings).toEqual([{ cause: 'silent', code: 1006 }]);
    expect(socket.terminated).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('that receives JSON which is not a frame', () => {
    const say = (text: string): void => {
      socket.emit('message', Buffer.from(text), false);
    };

    it('hands it over as malformed, and breaks off at the third in a row', () => {
      say('[]');
      say('{"class":"UploadSuccessEvent","body":{}}');
      expect(listener.endings).toEqual([]);

      say('{"type":"message","code":200,"body":{}}');
      expect(listener.frames.map(({ kind }) => kind)).toEqual(['malformed', 'malformed', 'malformed']);
      expect(listener.endings).toEqual([{ cause: 'garbage', code: 1006 }]);
      expect(socket.terminated).toBe(1);
    });

    it('goes on for ever as long as there are frames between', () => {
      for (let count = 0; count < 5; count += 1) {
        say('null');
        say('{}');
        say('{"class":"SomethingNew"}');
      }

      expect(listener.frames).toHaveLength(15);
      expect(listener.endings).toEqual([]);
    });

    it('is not broken by it when it has been closed meanwhile', () => {
      say('[]');
      say('[]');
      jest.spyOn(listener, 'onFrame').mockImplementation(() => {
        connection.close();
      });
      say('[]');

      expect(listener.endings).toEqual([{ cause: 'ours', code: 1000 }]);
      expect(socket.closed).toEqual([1000]);
    });
  });

  it('waits two seconds for the closing handshake, and reports its end once', () => {
    connection.close();
    connection.close();
    jest.advanceTimersByTime(1_999);
    expect(socket.terminated).toBe(0);

    jest.advanceTimersByTime(1);
    socket.emit('close', 1006);
    expect(socket.terminated).toBe(1);
    expect(socket.closed).toEqual([1000]);
    expect(listener.endings).toEqual([{ cause: 'ours', code: 1000 }]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
