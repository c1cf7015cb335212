import { createServer } from 'node:net';
import { StackError } from './stack-error';
import { portNames, type PortName } from './settings';

const loopback = '127.0.0.1';

const whose: Record<PortName, string> = {
  PORT: 'the web app',
  CONVEX_PORT: "Convex's API",
  CONVEX_SITE_PORT: "Convex's HTTP actions",
  CLERK_PORT: 'the local Clerk',
};

/** Binds and releases: the port that was free, or undefined when somebody has it. */
async function probe(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

function busyMessage(busy: { name: PortName; port: number }[]): StackError {
  const list = busy.map(({ name, port }) => `${port} (${whose[name]}, ${name})`).join(', ');
  const example = busy.map(({ name, port }) => `${name}=${port + 1000}`).join(' ');
  return new StackError(
    `${busy.length === 1 ? 'This port is' : 'These ports are'} taken or not allowed: ${list}.`,
    `Stop what uses ${busy.length === 1 ? 'it' : 'them'} (perhaps another Rollcall), or choose others: ${example} npm start`,
  );
}

/**
 * Replaces 0 by free ports and checks that the others are free, all before anything starts, so
 * that one message can name every busy one.
 */
export async function claimPorts(
  wanted: Record<PortName, number>,
): Promise<Record<PortName, number>> {
  const explicit = portNames.map((name) => wanted[name]).filter((port) => port !== 0);
  if (new Set(explicit).size !== explicit.length) {
    throw new StackError(
      'Two parts of Rollcall were given the same port.',
      `Give ${portNames.join(', ')} different numbers.`,
    );
  }
  const claimed = { ...wanted };
  const busy: { name: PortName; port: number }[] = [];
  for (const name of portNames) {
    const bound = await probe(wanted[name]);
    if (bound === undefined) busy.push({ name, port: wanted[name] });
    else claimed[name] = bound;
  }
  if (busy.length > 0) throw busyMessage(busy);
  return claimed;
}
