import type { Dispatcher } from 'undici';

/**
 * The same connections, on which nothing leaves before `look` was called. What `look` throws becomes of the request, of
 * which nothing is sent then; the connection stays. Waiting for a connection lies before the look.
 */
export function withPreSendCheck(dispatcher: Dispatcher, look: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const looking: Dispatcher.DispatchHandler = {
      onRequestStart: (controller, context) => {
        look();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    };
    return dispatch(options, looking);
  });
}
