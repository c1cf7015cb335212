import type { RequestContext } from '../http/router';
import { frontendErrors } from './errors';

/** The bytes of a file in a `multipart/form-data` body. Throws Clerk's 422 when it is not there. */
export function uploadedFile(ctx: RequestContext, name: string): Buffer {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(ctx.headers['content-type'] ?? '');
  const delimiter = boundary?.[1] ?? boundary?.[2];
  if (delimiter === undefined) throw frontendErrors.missing(name);
  for (const part of partsOf(ctx.rawBody, `--${delimiter}`)) {
    const headerEnd = part.indexOf('\r\n\r\n');
    if (headerEnd < 0) continue;
    const header = part.toString('utf8', 0, headerEnd);
    const disposition = /content-disposition:[^\r\n]*?[; ]name="([^"]*)"/i.exec(header);
    if (disposition?.[1] === name) return part.subarray(headerEnd + 4);
  }
  throw frontendErrors.missing(name);
}

/** What stands between the delimiters, without the line breaks that belong to them. */
function partsOf(body: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length + 2;
    const next = body.indexOf(`\r\n${delimiter}`, start + delimiter.length);
    if (next < 0) break;
    parts.push(body.subarray(from, next));
    start = next + 2;
  }
  return parts;
}
