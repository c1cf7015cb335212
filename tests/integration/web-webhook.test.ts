import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { serve, type Server } from 'srvx';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { forwardWebhook, webhookBodyBytesMax } from '../../src/server/webhook-forward';
import { errorBody } from '../../src/shared/error-codes';

/**
 * The web app's webhook address in front of a Convex site that only records. What Convex itself
 * decides is proved with Convex; here it is proved that nothing gets lost or changed on the way.
 */

interface Received {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

type Answer = (received: Received, response: http.ServerResponse) => void;

const received: Received[] = [];
let answer: Answer;
let site: http.Server;
let web: Server;
let webPort: number;
let connections = 0;
const troubles: string[] = [];

/** Refuses large bodies as Convex does. */
const accept: Answer = ({ body }, response) => {
  response.writeHead(body.byteLength > webhookBodyBytesMax ? 413 : 200).end();
};

beforeAll(async () => {
  site = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(entry);
      answer(entry, response);
    });
  });
  site.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const sitePort = (site.address() as AddressInfo).port;
  web = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    fetch: (request) =>
      forwardWebhook(request, {
        siteUrl: new URL(request.url).pathname.startsWith('/dead')
          ? 'http://127.0.0.1:9'
          : `http://127.0.0.1:${sitePort}`,
        onTrouble: (trouble) => troubles.push(trouble),
      }),
  });
  await web.ready();
  webPort = Number(new URL(web.url ?? '').port);
  answer = accept;
});

afterEach(() => {
  received.length = 0;
  troubles.length = 0;
  answer = accept;
});

afterAll(async () => {
  await web.close(true);
  site.closeAllConnections();
  site.close();
});

const signed = {
  'svix-id': 'msg_1',
  'svix-timestamp': '1731705121',
  'svix-signature': 'v1,rAvfW3dJ/X= v1,other=',
  'content-type': 'application/json',
};

function post(
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = signed,
  path = '/',
) {
  return fetch(`http://127.0.0.1:${webPort}${path}`, { method: 'POST', headers, body });
}

/** Speaks HTTP by hand, for what `fetch` would not send. Resolves with the status line. */
function raw(lines: string[], body: Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(webPort, '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString('utf8');
      if (text.includes('\r\n')) {
        socket.destroy();
        resolve(text.split('\r\n')[0] ?? '');
      }
    });
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    for (const chunk of body) socket.write(chunk);
  });
}

function chunked(bytes: Buffer, size = 64 * 1024): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) {
    const part = bytes.subarray(at, at + size);
    frames.push(Buffer.from(`${part.byteLength.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return [...frames, Buffer.from('0\r\n\r\n')];
}

describe('C4: the webhook address of the web app', () => {
  it('passes on the raw bytes and the signature headers, unchanged', async () => {
    const body = Buffer.concat([Buffer.from('{ "a" :1,\r\n "é":"\\u0000"}'), randomBytes(512)]);
    const response = await post(body);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(received).toHaveLength(1);
    expect(received[0]?.body.equals(body)).toBe(true);
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/clerk-users-webhook',
      headers: signed,
    });
  });

  it('passes on neither cookies nor anything else that is not for Convex', async () => {
    await post('{}', {
      ...signed,
      cookie: '__session=x',
      authorization: 'Bearer x',
      'x-forwarded-for': '1.2.3.4',
    });
    const headers = received[0]?.headers ?? {};
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/cookie|authorization|forwarded/)]),
    );
  });

  it('answers what Convex answers, word for word', async () => {
    const refusal = { code: 'BAD_SIGNATURE', message: 'no signing secret fits' };
    answer = (_received, response) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    };
    const response = await post('{}');
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(refusal);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('leaves %s to Convex too', async (method) => {
    answer = (_received, response) => response.writeHead(405, { allow: 'POST' }).end();
    const response = await fetch(`http://127.0.0.1:${webPort}/`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(received[0]?.method).toBe(method);
  });

  it('B1: a missing signature header is missing for Convex as well', async () => {
    const { 'svix-signature': _left, ...unsigned } = signed;
    await post('{}', unsigned);
    expect(received[0]?.headers).not.toHaveProperty('svix-signature');
  });

  it('takes a body of exactly the largest size', async () => {
    const body = randomBytes(webhookBodyBytesMax);
    expect((await post(body)).status).toBe(200);
    expect(received[0]?.body.equals(body)).toBe(true);
  });

  it('refuses one byte more with 413', async () => {
    expect((await post(randomBytes(webhookBodyBytesMax + 1))).status).toBe(413);
  });

  it('refuses a large chunked body, which announces no length, with 413', async () => {
    const lines = ['POST / HTTP/1.1', 'host: rollcall.test', 'transfer-encoding: chunked'];
    const status = await raw(lines, chunked(randomBytes(4 * webhookBodyBytesMax)));
    expect(status).toContain(' 413');
  });

  it('lets a sender finish a body that is too large, so that it gets the answer', async () => {
    const sizes = [1, 1_000, 100_000, 1_000_000].map((extra) => webhookBodyBytesMax + extra);
    for (const size of [...sizes, ...sizes, ...sizes]) {
      const response = await post(randomBytes(size));
      expect([size, response.status]).toEqual([size, 413]);
      await response.arrayBuffer();
    }
  });

  it('answers before the end of a body that never ends, and holds no more of it than the cap', async () => {
    const lines = ['POST / HTTP/1.1', 'host: rollcall.test', 'transfer-encoding: chunked'];
    const endless = chunked(randomBytes(2 * webhookBodyBytesMax)).slice(0, -1);
    expect(await raw(lines, endless)).toContain(' 413');
    expect(received[0]?.body.byteLength).toBe(webhookBodyBytesMax + 1);
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])(
    'rule 5: refuses %s sent twice',
    async (name) => {
      const lines = Object.entries(signed).map(([header, value]) => `${header}: ${value}`);
      const again = `${name}: ${signed[name as keyof typeof signed]}`;
      const status = await raw(
        ['POST / HTTP/1.1', 'host: rollcall.test', 'content-length: 2', ...lines, again],
        [Buffer.from('{}')],
      );
      expect(status).toContain(' 400');
      expect(received).toEqual([]);
    },
  );

  it('takes several signatures in one header, as Svix sends while secrets rotate', async () => {
    expect((await post('{}')).status).toBe(200);
  });

  it('rule 4: asks Svix to try again when Convex is away', async () => {
    const response = await post('{}', signed, '/dead');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual(errorBody('CONVEX_UNAVAILABLE'));
    expect(troubles).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it.each([502, 504])('rule 4: turns a gateway’s %i into 503', async (status) => {
    answer = (_received, response) => response.writeHead(status).end('<html>');
    expect((await post('{}')).status).toBe(503);
  });

  it.each([500, 503])('passes on a %i of Convex as it is', async (status) => {
    answer = (_received, response) => response.writeHead(status).end();
    expect((await post('{}')).status).toBe(status);
  });

  it('survives a kept connection that Convex closes', async () => {
    await post('{}');
    site.closeIdleConnections();
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await post('{}')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('keeps connections to Convex open between events', async () => {
    await post('{}');
    const before = connections;
    for (let count = 0; count < 20; count += 1) await post('{}');
    expect(connections).toBe(before);
  });
});
