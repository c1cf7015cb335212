import type { IncomingMessage, ServerResponse } from 'node:http';
import { AuthError } from '../auth/auth-error';
import { StoreError } from '../store/contract';
import { HttpError } from './http-error';

/**
 * Any origin may call the API, as on Convex: access is decided by tokens, never by cookies.
 * HTTP actions set their own CORS headers.
 */
export function allowCors(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', '*');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE, OPTIONS');
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ??
      'authorization, content-type, convex-client',
  );
  response.setHeader('access-control-max-age', '86400');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendJsonText(response, status, JSON.stringify(body));
}

/** For what is printed already. */
export function sendJsonText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/**
 * Answers an error. Known ones say what is wrong; anything else is ours, so the client gets only
 * an id that the log repeats beside the stack.
 */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  requestId: string,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // An unread body would be taken for the next request on this connection.
  if (!request.complete) response.setHeader('connection', 'close');
  const known = knownError(error);
  if (known) {
    sendJson(response, known.status, { code: known.code, message: known.message });
    return;
  }
  process.stderr.write(
    `[Request ID: ${requestId}] ${request.method} ${request.url?.split('?')[0]}: ` +
      `${error instanceof Error ? error.stack : String(error)}\n`,
  );
  sendJson(response, 500, {
    code: 'InternalServerError',
    message: `[Request ID: ${requestId}] Your request couldn't be completed. The server's log says why.`,
  });
}

function knownError(error: unknown): { status: number; code: string; message: string } | undefined {
  if (error instanceof HttpError) return error;
  // The disk is full or the file damaged: who runs the machine has to act, and is told how.
  if (error instanceof StoreError) {
    return { status: 503, code: error.code, message: error.message };
  }
  if (error instanceof AuthError) {
    const status = error.code === 'BadAdminKey' ? 403 : 401;
    return { status, code: error.code, message: error.message };
  }
  return undefined;
}
