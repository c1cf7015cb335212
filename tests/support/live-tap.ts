import type { Page, WebSocketRoute } from 'playwright-core';

interface Change {
  type: string;
  queryId: number;
}

/** What Convex says on its socket, as far as it is changed here. */
interface Transition {
  type: string;
  modifications?: Change[];
}

/** What the page says: which query has which number. */
interface FromPage {
  type: string;
  modifications?: { type: string; queryId: number; udfPath?: string }[];
}

/**
 * Stands in the live connection of a page: lets queries fail, withholds answers, cuts it. Set it up
 * before the page opens.
 */
export class LiveTap {
  /** Queries by name (`users:list`) that fail from now on; `except` spares some. */
  private failing: ((query: string) => boolean) | undefined;
  private holding = false;
  private cut = false;
  private readonly held: (() => void)[] = [];
  private readonly sockets = new Set<WebSocketRoute>();

  static async on(page: Page, convexUrl: string): Promise<LiveTap> {
    const tap = new LiveTap();
    const { host } = new URL(convexUrl);
    await page.routeWebSocket(
      (url) => url.host === host,
      (socket) => tap.stand(socket),
    );
    return tap;
  }

  /** Every query whose name the test picks fails as it does when a function of Convex throws. */
  fail(which: (query: string) => boolean): void {
    this.failing = which;
  }

  /** Nothing more comes from Convex until `release`. */
  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
    for (const send of this.held.splice(0)) send();
  }

  /** Ends the connection; no other comes about until `mend`. */
  async sever(): Promise<void> {
    this.cut = true;
    await Promise.all([...this.sockets].map((socket) => socket.close({ code: 1011 })));
  }

  /** As it was before anything was set. */
  mend(): void {
    this.failing = undefined;
    this.cut = false;
    this.release();
  }

  private stand(socket: WebSocketRoute): void {
    if (this.cut) {
      void socket.close({ code: 1011 });
      return;
    }
    this.sockets.add(socket);
    const names = new Map<number, string>();
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      noteQueries(String(message), names);
      server.send(message);
    });
    server.onMessage((message) => {
      const send = () => socket.send(this.rewrite(String(message), names));
      if (this.holding) this.held.push(send);
      else send();
    });
    socket.onClose((code, reason) => {
      this.sockets.delete(socket);
      void server.close({ code, reason });
    });
  }

  private rewrite(text: string, names: ReadonlyMap<number, string>): string {
    const { failing } = this;
    if (!failing) return text;
    // Convex's own wire format; the client in the page is the one that judges it.
    const message = JSON.parse(text) as Transition;
    if (message.type !== 'Transition') return text;
    const modifications = message.modifications?.map((change) => {
      const name = names.get(change.queryId);
      if (change.type !== 'QueryUpdated' || name === undefined || !failing(name)) return change;
      return {
        type: 'QueryFailed',
        queryId: change.queryId,
        errorMessage: 'Server Error',
        logLines: [],
        errorData: { code: 'RATE_LIMITED', message: 'Too many requests. Wait a moment.' },
        journal: null,
      };
    });
    return JSON.stringify({ ...message, modifications });
  }
}

function noteQueries(text: string, names: Map<number, string>): void {
  const message = JSON.parse(text) as FromPage;
  if (message.type !== 'ModifyQuerySet') return;
  for (const { type, queryId, udfPath } of message.modifications ?? []) {
    if (type === 'Add' && udfPath !== undefined) names.set(queryId, udfPath.replace('.js', ''));
  }
}
