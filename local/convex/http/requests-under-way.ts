import type { Server } from 'node:http';

/** Counts requests that were begun and are not answered yet, over some servers. */
export class RequestsUnderWay {
  #count = 0;

  constructor(servers: readonly Server[]) {
    for (const server of servers) {
      server.on('request', (_request, response) => {
        this.#count += 1;
        response.once('close', () => (this.#count -= 1));
      });
    }
  }

  get count(): number {
    return this.#count;
  }
}
