/** Why the runtime could not start, and the way out, in one message for people. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
