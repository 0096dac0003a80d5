import { onAbort } from './on-abort';

describe(onAbort.name, () => {
  it('calls once when the signal aborts, and at once when it has aborted before', () => {
    const controller = new AbortController();
    const listener = jest.fn();
    onAbort(controller.signal, listener);
    expect(listener).not.toHaveBeenCalled();
    controller.abort();
    expect(listener).toHaveBeenCalledTimes(1);

    onAbort(controller.signal, listener);

    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('does not call a removed listener', () => {
    const controller = new AbortController();
    const listener = jest.fn();
    onAbort(controller.signal, listener)();
    controller.abort();

    expect(listener).not.toHaveBeenCalled();
  });
});
