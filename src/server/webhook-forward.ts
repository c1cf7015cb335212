import http from 'node:http';
import https from 'node:https';
import { errorBody, errorCodes, type ErrorCode } from '../shared/error-codes';

/** The largest webhook body that is taken (design rule 5). */
export const webhookBodyBytesMax = 256 * 1024;

/** Svix gives up after 15 s; an answer before that lets it retry on our terms. */
const upstreamTimeoutMs = 12_000;

const svixHeaders = ['svix-id', 'svix-timestamp', 'svix-signature'] as const;

/** Those that Convex can route; it answers each but POST with 405. */
const routable = ['POST', 'GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Handed through to Convex beside the signature's headers. */
const passedHeaders = ['content-type', 'user-agent'] as const;

/** Handed back from Convex's answer. */
const returnedHeaders = ['content-type', 'retry-after', 'allow'] as const;

export interface ForwardOptions {
  /** `CONVEX_SITE_URL`, without a slash at the end. */
  siteUrl: string;
  /** Told about trouble on the way, for the log. */
  onTrouble?: (trouble: string) => void;
}

const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' });
const httpsAgent = new https.Agent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' });

function refusal(
  code: ErrorCode,
  options: { status?: number; message?: string; headers?: HeadersInit } = {},
): Response {
  const { status = errorCodes[code].status, message, headers } = options;
  return Response.json(errorBody(code, message ? { message } : {}), { status, headers });
}

/**
 * Two values of one header arrive joined by `, `. No id and no timestamp holds a comma, and the
 * values inside one signature header are separated by spaces alone.
 */
function isDuplicated(name: string, value: string): boolean {
  return name.endsWith('-signature') ? /,\s|\s,/.test(value) : value.includes(',');
}

/** Of a body that is too large, so much more is read and thrown away, for so long. */
const discardedBytesMax = 4 * 1024 * 1024;
const discardMsMax = 5_000;

/**
 * Lets a sender finish what it is sending while the answer is on its way: a connection cut at once
 * takes the answer with it. A body without end is cut all the same.
 */
async function discardRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const cut = () => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(cut, discardMsMax);
  try {
    for (let bytes = 0; bytes <= discardedBytesMax;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    cut();
  } catch {
    // The sender went away; there is nobody left to answer.
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads the raw bytes, and of a body that is too large only as much as makes it so: Convex refuses
 * that by the same rule and in the same words as when it is called directly.
 */
async function readCapped(request: Request): Promise<Buffer> {
  if (!request.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body.getReader();
  while (bytes <= webhookBodyBytesMax) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, bytes);
    bytes += value.byteLength;
    chunks.push(value);
  }
  void discardRest(reader);
  return Buffer.concat(chunks, bytes).subarray(0, webhookBodyBytesMax + 1);
}

interface Upstream {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

interface SendOptions {
  url: URL;
  method: string;
  headers: http.OutgoingHttpHeaders;
  body: Buffer;
}

function send(options: SendOptions, isRetry = false): Promise<Upstream> {
  const { url, method, headers, body } = options;
  const secure = url.protocol === 'https:';
  return new Promise<Upstream>((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method,
      headers,
      agent: secure ? httpsAgent : httpAgent,
      timeout: upstreamTimeoutMs,
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 502;
        resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.on('timeout', () => request.destroy(new Error('Convex did not answer in time')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection may have been closed by the other side just now: nothing was processed.
      const staleSocket = request.reusedSocket && error.code === 'ECONNRESET';
      if (staleSocket && !isRetry) resolve(send(options, true));
      else reject(error);
    });
    request.end(body);
  });
}

/** The headers to send on, or why the request is refused. */
function outgoingHeaders(request: Request, body: Buffer): http.OutgoingHttpHeaders | string {
  const headers: http.OutgoingHttpHeaders = {};
  for (const name of svixHeaders) {
    const value = request.headers.get(name);
    if (value === null) continue;
    if (isDuplicated(name, value)) return `the ${name} header is malformed or was sent twice`;
    headers[name] = value;
  }
  for (const name of passedHeaders) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  if (body.byteLength > 0 || !['GET', 'HEAD'].includes(request.method)) {
    headers['content-length'] = body.byteLength;
  }
  return headers;
}

/**
 * Requirement C4: the web app's webhook address is the Convex one, reached through here. The raw
 * bytes and Svix's headers go on untouched, whatever the method, and Convex's answer comes back as
 * it is. Only trouble on the way is answered here, with 503, so that Svix tries again.
 */
export async function forwardWebhook(request: Request, options: ForwardOptions): Promise<Response> {
  if (!routable.includes(request.method)) {
    return refusal('METHOD_NOT_ALLOWED', { headers: { allow: 'POST' } });
  }
  const body = await readCapped(request);
  const headers = outgoingHeaders(request, body);
  if (typeof headers === 'string') return refusal('BAD_SIGNATURE', { message: headers });

  const url = new URL(`${options.siteUrl}/clerk-users-webhook`);
  let upstream: Upstream;
  try {
    upstream = await send({ url, method: request.method, headers, body });
  } catch (error) {
    options.onTrouble?.(error instanceof Error ? error.message : String(error));
    return refusal('CONVEX_UNAVAILABLE', { status: 503, headers: { 'retry-after': '5' } });
  }
  if (upstream.status === 502 || upstream.status === 504) {
    options.onTrouble?.(`Convex answered ${upstream.status}`);
    return refusal('CONVEX_UNAVAILABLE', { status: 503, headers: { 'retry-after': '5' } });
  }
  const answer = new Headers();
  for (const name of returnedHeaders) {
    const value = upstream.headers[name];
    if (typeof value === 'string') answer.set(name, value);
  }
  const bodyless = request.method === 'HEAD' || [204, 205, 304].includes(upstream.status);
  return new Response(bodyless ? null : new Uint8Array(upstream.body), {
    status: upstream.status,
    headers: answer,
  });
}
