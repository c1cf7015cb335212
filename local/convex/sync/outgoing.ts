import type { WebSocket } from 'ws';

/** Above this many unsent bytes no further transition is made; changes pile up in state instead. */
const bytesPausedAt = 4 * 1024 * 1024;
/** Above this a client that does not read (only responses still pile up) is cut off. */
const bytesMax = 64 * 1024 * 1024;

/** The sending side of a socket, with bounded memory for clients that read slowly. */
export class Outgoing {
  #unsentBytes = 0;
  #resume: (() => void) | undefined;

  constructor(private readonly socket: WebSocket) {
    socket.once('close', () => this.#resume?.());
  }

  send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const bytes = Buffer.byteLength(text);
    this.#unsentBytes += bytes;
    if (this.#unsentBytes > bytesMax) {
      this.socket.terminate();
      return;
    }
    this.socket.send(text, () => {
      this.#unsentBytes -= bytes;
      if (this.#unsentBytes < bytesPausedAt) this.#resume?.();
    });
  }

  /** Resolves once the client has caught up, or is gone. */
  async ready(): Promise<void> {
    if (this.#unsentBytes < bytesPausedAt || this.socket.readyState !== this.socket.OPEN) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    this.#resume = undefined;
  }
}
