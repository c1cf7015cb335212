import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

/** What a door answered, as it came over the wire. */
export interface DoorAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface DoorRequest {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** Bytes of a body that every door reads to its end. */
const taken = 8 * 1024;

/** `node:http` sends exactly what it is told, doubled headers and odd paths too. */
export function knock(
  url: string,
  { method = 'GET', headers = {}, body }: DoorRequest = {},
): Promise<DoorAnswer> {
  const { hostname, port } = new URL(url);
  // Not through URL, which would tidy the path up.
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  return new Promise((resolve, reject) => {
    // A connection each: a kept one may be closed by the server just as it is used again.
    const options = { hostname, port, path, method, headers, agent: false, timeout: 20_000 };
    const sent = httpRequest(options);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${url} did not answer`)));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      // Whoever sends more than is taken may find the connection cut before the answer came.
      const cut = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (cut && (body?.length ?? 0) > taken) resolve({ status: 413, headers: {}, body: '' });
      else reject(error);
    });
    sent.end(body);
  });
}

/** Sends these very bytes and hangs up, whatever the server was still waiting for. */
export function hangUpAfter(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(text, () => socket.destroy());
    });
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
}
