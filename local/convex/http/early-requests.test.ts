import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryFolder } from '../store/test-store';
import { startLocalConvex } from '../start-local-convex';
import { FakeDeploy, FakeEngine } from './testing/fake-engine';

/** Asks, and resolves once the server has heard it: it says so, for it is asked to. */
async function ask(url: string): Promise<{ answer: Promise<unknown[]> }> {
  const request = httpRequest(url, { headers: { expect: '100-continue' }, agent: false });
  const answer = once(request, 'response');
  request.flushHeaders();
  await once(request, 'continue');
  request.end();
  return { answer };
}

it('who comes while the data is being opened is answered as soon as it is open', async () => {
  const early: Promise<unknown[]>[] = [];
  let socket: WebSocket | undefined;
  const convex = await startLocalConvex({
    dataDir: temporaryFolder(),
    openEngine: async ({ url, siteUrl }) => {
      early.push((await ask(`${url}/version`)).answer, (await ask(`${siteUrl}/none`)).answer);
      // Opens its socket when it can; the requests above came in before.
      socket = new WebSocket(`${url.replace('http', 'ws')}/api/1.48.0/sync`);
      early.push(once(socket, 'open'));
      return { engine: new FakeEngine({}), deploy: new FakeDeploy(), deployed: true };
    },
  });
  onTestFinished(() => convex.close());
  const [api, site] = (await Promise.all(early)).map(([response]) => response as IncomingMessage);
  expect([api?.statusCode, site?.statusCode]).toEqual([200, 404]);
  socket?.terminate();
});
