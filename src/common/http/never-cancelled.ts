import axios from 'axios';

/**
 * A cancel token that never fires, for requests that are aborted by a signal. Without one `HttpService` makes a token
 * for every request and cancels it at the end, which costs an error with a stack per request that went well.
 *
 * @publicApi
 */
export const NEVER_CANCELLED = axios.CancelToken.source().token;
