import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { evaluateAuthConfig } from './auth-config';
import { evaluatePush } from './evaluate-push';
import { startPushAnswer } from './push-answer';
import { PushError } from './push-error';
import { parseStartPush, type StartPushRequest } from './push-request';

/** The two endpoints that `convex codegen` asks, without any store behind them. */
export interface CodegenServer {
  url: string;
  adminKey: string;
  close(): Promise<void>;
}

/** Pushes of real products stay far below; more is a mistake. */
const bodyBytesMax = 64 * 1024 * 1024;
/** Stands for variables that only a deployment has: generated code does not depend on values. */
const placeholder = 'https://unset.invalid';

export async function startCodegenServer(): Promise<CodegenServer> {
  const adminKey = `codegen|${randomBytes(24).toString('hex')}`;
  const server = createServer((request, response) => {
    void answer(request, adminKey).then(({ status, body }) => send(response, status, body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A listening TCP server has a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    adminKey,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  body: object;
}

async function answer(request: IncomingMessage, adminKey: string): Promise<Answer> {
  try {
    if (!isAuthorized(request.headers.authorization ?? '', `Convex ${adminKey}`)) {
      return { status: 401, body: { code: 'Unauthorized', message: 'Wrong admin key.' } };
    }
    const body = await readJson(request);
    switch (request.url) {
      case '/api/get_config_hashes':
        return { status: 200, body: noConfig };
      case '/api/deploy2/start_push':
        return { status: 200, body: await codegenAnswer(parseStartPush(body)) };
      default:
        throw new PushError(
          'NotSupportedLocally',
          `${request.url ?? ''} is not part of code generation. Start the local stack (npm start) to push code.`,
        );
    }
  } catch (error) {
    const code = error instanceof PushError ? error.code : 'CodegenFailed';
    return {
      status: 400,
      body: { code, message: error instanceof Error ? error.message : String(error) },
    };
  }
}

const noConfig = {
  config: { functions: 'convex/' },
  moduleHashes: [],
  nodeDependencies: [],
  udfServerVersion: null,
};

async function codegenAnswer(request: StartPushRequest): Promise<object> {
  const code = await evaluatePush(request, { env: {}, previous: new Map(), placeholder });
  const modules = code.components.get('')?.modules ?? new Map();
  return startPushAnswer(code, {
    env: {},
    authProviders: evaluateAuthConfig(modules, { env: {}, placeholder }),
    schemaChange: { allocatedComponentIds: {}, schemaIds: {}, indexDiffs: {} },
  });
}

function isAuthorized(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax)
      throw new PushError('BadPushRequest', 'The push is larger than 64 MiB.');
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  const text =
    request.headers['content-encoding'] === 'br' ? await promisify(brotliDecompress)(raw) : raw;
  return JSON.parse(text.toString());
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
