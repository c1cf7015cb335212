import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Identity } from '../engine/contract';
import type { ServerContext } from './context';
import { HttpError } from './http-error';
import { httpActionBodyBytesMax, readBody } from './request-body';
import { sendText } from './responses';

/** Methods that fetch's `Request` refuses to carry. */
const methodsWithoutRequest = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * Runs the app's HTTP router on a request. The body reaches it byte for byte (signatures are
 * computed over it); the answer is streamed.
 * @param path path and query as the router shall see them.
 */
export async function serveHttpAction(
  { engine, bearers }: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const method = request.method ?? 'GET';
  // Joined as text below: a path like `//host` must not become another host.
  if (!path.startsWith('/'))
    throw new HttpError(400, 'BadRequest', 'The path must start with "/".');
  if (methodsWithoutRequest.has(method)) {
    throw new HttpError(405, 'MethodNotAllowed', `HTTP actions do not take ${method}.`);
  }
  const body = await readBody(request, httpActionBodyBytesMax);
  const bodyless = method === 'GET' || method === 'HEAD';
  const webRequest = new Request(`http://${request.headers.host}${path}`, {
    method,
    headers: webHeaders(request.rawHeaders),
    // A view of exactly these bytes; a Buffer may share a larger pool.
    ...(!bodyless && { body: new Uint8Array(body) }),
  });
  const identity = await callerOf(bearers, request.headers.authorization);
  const answer = await engine.runHttpAction(webRequest, identity);
  if (answer === null) {
    sendText(response, 404, 'This Convex deployment does not have HTTP actions enabled.');
    return;
  }
  await sendWebResponse(response, answer, method === 'HEAD');
}

/**
 * The signed-in user where the header holds a valid token. Anything else (an API key, a Basic
 * login, an expired token) is the app's own business and counts as nobody. The admin key gives no
 * privilege here: HTTP actions are public.
 */
async function callerOf(
  bearers: ServerContext['bearers'],
  header: string | undefined,
): Promise<Identity> {
  if (!header || !/^bearer\s/i.test(header)) return { kind: 'none' };
  try {
    return (await bearers.fromHeader(header)).identity;
  } catch {
    return { kind: 'none' };
  }
}

function webHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(String(rawHeaders[i]), String(rawHeaders[i + 1]));
  }
  return headers;
}

async function sendWebResponse(
  response: ServerResponse,
  answer: Response,
  isHead: boolean,
): Promise<void> {
  response.statusCode = answer.status;
  if (answer.statusText) response.statusMessage = answer.statusText;
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie') response.setHeader(name, value);
  }
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (isHead || answer.body === null) {
    await answer.body?.cancel();
    response.end();
    return;
  }
  response.flushHeaders();
  try {
    // The two ReadableStream types (DOM's and Node's) name the same object.
    await pipeline(
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
      response,
    );
  } catch {
    // The client went away, or the action failed mid-stream: the cut connection is the answer.
    response.destroy();
  }
}
