import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import type { Json, JsonObject } from '../engine/contract';
import { HttpError } from './http-error';

const mebibyte = 1024 * 1024;

/** Convex's cap for the body of an HTTP action. */
export const httpActionBodyBytesMax = 20 * mebibyte;
/** Arguments may be 16 MiB (Convex's limit); JSON escaping and the envelope come on top. */
export const functionBodyBytesMax = 20 * mebibyte;
/** A push carries every module with its source map. */
export const deployBodyBytesMax = 256 * mebibyte;

/** Reads the raw body; throws 413 as soon as the cap is passed, without keeping the rest. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new HttpError(413, 'RequestTooLarge', `The request body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Events: an iterator over a request costs several times as much as a small body.
    request
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          request.pause();
          request.removeAllListeners('data');
          reject(tooLarge());
        } else chunks.push(chunk);
      })
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', reject)
      .once('close', () => {
        if (!request.complete) reject(new Error('The connection ended amid the body.'));
      });
  });
}

/** Reads a JSON object, decompressing as `Content-Encoding` says (the CLI sends brotli). */
export async function readJsonObject(
  request: IncomingMessage,
  maxBytes: number,
): Promise<JsonObject> {
  const raw = await readBody(request, maxBytes);
  const text = (await decompress(raw, request.headers['content-encoding'], maxBytes)).toString();
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new HttpError(
      400,
      'BadJsonBody',
      `The request body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'BadJsonBody', 'The request body must be a JSON object.');
  }
  return value;
}

async function decompress(raw: Buffer, encoding = 'identity', maxBytes: number): Promise<Buffer> {
  const options = { maxOutputLength: maxBytes };
  try {
    switch (encoding) {
      case 'identity':
        return raw;
      case 'br':
        return await promisify(brotliDecompress)(raw, options);
      case 'gzip':
        return await promisify<Buffer, typeof options, Buffer>(gunzip)(raw, options);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ERR_BUFFER_TOO_LARGE'
      ? new HttpError(413, 'RequestTooLarge', `The request body exceeds ${maxBytes} bytes.`)
      : new HttpError(400, 'BadRequestBody', `The ${encoding} body is damaged: ${message}`);
  }
  throw new HttpError(415, 'UnsupportedEncoding', `Content-Encoding "${encoding}" is unknown.`);
}
