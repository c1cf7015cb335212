import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../http/router';
import { uploadedFile } from './multipart';

async function contextOf(form: FormData): Promise<RequestContext> {
  const encoded = new Response(form);
  const rawBody = Buffer.from(await encoded.arrayBuffer());
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
  // The parser looks at these two alone.
  return { rawBody, headers } as RequestContext;
}

describe('Multipart bodies', () => {
  it('give back any file as it was sent, wherever it stands in the form', async () => {
    const file = fc.uint8Array({ maxLength: 400 });
    const lines = fc
      .array(fc.constantFrom('\r\n', '--', '-', '\r', 'boundary', '\r\n\r\n'))
      .map((parts) => new TextEncoder().encode(parts.join('')));
    await fc.assert(
      fc.asyncProperty(fc.oneof(file, lines), fc.boolean(), async (content, first) => {
        const form = new FormData();
        if (!first) form.set('other', 'text before');
        form.set('file', new Blob([new Uint8Array(content)]), 'me.png');
        form.set('last', 'text after');
        const found = uploadedFile(await contextOf(form), 'file');
        expect(found.equals(Buffer.from(content))).toBe(true);
      }),
    );
  });

  it('are refused by name when the file is not there', async () => {
    const form = new FormData();
    form.set('filename', 'file');
    const ctx = await contextOf(form);
    expect(() => uploadedFile(ctx, 'file')).toThrow(/form_param_missing/);
    const plain = { rawBody: Buffer.from('file'), headers: {} } as RequestContext;
    expect(() => uploadedFile(plain, 'file')).toThrow(/form_param_missing/);
  });

  it('end the search at a body that was cut off', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(300)]), 'me.png');
    const { rawBody, headers } = await contextOf(form);
    const cut = { rawBody: rawBody.subarray(0, 200), headers } as RequestContext;
    expect(() => uploadedFile(cut, 'file')).toThrow(/form_param_missing/);
  });
});
