import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from './stack-world';

type Json = Record<string, unknown>;

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sets names of the running deployment's environment; counts from the next call on. */
export async function setDeploymentEnv(
  { convexUrl, env }: World,
  values: Record<string, string>,
): Promise<void> {
  const changes = Object.entries(values).map(([name, value]) => ({ name, value }));
  const response = await fetch(`${convexUrl}/api/v1/update_environment_variables`, {
    method: 'POST',
    headers: {
      authorization: `Convex ${env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ changes }),
  });
  if (!response.ok) throw new Error(`the environment was not set: ${await response.text()}`);
}

/**
 * Stands between Convex and the local Clerk and spoils people in lists as no Clerk should; everything
 * else passes unchanged. `close` puts Convex back to Clerk itself.
 */
export async function spoilingProxy(world: World, spoil: (person: Json) => Json) {
  const server = http.createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const { host: _, 'content-length': __, ...headers } = request.headers;
      const upstream = await fetch(`${world.clerkUrl}${request.url}`, {
        method: request.method ?? 'GET',
        // Of Node's own making: every value that is there is a text.
        headers: headers as Record<string, string>,
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
      const text = await upstream.text();
      const isList = request.method === 'GET' && /^\/v1\/users(\?|$)/.test(request.url ?? '');
      const list = isList && upstream.ok ? (JSON.parse(text) as Json[]).map(spoil) : undefined;
      response.writeHead(upstream.status, {
        'content-type': upstream.headers.get('content-type') ?? 'application/json',
      });
      response.end(list ? JSON.stringify(list) : text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await setDeploymentEnv(world, { CLERK_API_URL: url });
  return {
    close: async () => {
      await setDeploymentEnv(world, { CLERK_API_URL: world.clerkUrl });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
