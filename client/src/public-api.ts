// The entry `@genesys-guest-sessions/client`.
export type { CallOptions, ClientOptions, KeyedCallOptions } from './client-options.js';
export { EventStreamFormatError } from './events/event-stream.errors.js';
export { EventStream, type EventStreamOptions } from './events/event-stream.js';
export type * from './events/stream-event.js';
export type { components, operations, paths } from './generated/api.js';
export * from './guest-sessions-client.js';
export { NoAnswerError } from './http/no-answer.errors.js';
export { type InputError, type Problem, ProblemError } from './http/problem.errors.js';
export type { ApiMethod, TypedApi } from './typed-api.js';
