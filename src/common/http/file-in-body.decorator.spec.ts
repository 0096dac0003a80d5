import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Controller, Get, NotFoundException, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createHttpServer } from '../server/http-server';
import { TakesFile } from '../server/takes-file.decorator';
import { FileInBody } from './file-in-body.decorator';
import type { FileInRequest } from './incoming-file';

const SIZE = 1_000_000;
/** Everything that a server and a socket need to go on; nothing but `setTimeout` stands still. */
const REAL_BUT_TIMEOUTS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

/** Tells of every part that a route has read. */
const parts = new EventEmitter();

@Controller()
class FilesController {
  @Post('taken')
  @TakesFile()
  async take(@FileInBody() { type, size, content }: FileInRequest): Promise<object> {
    let read = 0;
    for await (const chunk of content) {
      read += chunk.length;
      parts.emit('part');
    }
    return { type, size, read };
  }

  @Post('tasted')
  @TakesFile()
  async taste(@FileInBody() { content }: FileInRequest): Promise<void> {
    for await (const chunk of content) if (chunk.length > 0) throw new NotFoundException('tasted');
  }

  @Post('left')
  @TakesFile()
  leave(): never {
    throw new NotFoundException('left');
  }

  @Get('next')
  next(): string {
    return 'next one';
  }
}

let app: NestFastifyApplication;
let socket: Socket;
let received: string;

beforeAll(async () => {
  const testing = await Test.createTestingModule({ controllers: [FilesController] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(createHttpServer(), {
    bodyParser: false,
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => {
  received = '';
  socket = connect((app.getHttpServer().address() as { port: number }).port, '127.0.0.1');
  socket.on('data', (chunk) => (received += chunk.toString()));
});
afterEach(() => socket.destroy());

function begin(path: string): void {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: Image/PNG; a=b\r\ncontent-length: ${SIZE}\r\n\r\n`;
  socket.write(head);
}

async function expectToHear(text: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!received.includes(text)) {
    if (performance.now() > deadline) throw new Error(`Not heard: ${text}, but ${received}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a file in a body', () => {
  it('is read as it arrives, with its type and size', async () => {
    begin('/taken');
    socket.write(Buffer.alloc(SIZE / 2));
    socket.write(Buffer.alloc(SIZE / 2));

    await expectToHear(JSON.stringify({ type: 'image/png', size: SIZE, read: SIZE }));
  });

  it('fails with 408 when no byte arrives for five seconds while it is read', async () => {
    jest.useFakeTimers({ doNotFake: [...REAL_BUT_TIMEOUTS] });
    try {
      begin('/taken');
      socket.write(Buffer.alloc(SIZE / 2));
      await new Promise((resolve) => parts.once('part', resolve));
      while (jest.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(5_000);

      await expectToHear('HTTP/1.1 408');
      await expectToHear('connection: close');
    } finally {
      jest.useRealTimers();
    }
  });

  it.each(['tasted', 'left'])('leaves the connection as it was when it is %s', async (how) => {
    begin(`/${how}`);
    socket.write(Buffer.alloc(SIZE / 2));
    await expectToHear(`"message":"${how}"`);
    socket.write(Buffer.alloc(SIZE / 2));
    socket.write('GET /next HTTP/1.1\r\nhost: x\r\n\r\n');

    await expectToHear('next one');
  });
});
