/** What both kinds of context have; see `prelude.ts` for how these files are run. */

export function define(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/** Names every function finds: web globals of the host, `process.env`, a `console` that is kept. */
export function installBasics(host, injected) {
  for (const name of Object.keys(injected)) define(globalThis, name, injected[name]);
  define(globalThis, 'self', globalThis);
  define(globalThis, 'process', { env: {} });
  const console = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
    console[level] = (...args) => host.log(level, args);
  }
  for (const name of ['time', 'timeEnd', 'timeLog', 'group', 'groupEnd', 'count', 'assert']) {
    console[name] = () => {};
  }
  define(globalThis, 'console', console);
}

/** The `Convex` global that the `convex` package calls; errors are made in this context. */
export function installConvex(host, { syscall, jsSyscall }) {
  const asyncSyscall = (op, json) =>
    new Promise((resolve, reject) => {
      host.asyncSyscall(op, json, resolve, (message, dataJson) => {
        const error = new Error(message);
        if (dataJson !== undefined) error.data = JSON.parse(dataJson);
        reject(error);
      });
    });
  define(globalThis, 'Convex', Object.freeze({ syscall, asyncSyscall, jsSyscall }));
}

/** What was thrown, in strings alone: it leaves the context. */
export function describe(thrown) {
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: '', message: String(thrown), stack: '' };
  }
  const described = {
    name: String(thrown.name ?? 'Error'),
    message: String(thrown.message ?? ''),
    stack: String(thrown.stack ?? ''),
  };
  if (thrown.ConvexErrorSymbol === Symbol.for('ConvexError')) described.data = String(thrown.data);
  return described;
}

/** How the host drives a context. */
export function hostApi() {
  return {
    Promise,
    setEnv(env) {
      process.env = env;
    },
    /** Calls `invoke`, and tells how its promise ends. */
    async call(invoke, done, fail) {
      let value;
      try {
        value = await invoke();
      } catch (thrown) {
        fail(describe(thrown));
        return;
      }
      done(value);
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
}
