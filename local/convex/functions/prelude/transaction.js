import { define, hostApi, installBasics, installConvex } from './shared.js';

/**
 * Contexts of queries and mutations: time stands still, randomness is seeded, nothing reaches the
 * outside. Everything is the context's own, so that `instanceof Error`, `Promise` and `Date` hold.
 */
export function install(host, injected) {
  installBasics(host, injected);
  freezeTime(host);
  define(Math, 'random', () => host.random());
  refuseOutside();
  define(globalThis, 'crypto', seededCrypto(host));
  installConvex(host, {
    syscall: (op, json) => unwrap(host.syscall(op, json)),
    jsSyscall: (op) => {
      throw new Error(`"${op}" is not supported in queries and mutations of the local runtime.`);
    },
  });
  return hostApi();
}

/** A host function answers `{value}` or `{error}`: an error made here is of this context. */
function unwrap(answer) {
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

function freezeTime(host) {
  const RealDate = Date;
  function FrozenDate(...args) {
    if (!new.target) return new RealDate(host.now()).toString();
    return Reflect.construct(RealDate, args.length > 0 ? args : [host.now()], new.target);
  }
  FrozenDate.prototype = RealDate.prototype;
  FrozenDate.now = () => host.now();
  FrozenDate.parse = RealDate.parse;
  FrozenDate.UTC = RealDate.UTC;
  define(RealDate.prototype, 'constructor', FrozenDate);
  define(FrozenDate, 'name', 'Date');
  define(globalThis, 'Date', FrozenDate);
  define(globalThis, 'performance', { now: () => 0, timeOrigin: 0 });
}

function refuseOutside() {
  for (const name of ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket']) {
    define(globalThis, name, () => {
      throw new Error(
        `Can't use ${name}() in queries and mutations. Please consider using an action. ` +
          'See https://docs.convex.dev/functions/actions for more details.',
      );
    });
  }
  define(globalThis, 'clearTimeout', () => {});
  define(globalThis, 'clearInterval', () => {});
  define(globalThis, 'queueMicrotask', async (task) => {
    await Promise.resolve();
    task();
  });
}

const refusedSubtle = [
  'encrypt',
  'decrypt',
  'deriveBits',
  'deriveKey',
  'generateKey',
  'wrapKey',
  'unwrapKey',
];

function seededCrypto(host) {
  const subtle = {};
  for (const name of ['digest', 'importKey', 'exportKey', 'sign', 'verify']) {
    subtle[name] = async (...args) => unwrap(host.subtle(name, args));
  }
  for (const name of refusedSubtle) {
    subtle[name] = async () => {
      throw new Error(
        `crypto.subtle.${name}() is not available in queries and mutations of the local runtime. ` +
          'Move it to an action.',
      );
    };
  }
  const getRandomValues = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(host.random() * 256);
    return array;
  };
  const randomUUID = () => {
    const bytes = getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return [20, 16, 12, 8].reduce((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
  };
  return { subtle, getRandomValues, randomUUID };
}
