import { Child, type ChildOptions } from './child';
import type { Commands, Question, Reply } from './ipc';

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process that serves commands. Its pending commands fail when it exits. */
export class CommandedChild<C extends Commands<C>> extends Child {
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor(options: ChildOptions) {
    super(options);
    this.process.on('message', (reply: Reply) => {
      this.settle(reply);
    });
    void this.exited.then(() => {
      for (const { reject } of this.waiting.values()) reject(this.death());
    });
  }

  ask<K extends keyof C & string>(command: K, input: C[K]['input']): Promise<C[K]['output']> {
    if (!this.isRunning) return Promise.reject(this.death());
    const id = (this.asked += 1);
    const question: Question = { id, command, input };
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.send(question);
    });
  }

  private settle({ id, output, error }: Reply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(output);
    else waiting?.reject(new Error(error));
  }
}
