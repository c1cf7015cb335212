import WebSocket from 'ws';
import { decodeTs } from '../encoded-ts';

export type ServerMessage = { type: string } & Record<string, unknown>;

/** How long a message may take to arrive before the test fails. */
const waitMs = 15_000;

/** A client that speaks the protocol by hand, for what the official client never does. */
export class RawSyncClient {
  readonly received: ServerMessage[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;
  #cursor = 0;
  #wake: () => void = () => undefined;

  constructor(url: string, options: { headers?: Record<string, string>; path?: string } = {}) {
    const address = url.replace('http', 'ws') + (options.path ?? '/api/1.48.0/sync');
    this.socket = new WebSocket(address, { headers: options.headers });
    this.socket.on('message', (data) => {
      this.received.push(JSON.parse((data as Buffer).toString('utf8')));
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  static async connect(
    url: string,
    sessionId: string = crypto.randomUUID(),
  ): Promise<RawSyncClient> {
    const client = new RawSyncClient(url);
    await new Promise((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    client.send({
      type: 'Connect',
      sessionId,
      connectionCount: 0,
      lastCloseReason: null,
      clientTs: Date.now(),
    });
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  watch(queryId: number, udfPath: string, args: object = {}, extra: object = {}): object {
    return { type: 'Add', queryId, udfPath, args: [args], ...extra };
  }

  modify(baseVersion: number, ...modifications: object[]): void {
    this.send({ type: 'ModifyQuerySet', baseVersion, newVersion: baseVersion + 1, modifications });
  }

  /** The next message of this type; skips others. */
  async next(type: string): Promise<ServerMessage> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      while (this.#cursor < this.received.length) {
        const message = this.received[this.#cursor];
        this.#cursor += 1;
        if (message?.type === type) return message;
      }
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`No ${type} came; got ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }
}

export function tsOf(version: unknown): bigint {
  const { ts } = version as { ts: string };
  return decodeTs(ts) ?? -1n;
}
