import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';

const FIRST_ID = 'f2JdUu0y5rW1kNqX8bTzC4vHsL7eMgA3oPiYhRjDw9Q';

const EXAMPLE = `id: ${FIRST_ID}

id: Kp0m1vQ7cQyWQv4i0dJmXl2rT8sG5bZfE3nH6uYaD9o
event: session.active
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:00:00.000Z","session":{"state":"active","version":2}}

id: W3xR9tLkVb2nQ8yZ5cF1mJ7pH4dS0gA6eU9iOtYrKqM
event: message
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:00:07.000Z","message":{"id":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","direction":"outbound","type":"text","text":"How can I help?","content":[],"sentAt":"2027-01-15T08:00:07.000Z"}}

event: typing
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:00:09.000Z","typing":{"isOn":true,"durationMs":5000}}

event: connection
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:00:11.000Z","connection":"reconnecting"}

event: activity
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:00:15.000Z","activity":{"id":"1b2c3d4e5f60718293a4b5c6d7e8f9a0","type":"agent-ended","direction":"outbound","sentAt":"2027-01-15T08:00:15.000Z","isReadOnly":false}}

event: session.expiring
data: {"conversationId":"0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11","at":"2027-01-15T08:15:00.000Z","session":{"expiresAt":"2027-01-15T08:20:00.000Z"}}

: ping

`;

const LAST_EVENT_ID = {
  name: 'last-event-id',
  required: false,
  description:
    'The id of the last event that the client has; clients of server-sent events send it by themselves.',
  schema: { type: 'string', example: FIRST_ID },
};

/** Documents a route that answers with a stream of events. */
export function ApiEventStream({ mayBeOver } = { mayBeOver: false }): MethodDecorator {
  const over = ApiResponse({ status: 204, description: 'The session has ended, and everything was told.' });
  return applyDecorators(
    ApiHeader(LAST_EVENT_ID),
    ApiResponse({
      status: 200,
      description: 'A stream of events.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE } },
    }),
    ...(mayBeOver ? [over] : []),
  );
}
