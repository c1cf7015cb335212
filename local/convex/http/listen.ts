import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../start-error';

/** Nobody else's business: the runtime is for this machine only. */
const loopback = '127.0.0.1';

export interface PortChoice {
  /** 0 is any free one. */
  port: number;
  /** The environment variable that chooses it, for the error message. */
  variable: string;
}

/** Listens on loopback and returns the address as a URL. Throws `StartError` when it cannot. */
export function listen(server: Server, { port, variable }: PortChoice): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, port, variable)));
    server.listen({ port, host: loopback, exclusive: true }, () => {
      // A listening TCP server has an address with a port.
      resolve(`http://${loopback}:${(server.address() as AddressInfo).port}`);
    });
  });
}

function explain(error: NodeJS.ErrnoException, port: number, variable: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is taken. See who has it with "lsof -nP -iTCP:${port} -sTCP:LISTEN" ` +
        `(perhaps another Rollcall), or choose another port: ${variable}=${port + 1000}.`,
    );
  }
  if (error.code === 'EACCES') {
    return new StartError(
      `Port ${port} may not be used by this user. Choose one above 1023: ${variable}=${port + 3000}.`,
    );
  }
  return error;
}

/** Takes no new requests, lets those under way end for up to `graceMs`, then cuts them. */
export async function closeGently(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cutOff);
}
