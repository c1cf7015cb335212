/**
 * Runs once inside each context of queries and mutations, before any module. Makes the context
 * deterministic: time stands still, randomness is seeded, nothing reaches the outside.
 * Everything here is the context's own, so that `instanceof Error`, `Promise` and `Date` hold.
 */
(function installTransactionGlobals(host, injected) {
  'use strict';

  const define = (target, name, value) =>
    Object.defineProperty(target, name, { value, writable: true, configurable: true });

  for (const name of Object.keys(injected)) define(globalThis, name, injected[name]);
  define(globalThis, 'self', globalThis);

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
  define(Math, 'random', () => host.random());

  const process = { env: {} };
  define(globalThis, 'process', process);

  const console = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
    console[level] = (...args) => host.log(level, args);
  }
  for (const ignored of ['time', 'timeEnd', 'timeLog', 'group', 'groupEnd', 'count', 'assert']) {
    console[ignored] = () => {};
  }
  define(globalThis, 'console', console);

  const refuse = (name) => {
    define(globalThis, name, () => {
      throw new Error(
        `Can't use ${name}() in queries and mutations. Please consider using an action. ` +
          'See https://docs.convex.dev/functions/actions for more details.',
      );
    });
  };
  for (const name of ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket'])
    refuse(name);
  define(globalThis, 'clearTimeout', () => {});
  define(globalThis, 'clearInterval', () => {});
  define(globalThis, 'queueMicrotask', (callback) => {
    void Promise.resolve().then(() => callback());
  });

  /** A host function answers `{value}` or `{error}`: an error made here is of this context. */
  const unwrap = (answer) => {
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  };

  const subtle = {};
  for (const name of ['digest', 'importKey', 'exportKey', 'sign', 'verify']) {
    subtle[name] = async (...args) => unwrap(host.subtle(name, args));
  }
  for (const name of [
    'encrypt',
    'decrypt',
    'deriveBits',
    'deriveKey',
    'generateKey',
    'wrapKey',
    'unwrapKey',
  ]) {
    subtle[name] = async () => {
      throw new Error(
        `crypto.subtle.${name}() is not available in queries and mutations of the local runtime. ` +
          'Move it to an action.',
      );
    };
  }
  define(globalThis, 'crypto', {
    subtle,
    getRandomValues(array) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(host.random() * 256);
      return array;
    },
    randomUUID() {
      const bytes = this.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
    },
  });

  define(
    globalThis,
    'Convex',
    Object.freeze({
      syscall: (op, json) => unwrap(host.syscall(op, json)),
      asyncSyscall: (op, json) =>
        new Promise((resolve, reject) => {
          host.asyncSyscall(op, json, resolve, (message, dataJson) => {
            const error = new Error(message);
            if (dataJson !== undefined) error.data = JSON.parse(dataJson);
            reject(error);
          });
        }),
      jsSyscall: (op) => {
        throw new Error(`"${op}" is not supported in queries and mutations of the local runtime.`);
      },
    }),
  );

  /** What was thrown, in strings alone: it leaves the context. */
  const describe = (thrown) => {
    if (typeof thrown !== 'object' || thrown === null) {
      return { name: '', message: String(thrown), stack: '' };
    }
    const described = {
      name: String(thrown.name ?? 'Error'),
      message: String(thrown.message ?? ''),
      stack: String(thrown.stack ?? ''),
    };
    if (thrown.ConvexErrorSymbol === Symbol.for('ConvexError'))
      described.data = String(thrown.data);
    return described;
  };

  return {
    Promise,
    describe,
    setEnv(env) {
      process.env = env;
    },
    /** Calls `invoke`, and tells how its promise ends. */
    call(invoke, done, fail) {
      let promise;
      try {
        promise = invoke();
      } catch (thrown) {
        fail(describe(thrown));
        return;
      }
      Promise.resolve(promise).then(
        (value) => done(value),
        (thrown) => fail(describe(thrown)),
      );
    },
    /** Runs `body` at once. */
    attempt(body) {
      try {
        return { value: body() };
      } catch (thrown) {
        return { error: describe(thrown) };
      }
    },
  };
});
