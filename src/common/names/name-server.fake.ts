import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

const TYPES = { 1: 4, 28: 6 } as const;
const NXDOMAIN = 3;
const SERVFAIL = 2;

/** The record of a name: addresses, a failure, or no response. */
export type NameRecord = readonly string[] | 'failing' | 'silent';

/**
 * A name server on the loopback. It has records of the given names, or of one family of a name (`crm.example/6`); all
 * other names do not exist.
 */
export class NameServerFake implements AsyncDisposable {
  /** The names of the queries, one each. */
  readonly asked: string[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly records: Record<string, NameRecord>,
    private readonly ttlSeconds: number,
  ) {
    socket.on('message', (query, { port, address }) => {
      const answer = this.answerTo(query);
      if (answer !== undefined) socket.send(answer, port, address);
    });
  }

  static async start(records: Record<string, NameRecord>, ttlSeconds = 60): Promise<NameServerFake> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServerFake(socket, records, ttlSeconds);
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  private answerTo(query: Buffer): Buffer | undefined {
    const { name, type, end } = questionOf(query);
    this.asked.push(name);
    const record = this.records[`${name}/${TYPES[type]}`] ?? this.records[name];
    if (record === 'silent') return undefined;
    const question = query.subarray(12, end);
    if (record === undefined) return messageOf(query, question, NXDOMAIN, []);
    if (record === 'failing') return messageOf(query, question, SERVFAIL, []);
    const wanted = record.filter((address) => TYPES[type] === (isIPv4(address) ? 4 : 6));
    return messageOf(
      query,
      question,
      0,
      wanted.map((address) => this.resourceOf(type, address)),
    );
  }

  private resourceOf(type: 1 | 28, address: string): Buffer {
    const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : bytesOfIPv6(address);
    const head = Buffer.alloc(12);
    head.writeUInt16BE(0xc00c, 0); // The name of the question
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(this.ttlSeconds, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  }
}

function questionOf(query: Buffer): { name: string; type: 1 | 28; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1) === 28 ? 28 : 1;
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

function messageOf(query: Buffer, question: Buffer, code: number, answers: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(query.readUInt16BE(0), 0);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, question, ...answers]);
}

/** Eight groups, without compression. */
function bytesOfIPv6(address: string): Buffer {
  return Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  );
}
