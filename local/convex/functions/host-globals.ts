/**
 * Web globals that every context gets from the host. Binary types must come from here, too:
 * what `TextEncoder` and friends return has to be `instanceof` the context's own names.
 */
const shared = {
  ArrayBuffer,
  DataView,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
  AbortController,
  AbortSignal,
  Blob,
  DOMException,
  Event,
  EventTarget,
  FormData,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  URLSearchParams,
  WritableStream,
  atob,
  btoa,
  structuredClone,
};

export function sharedGlobals(): Record<string, unknown> {
  return { ...shared };
}
