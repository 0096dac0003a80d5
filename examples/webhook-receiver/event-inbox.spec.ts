import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Apply, EventInbox } from './event-inbox';
import type { ReceivedEvent } from './received-event';

const DAY_MS = 86_400_000;

function anEvent(id: string, sequence: number, conversationId = 'conversation'): ReceivedEvent {
  return { id, type: 'session.connected', position: { conversationId, sequence }, body: `{"n":"${id}"}` };
}

describe(EventInbox.name, () => {
  let folder: string;
  let file: string;
  let inbox: EventInbox;
  let applied: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-inbox-'));
    file = join(folder, 'events.db');
    applied = [];
    inbox = openWith(({ id }) => applied.push(id));
  });

  afterEach(() => {
    inbox.close();
    rmSync(folder, { recursive: true });
  });

  function openWith(apply: Apply, now?: () => number): EventInbox {
    return new EventInbox(file, apply, now);
  }

  it('recognizes an event again after a restart', () => {
    expect(inbox.add(anEvent('a', 1))).toBe('applied');
    inbox.close();
    inbox = openWith(({ id }) => applied.push(id));

    expect(inbox.add(anEvent('a', 1))).toBe('duplicate');

    expect(applied).toEqual(['a']);
  });

  it('applies the event after a missing number at once, and stores the missing one without applying it', () => {
    const outcomes = [anEvent('a', 1), anEvent('c', 3), anEvent('b', 2), anEvent('d', 4)].map((event) =>
      inbox.add(event),
    );

    expect(outcomes).toEqual(['applied', 'applied', 'late', 'applied']);
    expect(applied).toEqual(['a', 'c', 'd']);
    expect(inbox.bodiesOf('conversation')).toEqual(['{"n":"a"}', '{"n":"b"}', '{"n":"c"}', '{"n":"d"}']);
  });

  it('compares sequences within a conversation alone', () => {
    inbox.add(anEvent('a', 7));

    expect(inbox.add(anEvent('b', 1, 'another'))).toBe('applied');
    expect(inbox.add({ id: 'test', type: 'webhook.test', body: '{}' })).toBe('applied');
    expect(inbox.add({ id: 'test', type: 'webhook.test', body: '{}' })).toBe('duplicate');
  });

  it('stores an event together with the work of the application, or neither', () => {
    inbox.close();
    let fails = true;
    inbox = openWith(({ id }, database) => {
      database.exec('create table if not exists work (id text)');
      database.prepare('insert into work values (?)').run(id);
      if (fails) throw new Error('not now');
      applied.push(...database.prepare<[], string>('select id from work').pluck().all());
    });

    expect(() => inbox.add(anEvent('a', 1))).toThrow('not now');
    expect(inbox.bodiesOf('conversation')).toEqual([]);
    fails = false;

    expect(inbox.add(anEvent('a', 1))).toBe('applied');
    expect(applied).toEqual(['a']);
  });

  it('removes events after thirty days', () => {
    inbox.close();
    let now = Date.parse('2027-01-15T08:00:00Z');
    inbox = openWith(
      () => undefined,
      () => now,
    );
    inbox.add(anEvent('a', 1));
    now += 30 * DAY_MS;
    inbox.add(anEvent('b', 2));
    expect(inbox.bodiesOf('conversation')).toHaveLength(2);
    now += 1;

    inbox.add(anEvent('c', 3));

    expect(inbox.bodiesOf('conversation')).toEqual(['{"n":"b"}', '{"n":"c"}']);
  });
});
