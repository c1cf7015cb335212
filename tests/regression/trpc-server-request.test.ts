import { serve } from 'srvx/node';
import { afterEach, expect, it } from 'vitest';
import { cappedBody, withBody } from '../../src/server/capped-body';

let server: ReturnType<typeof serve> | undefined;
afterEach(async () => {
  await server?.close(true);
  server = undefined;
});

/** What the server of the built app hands over, bounded and told back. */
async function tellBack(request: Request): Promise<Response> {
  const body = await cappedBody(request, 1024);
  if (body === undefined || body === 'tooLarge') return new Response(body, { status: 400 });
  const bounded = withBody(request, body);
  return Response.json({
    method: bounded.method,
    path: new URL(bounded.url).pathname,
    type: bounded.headers.get('content-type'),
    text: await bounded.text(),
  });
}

/*
 * The capped body was put into `new Request(request, { body })`. The requests of the server that
 * runs the built app are not the runtime's own class, so every command ended in a 500.
 */
it('C5: a command with a bounded body is whole as the production server hands it over', async () => {
  server = serve({ port: 0, hostname: '127.0.0.1', silent: true, fetch: tellBack });
  await server.ready();
  const response = await fetch(new URL('/api/trpc/users.setRole', server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"json":{}}',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    method: 'POST',
    path: '/api/trpc/users.setRole',
    type: 'application/json',
    text: '{"json":{}}',
  });
});
