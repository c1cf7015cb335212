import { afterEach, beforeEach } from 'vitest';
import type { Json } from '../../engine/contract';
import type { FakeFunction } from './fake-engine';
import { startFakeConvex, type FakeConvex } from './start-fake';

type Headers = Record<string, string>;

/** Fresh servers over the fake engine for each test of a file, and short ways to call them. */
export function useFakeConvex(functions: Record<string, FakeFunction> = {}) {
  let running: FakeConvex | undefined;
  beforeEach(async () => {
    running = await startFakeConvex(functions);
  });
  afterEach(() => running?.close());
  const convex = () => {
    if (!running) throw new Error('The servers run within tests only.');
    return running;
  };
  const post = (path: string, body: BodyInit, headers: Headers = {}) =>
    fetch(`${convex().url}${path}`, { method: 'POST', body, headers });
  const call = (path: string, body: Json, headers: Headers = {}) =>
    post(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  const admin = () => ({ authorization: `Convex ${convex().adminKey}` });
  return { convex, post, call, admin };
}
