/**
 * Runs once inside each context of actions and HTTP actions. Here functions may reach outside:
 * time, randomness, timers and `fetch` are the host's.
 */
(function installActionGlobals(host, injected) {
  'use strict';

  const define = (target, name, value) =>
    Object.defineProperty(target, name, { value, writable: true, configurable: true });

  for (const name of Object.keys(injected)) define(globalThis, name, injected[name]);
  define(globalThis, 'self', globalThis);

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

  define(
    globalThis,
    'Convex',
    Object.freeze({
      syscall: (op) => {
        throw new Error(`"${op}" can only be used in queries and mutations.`);
      },
      asyncSyscall: (op, json) =>
        new Promise((resolve, reject) => {
          host.asyncSyscall(op, json, resolve, (message, dataJson) => {
            const error = new Error(message);
            if (dataJson !== undefined) error.data = JSON.parse(dataJson);
            reject(error);
          });
        }),
      jsSyscall: (op) => {
        throw new Error(
          `"${op}" is not supported by the local runtime: it has no file storage. ` +
            'Keep files elsewhere, or use Convex Cloud.',
        );
      },
    }),
  );

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
    setEnv(env) {
      process.env = env;
    },
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
  };
});
