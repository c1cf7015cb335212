import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'svix';
import type { Wire } from './local-clerk-world';

export interface Received {
  headers: IncomingHttpHeaders;
  /** `svix-id`. */
  id: string;
  body: string;
  event: Wire;
}

export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** What to answer; called with the number of requests before this one. */
  answer: (before: number) => { status: number; body?: string; headers?: Record<string, string> };
  /** Resolves with the first `count` that match; rejects, with what did come, after `withinMs`. */
  wait(count: number, options?: WaitOptions): Promise<Received[]>;
  close(): Promise<void>;
}

export interface WaitOptions {
  type?: string;
  withinMs?: number;
}

const waitMsDefault = 15_000;

/** An endpoint on a free port of this machine that keeps everything it is sent. */
export async function createWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const listeners = new Set<() => void>();
  const receiver: WebhookReceiver = {
    url: '',
    received,
    answer: () => ({ status: 200 }),
    wait: (count, options = {}) => wait(received, listeners, count, options),
    close: () => close(server),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body, headers } = receiver.answer(received.length);
      const text = Buffer.concat(chunks).toString('utf8');
      const id = String(request.headers['svix-id']);
      received.push({ headers: request.headers, id, body: text, event: JSON.parse(text) });
      response.writeHead(status, headers).end(body ?? '');
      for (const listener of listeners) listener();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  // A server that listens on TCP always has an AddressInfo.
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
  return receiver;
}

/** Throws unless the signature is right for the raw body, as the product checks it. */
export function verifySignature(secret: string, { headers, body }: Received): void {
  const names = ['svix-id', 'svix-timestamp', 'svix-signature'];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  new Webhook(secret).verify(body, signed);
}

function wait(
  received: Received[],
  listeners: Set<() => void>,
  count: number,
  { type, withinMs = waitMsDefault }: WaitOptions,
): Promise<Received[]> {
  return new Promise((resolve, reject) => {
    const matching = () => received.filter(({ event }) => !type || event.type === type);
    const look = () => {
      if (matching().length < count) return;
      clearTimeout(timer);
      listeners.delete(look);
      resolve(matching().slice(0, count));
    };
    const timer = setTimeout(() => {
      listeners.delete(look);
      const came = received.map(({ event }) => event.type).join(', ') || 'nothing';
      reject(new Error(`waited for ${count} of ${type ?? 'any type'}; came: ${came}`));
    }, withinMs);
    listeners.add(look);
    look();
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
