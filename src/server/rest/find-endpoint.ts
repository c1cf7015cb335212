import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import type { ProcedureMeta, RestMeta } from './meta';

/** One address and method, and the procedure behind it. */
export interface Endpoint {
  /** `users.setRole` */
  procedure: string;
  type: 'query' | 'mutation';
  rest: RestMeta;
  path: string;
  pattern: RegExp;
  input: z.ZodObject | undefined;
}

function patternOf(path: string): RegExp {
  const source = path.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+)`);
  return new RegExp(`^${source}$`);
}

function inputOf(procedure: AnyTRPCProcedure): z.ZodObject | undefined {
  const inputs: unknown[] = procedure._def.inputs;
  const [input] = inputs;
  return input instanceof z.ZodObject ? input : undefined;
}

/** Every endpoint of a router's procedures, aliases included. */
export function endpointsOf(router: AnyTRPCRouter): Endpoint[] {
  const procedures = Object.entries(router._def.procedures as Record<string, AnyTRPCProcedure>);
  return procedures.flatMap(([name, procedure]) => {
    // tRPC types the meta of a whole router as unknown; `trpc.ts` fixes it.
    const { rest } = (procedure._def.meta ?? {}) as ProcedureMeta;
    const { type } = procedure._def;
    if (!rest || type === 'subscription') return [];
    const input = inputOf(procedure);
    return [rest.path, ...(rest.aliases ?? [])].map((path) => ({
      procedure: name,
      type,
      rest,
      path,
      pattern: patternOf(path),
      input,
    }));
  });
}

export type Found =
  | { kind: 'found'; endpoint: Endpoint; params: Record<string, string> }
  | { kind: 'otherMethod'; allow: string[] }
  | { kind: 'nothing' };

function decoded(groups: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    // A lone percent sign names nothing that we have.
    return undefined;
  }
}

export function findEndpoint(
  endpoints: readonly Endpoint[],
  method: string,
  pathname: string,
): Found {
  const here = endpoints.flatMap((endpoint) => {
    const match = endpoint.pattern.exec(pathname);
    return match ? [{ endpoint, groups: match.groups ?? {} }] : [];
  });
  if (here.length === 0) return { kind: 'nothing' };
  const wanted = method === 'HEAD' ? 'GET' : method;
  const hit = here.find(({ endpoint }) => endpoint.rest.method === wanted);
  if (!hit) {
    const methods = here.map(({ endpoint }) => endpoint.rest.method);
    return { kind: 'otherMethod', allow: [...new Set([...methods, 'OPTIONS'])] };
  }
  const params = decoded(hit.groups);
  return params ? { kind: 'found', endpoint: hit.endpoint, params } : { kind: 'nothing' };
}
