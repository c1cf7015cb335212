import { StoreError } from './contract';

/**
 * Transactions run one at a time, so a function that awaits what never comes would stop all
 * others. Working, however long, does not count: the timer cannot fire meanwhile, and a body that
 * is done is seen before it does.
 */
export const defaultBodyMsMax = 30_000;

export async function inTime<T>(running: T | Promise<T>, msMax: number): Promise<T> {
  if (!(running instanceof Promise)) return running;
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(stallError(msMax)), msMax);
  });
  try {
    return await Promise.race([running, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

function stallError(afterMs: number): StoreError {
  return new StoreError(
    'TransactionStalled',
    `The function waited ${afterMs} ms for something that did not come. ` +
      'Queries and mutations may await database calls only; use an action for anything else.',
  );
}
