import { hostApi, installBasics, installConvex } from './shared.js';

/**
 * Contexts of actions and HTTP actions: functions may reach outside, so time, randomness, timers
 * and `fetch` are the host's.
 */
export function install(host, injected) {
  installBasics(host, injected);
  installConvex(host, {
    syscall: (op) => {
      throw new Error(`"${op}" can only be used in queries and mutations.`);
    },
    jsSyscall: (op) => {
      throw new Error(
        `"${op}" is not supported by the local runtime: it has no file storage. ` +
          'Keep files elsewhere, or use Convex Cloud.',
      );
    },
  });
  return hostApi();
}
