import type { AnyTRPCProcedure } from '@trpc/server';
import fc from 'fast-check';
import { z } from 'zod';
import type { Endpoint } from '../../src/server/rest/find-endpoint';
import { appRouter } from '../../src/server/routers/app';
import type { DoorRequest } from './doors';
import { fittingInput } from './fitting';
import { hostileValue, mutated, oddContentTypes, wellFormed } from './hostile';

export interface Procedure {
  name: string;
  type: 'query' | 'mutation';
  input: z.ZodType;
}

const nothing = z.undefined();

/** Every procedure of tRPC with what it takes. */
export function allProcedures(): Procedure[] {
  return Object.entries(appRouter._def.procedures).flatMap(([name, procedure]) => {
    // tRPC types procedures one by one; here they are all alike.
    const { type, inputs } = (procedure as unknown as AnyTRPCProcedure)._def;
    const [input]: unknown[] = inputs;
    const takes = input instanceof z.ZodType ? input : nothing;
    return type === 'subscription' ? [] : [{ name, type, input: takes }];
  });
}

/** Whether the schema of a procedure refuses it; one without a schema takes no notice of input. */
export function isMalformed(input: z.ZodType, value: unknown): boolean {
  return input !== nothing && !input.safeParse(value).success;
}

/** Mostly input that fits but for one to three of its parts, sometimes good, sometimes anything. */
export function spoiled(
  input: z.ZodType | undefined,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  const good = input && input !== nothing ? fittingInput(input, ids) : fc.constant({});
  return fc.oneof(
    { weight: 5, arbitrary: good.chain(mutated) },
    { weight: 1, arbitrary: good },
    { weight: 1, arbitrary: hostileValue },
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown) =>
  wellFormed(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 1_000);
const inAddress = (value: unknown) => encodeURIComponent(textOf(value));

export interface Shot {
  url: string;
  request: DoorRequest;
  /** Whether it can be taken for something other than malformed. */
  mayPass: boolean;
}

/** `value` as a request of that endpoint: fields into path, query or body; `odd` breaks its form. */
export function restShot({ rest, path, input }: Endpoint, value: unknown, odd: number): Shot {
  const fields = isRecord(value) ? value : {};
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const at = path.replace(/\{(\w+)\}/g, (_, name: string) => inAddress(fields[name] ?? 'x'));
  const others = Object.entries(fields).filter(([name]) => !names.includes(name));
  const { method } = rest;
  if (method === 'GET' || method === 'DELETE') {
    const query = others.map(([name, each]) => `${inAddress(name)}=${inAddress(each)}`);
    const url = query.length > 0 ? `${at}?${query.join('&')}` : at;
    return { url, request: { method }, mayPass: true };
  }
  const body = JSON.stringify(isRecord(value) ? Object.fromEntries(others) : value) ?? '';
  const type = odd === 0 ? oddContentTypes[body.length % 7] : 'application/json';
  const cut = odd === 1 ? body.slice(0, -1) : body;
  const params = Object.fromEntries(names.map((name) => [name, textOf(fields[name] ?? 'x')]));
  const whole = { ...Object.fromEntries(others), ...params };
  const fits = input ? input.safeParse(whole).success : Object.keys(whole).length === 0;
  return {
    url: at,
    request: { method, headers: { 'content-type': type ?? '' }, body: cut },
    mayPass: fits || body === '',
  };
}
