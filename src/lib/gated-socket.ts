type Handler<E> = ((event: E) => void) | null;

/**
 * A `WebSocket` constructor whose sockets open only once `open()` was called.
 *
 * Convex 1.48 loses its first message when an authentication starts on a socket that is already
 * open but still waiting for one (`expectAuth`): the server closes it, and the page goes live
 * seconds later. Clerk nearly always comes after the socket, so the socket waits for the token.
 */
export function createSocketGate(Socket: typeof WebSocket): {
  Gated: typeof WebSocket;
  open: () => void;
} {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));

  /** Only what Convex's client uses of a socket. */
  class GatedSocket {
    onopen: Handler<Event> = null;
    onerror: Handler<Event> = null;
    onmessage: Handler<MessageEvent> = null;
    onclose: Handler<CloseEvent> = null;
    #socket: WebSocket | undefined;
    #closed = false;

    constructor(url: string | URL) {
      void opened.then(() => this.#connect(url));
    }

    get readyState(): number {
      if (this.#socket) return this.#socket.readyState;
      return this.#closed ? WebSocket.CLOSED : WebSocket.CONNECTING;
    }

    send(data: string): void {
      this.#socket?.send(data);
    }

    close(code?: number, reason?: string): void {
      if (this.#socket) {
        this.#socket.close(code, reason);
        return;
      }
      this.#closed = true;
      queueMicrotask(() => this.onclose?.(new CloseEvent('close', { code: code ?? 1000 })));
    }

    #connect(url: string | URL): void {
      if (this.#closed) return;
      const socket = new Socket(url);
      socket.onopen = (event) => this.onopen?.(event);
      socket.onerror = (event) => this.onerror?.(event);
      socket.onmessage = (event: MessageEvent) => this.onmessage?.(event);
      socket.onclose = (event) => this.onclose?.(event);
      this.#socket = socket;
    }
  }

  // Convex asks for the whole constructor type but uses the part above.
  return { Gated: GatedSocket as unknown as typeof WebSocket, open };
}
