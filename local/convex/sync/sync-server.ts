import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isLoopbackHost } from '../http/host-guard';
import { SyncSession, type SyncServices } from './sync-session';

/** Clients reconnect after 60 s without a message; Convex pings every 15 s. */
const pingMs = 15_000;
/** Arguments may be 16 MiB; JSON escaping and the envelope come on top. */
const messageBytesMax = 32 * 1024 * 1024;
/** How long clients get to take leave at shutdown. */
const farewellMs = 500;

const syncPath = /^\/api\/(?:[^/]+\/)?sync$/;

/** Accepts sync sockets at `/api/<client version>/sync` and `/api/sync`. */
export class SyncServer {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
  });
  readonly #sessions = new Map<WebSocket, { session: SyncSession; isAlive: boolean }>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly services: SyncServices) {
    this.#timer = setInterval(() => this.#pingAll(), pingMs);
    this.#timer.unref();
  }

  /** Takes the `upgrade` events of the API server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes over, an error of the connection would end the process.
    socket.on('error', () => socket.destroy());
    const [pathname = ''] = (request.url ?? '').split('?');
    if (!isLoopbackHost(request.headers.host)) return refuse(socket, '403 Forbidden');
    if (!syncPath.test(pathname)) return refuse(socket, '404 Not Found');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const sockets = [...this.#sessions.keys()];
    const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    // 1001: clients reconnect quietly, as when a server restarts.
    for (const socket of sockets) socket.close(1001, 'GoingAway');
    const cutOff = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, farewellMs);
    await Promise.all(gone);
    clearTimeout(cutOff);
    this.#server.close();
  }

  #open(socket: WebSocket): void {
    const entry = { session: new SyncSession(socket, this.services), isAlive: true };
    this.#sessions.set(socket, entry);
    socket.on('pong', () => {
      entry.isAlive = true;
    });
    socket.on('close', () => this.#sessions.delete(socket));
  }

  #pingAll(): void {
    for (const [socket, entry] of this.#sessions) {
      // No pong to the last round: the peer is gone without a word, or reads nothing.
      if (!entry.isAlive) {
        socket.terminate();
        continue;
      }
      entry.isAlive = false;
      entry.session.ping();
      socket.ping();
    }
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
