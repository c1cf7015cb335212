import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from 'node:worker_threads';
import { endingByItself } from '../self-limited';
import { save, savePart, undo, type BatchWriter, type Landed, type Work } from './batch-writer';
import { StoreError, type StoreErrorCode } from './contract';
import type { DatabaseFile } from './database-file';
import type { LayerData } from './layer';

export interface WriterData {
  folder: string;
  port: MessagePort;
  /** Moves with every piece of work, after its message, and with everything that is taken back. */
  done: Int32Array;
}

type Request =
  { kind: 'work'; work: Work } | { kind: 'part'; layer: LayerData } | { kind: 'takeBack' };

interface SavedMessage {
  failure?: { code: StoreErrorCode; message: string };
}

/** How long the end of the thread's work may be waited for while nothing else goes on. */
const finishMsMax = 60_000;

/**
 * Writes in a thread of its own, with its own connection: while one piece of work is on its way to
 * the disk, the functions of the next run.
 */
export class ThreadWriter implements BatchWriter {
  readonly partSize = 60_000;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Counts what the thread has answered or taken back, before any message arrives. */
  readonly #done = new Int32Array(new SharedArrayBuffer(4));
  /** Counts what it was asked to, in the same 32 bits. */
  #asked = 0;
  #hasParts = false;
  #landed: Landed | undefined;
  #broken: StoreError | undefined;

  /** @param program the file of `writer-thread.ts`, as Node runs it. */
  constructor(folder: string, program: URL) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: WriterData = { folder, port: port2, done: this.#done };
    this.#worker = new Worker(program, { workerData, transferList: [port2] });
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#break(error));
    this.#worker.on('exit', (code) => this.#break(new Error(`exit code ${code}`)));
    this.#port.on('message', (message: SavedMessage) => this.#land(message));
    this.#port.unref();
  }

  write(work: Work, landed: Landed): void {
    if (this.#broken) return landed(this.#broken);
    this.#landed = landed;
    // The process lives until the answer is there.
    this.#port.ref();
    this.#ask({ kind: 'work', work });
  }

  writePart(layer: LayerData): void {
    this.#hasParts = true;
    this.#send({ kind: 'part', layer });
  }

  takeBack(): void {
    this.#ask({ kind: 'takeBack' });
  }

  /** Ends what is open in the thread, one way or the other. */
  #ask(request: Request): void {
    this.#hasParts = false;
    this.#asked = (this.#asked + 1) | 0;
    this.#send(request);
  }

  #send(request: Request): void {
    this.#port.postMessage(request);
  }

  get isResting(): boolean {
    return !this.#landed && !this.#hasParts && Atomics.load(this.#done, 0) === this.#asked;
  }

  finish(): void {
    if (this.#broken) return;
    for (;;) {
      const done = Atomics.load(this.#done, 0);
      if (done === this.#asked) break;
      const waited = endingByItself(() => Atomics.wait(this.#done, 0, done, finishMsMax));
      if (waited === 'timed-out') return this.#break(new Error('it did not answer in time'));
    }
    const received = this.#landed && receiveMessageOnPort(this.#port);
    if (received) this.#land(received.message as SavedMessage);
  }

  async close(): Promise<void> {
    this.#port.close();
    // Its connection is closed with the thread: libsql keeps it open as long as statements live.
    await this.#worker.terminate();
  }

  #land({ failure }: SavedMessage): void {
    const landed = this.#landed;
    this.#landed = undefined;
    this.#port.unref();
    landed?.(failure && new StoreError(failure.code, failure.message));
  }

  /** What was under way may be on disk or not; nothing more is written. */
  #break(error: Error): void {
    this.#broken ??= new StoreError(
      'CommitFailed',
      `Nothing can be saved any more: the thread that writes has ended (${error.message}). Start the runtime again.`,
      { cause: error },
    );
    const landed = this.#landed;
    this.#landed = undefined;
    landed?.(this.#broken);
  }
}

/** The other side: saves one piece of work after the other and answers each. */
export function answerWork({ port, done }: WriterData, file: DatabaseFile): void {
  let failure: StoreError | undefined;
  const count = () => {
    Atomics.add(done, 0, 1);
    Atomics.notify(done, 0);
  };
  const answer = (work: Work) => {
    failure ??= save(file, work);
    const message: SavedMessage = failure
      ? { failure: { code: failure.code, message: failure.message } }
      : {};
    failure = undefined;
    port.postMessage(message);
    count();
    if (message.failure) return;
    try {
      file.copyLogBack();
    } catch {
      // The log only grows; what is wrong shows with the next piece of work.
      file.takeFailure();
    }
  };
  port.on('message', (request: Request) => {
    if (request.kind === 'work') return answer(request.work);
    if (request.kind === 'part') {
      // Told with the rest of the work.
      if (!failure) failure = attemptPart(file, request.layer);
      return;
    }
    failure = undefined;
    if (file.inTransaction) file.exec('ROLLBACK');
    count();
  });
}

function attemptPart(file: DatabaseFile, layer: LayerData): StoreError | undefined {
  try {
    savePart(file, layer);
    return undefined;
  } catch (error) {
    return undo(file, error);
  }
}
