import { createCipheriv, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Cliniko and Chatwoot as far as the connection test looks at them. */
export class CredentialServices {
  readonly seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.seen.push({ url: request.url ?? '', headers: request.headers });
    if (request.url === '/v1/user') response.end('{"id":"u1"}');
    else response.writeHead(401).end('{}');
  });

  /** Before the stack that is to ask them here. */
  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    // An address of TCP, which was just listened on.
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    process.env.CLINIKO_API_URL = url;
    process.env.CHATWOOT_API_URL = url;
  }

  stop(): void {
    delete process.env.CLINIKO_API_URL;
    delete process.env.CHATWOOT_API_URL;
    this.server.close();
  }
}

/** A Fernet token as the older system made them. */
export function fernet(text: string, key: Buffer, iv: Buffer): string {
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const signed = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(8), iv, sealed]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, mac]).toString('base64url');
}
