import type { FunctionReturnType } from 'convex/server';
import { z } from 'zod';
import { api } from '../../../convex/_generated/api';
import { auditFilterLengthMax, auditSources, exportEntriesMax } from '../../shared/audit';
import { AppError } from '../app-error';
import { requireCaller, type Caller } from '../caller';
import { cappedBody } from '../capped-body';
import { toAppError } from '../convex-client';
import { errorField } from '../log';
import { annotateRequest } from '../request-event';
import { refusalOfInput } from '../trpc-errors';
import { csvLine } from './csv';

const bodyBytesMax = 8 * 1024;
const text = z.string().min(1).max(auditFilterLengthMax).optional();
const instant = z.number().int().nonnegative().optional();

const input = z.strictObject({
  format: z.enum(['csv', 'json']),
  actor: text,
  target: text,
  action: text,
  source: z.enum(auditSources).optional(),
  alarm: z.literal(true).optional(),
  from: instant,
  to: instant,
});
type ExportRequest = z.infer<typeof input>;
type Entry = FunctionReturnType<typeof api.audit.exportPage>['page'][number];

/**
 * `POST /api/audit/export`: the log as a file, page by page, so that neither server nor database
 * ever holds it whole. A page that fails breaks the download off instead of ending it early.
 */
export async function handleAuditExport(request: Request): Promise<Response> {
  try {
    if (request.method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED');
    const asked = await readInput(request);
    const caller = await requireCaller();
    annotateRequest({ userId: caller.userId });
    const convex = await caller.convex();
    const { upTo } = await convex.mutation(api.audit.beginExport, asked);
    const to = Math.min(asked.to ?? upTo, upTo);
    return new Response(streamOf(lines(caller, { ...asked, to })), {
      headers: {
        'content-type': asked.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
        'content-disposition': `attachment; filename="audit-${new Date(upTo).toISOString().slice(0, 10)}.${asked.format}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    return refusal(error);
  }
}

async function readInput(request: Request): Promise<ExportRequest> {
  const body = await cappedBody(request, bodyBytesMax);
  if (body === 'tooLarge') throw new AppError('BODY_TOO_LARGE');
  const parsed = input.safeParse(parsedJson(body));
  if (parsed.success) return parsed.data;
  throw AppError.from(refusalOfInput(parsed.error));
}

function refusal(error: unknown): Response {
  const appError = toAppError(error);
  annotateRequest({ code: appError.body.code });
  if (appError.body.code === 'INTERNAL') annotateRequest({ error: errorField(appError.cause) });
  const { retryAfterMs } = appError.body;
  return Response.json(appError.body, {
    status: appError.status,
    headers: retryAfterMs ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {},
  });
}

async function* lines(
  caller: Caller,
  { format, ...filter }: ExportRequest,
): AsyncGenerator<string> {
  const writer = format === 'csv' ? csvWriter : jsonWriter;
  yield writer.head;
  let [cursor, written]: [string | null, number] = [null, 0];
  for (;;) {
    // A long export outlives a token: each page asks for a fresh one, which is cached.
    const convex = await caller.convex();
    const page: FunctionReturnType<typeof api.audit.exportPage> = await convex.query(
      api.audit.exportPage,
      { ...filter, cursor },
    );
    const room = exportEntriesMax - written;
    for (const entry of page.page.slice(0, room)) {
      yield writer.entry(entry, written === 0);
      written += 1;
    }
    if (page.isDone || written >= exportEntriesMax) break;
    cursor = page.continueCursor;
  }
  yield writer.tail;
}

/** Reads on only as fast as the browser takes it; stops when the browser goes away. */
function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void texts.return(undefined).catch(() => undefined),
  });
}

interface Writer {
  head: string;
  entry: (entry: Entry, isFirst: boolean) => string;
  tail: string;
}

const columns = [
  'seq',
  'at',
  'action',
  'source',
  'actor',
  'actorName',
  'target',
  'targetName',
  'before',
  'after',
  'alarm',
  'correlationId',
  'hash',
];

const csvWriter: Writer = {
  head: csvLine(columns),
  entry: (entry) =>
    csvLine([
      entry.seq,
      new Date(entry.at).toISOString(),
      entry.action,
      entry.source,
      entry.actor.ref,
      entry.actor.name,
      entry.target.ref,
      entry.target.name,
      entry.before && JSON.stringify(entry.before),
      entry.after && JSON.stringify(entry.after),
      entry.alarm,
      entry.correlationId,
      entry.hash,
    ]),
  tail: '',
};

const jsonWriter: Writer = {
  head: '[',
  entry: ({ _id, at, ...entry }, isFirst) =>
    `${isFirst ? '' : ','}\n${JSON.stringify({ ...entry, at: new Date(at).toISOString() })}`,
  tail: '\n]\n',
};

function parsedJson(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
