import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getJson, isForbidden } from './outbound';

describe('addresses that a credential is never sent to', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'no address',
  ])('%s is none of them', (address) => {
    expect(isForbidden(address)).toBe(true);
  });

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111'])(
    '%s is public',
    (address) => {
      expect(isForbidden(address)).toBe(false);
    },
  );
});

describe('one request to a service', () => {
  let server: Server;
  let origin: string;
  const seen: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.url ?? '');
      if (request.url === '/redirect') {
        response.writeHead(302, { location: `${origin}/target` }).end();
      } else if (request.url === '/large') {
        response.end('x'.repeat(300 * 1024));
      } else response.end('{"ok":true}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const get = (url: string, trusted = false) =>
    getJson({ url: new URL(url), headers: {}, trusted });

  it('refuses plain http, private addresses and names that lead to them, without asking', async () => {
    const port = new URL(origin).port;
    expect(await get(`${origin}/`)).toEqual({ kind: 'failed', why: 'it is not https' });
    const why = 'it leads to an address that is not public';
    for (const host of [
      '127.0.0.1',
      '[::1]',
      'localhost',
      '2130706433',
      '0x7f.1',
      '169.254.169.254',
    ]) {
      const answer = await get(`https://${host}:${port}/`);
      expect({ host, ...answer }).toEqual({ host, kind: 'failed', why });
    }
    expect(seen).toEqual([]);
  });

  it('asks the stand-in that the operator set, follows no redirect and bounds the answer', async () => {
    expect(await get(`${origin}/`, true)).toEqual({
      kind: 'answered',
      status: 200,
      body: { ok: true },
    });
    expect(await get(`${origin}/redirect`, true)).toMatchObject({ status: 302 });
    expect(seen).not.toContain('/target');
    expect(await get(`${origin}/large`, true)).toMatchObject({ why: 'its answer is too large' });
  });

  it('says in words that nobody is there', async () => {
    expect(await get('http://127.0.0.1:1/', true)).toEqual({
      kind: 'failed',
      why: 'it cannot be reached',
    });
  });
});
