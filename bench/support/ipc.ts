/** The commands of a child process by name, each with its argument and its result. */
export type Commands<C> = { readonly [K in keyof C]: { input: unknown; output: unknown } };

export type Handlers<C extends Commands<C>> = {
  readonly [K in keyof C]: (input: C[K]['input']) => C[K]['output'] | Promise<C[K]['output']>;
};

export interface Question {
  readonly id: number;
  readonly command: string;
  readonly input: unknown;
}

export interface Reply {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
}

/** Answers the parent's commands until the parent disconnects or exits; then this process exits. */
export function serve<C extends Commands<C>>(handlers: Handlers<C>): void {
  process.on('message', (question: Question) => {
    void answer(handlers[question.command as keyof C], question).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  // Ctrl-C reaches the whole process group: the parent ends its children.
  process.on('SIGINT', () => undefined);
}

async function answer(handler: (input: never) => unknown, { id, input }: Question): Promise<Reply> {
  try {
    return { id, output: await handler(input as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
