import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { claimPorts } from './ports';

const servers: Server[] = [];

async function occupied(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}

afterEach(async () => {
  const closing = servers.splice(0).map((server) => new Promise((done) => server.close(done)));
  await Promise.all(closing);
});

const anyPort = { PORT: 0, CONVEX_PORT: 0, CONVEX_SITE_PORT: 0, CLERK_PORT: 0 };

describe('ports of the local stack', () => {
  it('are any free ones where 0 is asked for, all different', async () => {
    const ports = Object.values(await claimPorts(anyPort));
    expect(ports.every((port) => port > 0)).toBe(true);
    expect(new Set(ports).size).toBe(4);
  });

  it('that are busy are all named in one message, with the way out', async () => {
    const [web, clerk] = [await occupied(), await occupied()];
    const claim = claimPorts({ ...anyPort, PORT: web, CLERK_PORT: clerk });
    await expect(claim).rejects.toThrow(`${web} (the web app, PORT)`);
    await expect(claim).rejects.toThrow(`${clerk} (the local Clerk, CLERK_PORT)`);
    await expect(claim).rejects.toMatchObject({ wayOut: expect.stringContaining('npm start') });
  });

  it('given twice are refused', async () => {
    await expect(claimPorts({ ...anyPort, PORT: 9, CLERK_PORT: 9 })).rejects.toThrow('same port');
  });
});
