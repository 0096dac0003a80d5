import type { Dispatcher } from 'undici';

/**
 * Wraps a dispatcher so that `check` runs once a connection is available, before the first byte is sent. If it throws,
 * the request fails with that error, nothing of it is sent, and the connection stays usable.
 */
export function withPreSendCheck(dispatcher: Dispatcher, check: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const checking: Dispatcher.DispatchHandler = {
      onRequestStart: (controller, context) => {
        check();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    };
    return dispatch(options, checking);
  });
}
