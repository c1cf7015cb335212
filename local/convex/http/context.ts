import { randomUUID } from 'node:crypto';
import type { Bearers } from '../auth/bearer';
import type { Engine } from '../engine/contract';
import type { DeployApi } from './deploy-api';
import type { FunctionCalls } from './function-calls';
import type { FunctionLogs } from './function-logs';

/** What the servers of one deployment share. */
export interface ServerContext {
  engine: Engine;
  deploy: DeployApi;
  calls: FunctionCalls;
  logs: FunctionLogs;
  bearers: Bearers;
  instanceName: string;
  url: string;
  siteUrl: string;
}

/** 16 hex characters, as in Convex's `[Request ID: ...]`. */
export function newRequestId(): string {
  // Node draws the randomness of many ids at once.
  return randomUUID().replaceAll('-', '').slice(0, 16);
}
