import { z } from 'zod';
import { AppError } from '../app-error';
import { cappedBody } from '../capped-body';
import type { Endpoint } from './find-endpoint';

/** Requests of the API are small; anything larger is none. */
export const restBodyBytesMax = 64 * 1024;

/** The schema inside `optional()` and `default()`. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return bare(schema.def.innerType);
  }
  return schema;
}

/** A query string holds text only: read it as what the field is, and leave judging to the schema. */
function fromText(schema: z.core.$ZodType | undefined, texts: string[]): unknown {
  const [text = ''] = texts;
  const kind = schema && bare(schema);
  if (kind instanceof z.ZodArray) return texts.flatMap((part) => part.split(','));
  if (texts.length > 1) return texts;
  if (kind instanceof z.ZodNumber)
    return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
  if (kind instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function readQuery({ input }: Endpoint, query: URLSearchParams): Record<string, unknown> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(
    names.map((name) => [
      name,
      fromText(
        Object.hasOwn(input?.shape ?? {}, name) ? input?.shape[name] : undefined,
        query.getAll(name),
      ),
    ]),
  );
}

async function readBody(request: Request): Promise<Record<string, unknown>> {
  if (Number(request.headers.get('content-length') ?? 0) > restBodyBytesMax) {
    throw new AppError('BODY_TOO_LARGE');
  }
  const bytes = await cappedBody(request, restBodyBytesMax);
  if (bytes === 'tooLarge') throw new AppError('BODY_TOO_LARGE');
  if (!bytes || bytes.byteLength === 0) return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('INVALID_INPUT', { message: 'The body is not valid JSON.' }, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('INVALID_INPUT', { message: 'The body must be a JSON object.' });
  }
  return { ...value };
}

/** What the procedure is called with: query or body, and the fields that the path names. */
export async function readInput(
  endpoint: Endpoint,
  request: Request,
  params: Record<string, string>,
): Promise<unknown> {
  const { searchParams } = new URL(request.url);
  const byBody = endpoint.rest.method === 'POST' || endpoint.rest.method === 'PATCH';
  if (byBody && searchParams.size > 0) {
    const message = 'This endpoint takes its input from the body, not from the query string.';
    throw new AppError('INVALID_INPUT', { message });
  }
  const fields = byBody ? await readBody(request) : readQuery(endpoint, searchParams);
  const doubled = Object.keys(params).find((name) => Object.hasOwn(fields, name));
  if (doubled !== undefined) {
    const message = `${doubled}: is named by the address already.`;
    throw new AppError('INVALID_INPUT', { field: doubled, message });
  }
  const input = { ...fields, ...params };
  if (endpoint.input !== undefined) return input;
  const [first] = Object.keys(input);
  if (first === undefined) return undefined;
  const message = `${first}: there is no such field here.`;
  throw new AppError('INVALID_INPUT', { field: first, message });
}
