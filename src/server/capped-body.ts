/**
 * The whole body of a request, read up to `bytesMax`: nobody can make the server hold more. Undefined
 * when there is none.
 */
export async function cappedBody(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | 'tooLarge' | undefined> {
  if (!request.body) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(Buffer.concat(chunks, bytes));
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      void reader.cancel().catch(() => undefined);
      return 'tooLarge';
    }
    chunks.push(value);
  }
}

/**
 * The same request with a body that has been read. Part by part: the server's own requests only look
 * like the runtime's `Request`, which does not copy them as a whole.
 */
export function withBody({ url, method, headers, signal }: Request, body: BodyInit): Request {
  return new Request(url, { method, headers: [...headers], signal, body });
}
