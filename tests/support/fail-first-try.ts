import { afterEach } from 'vitest';
import { triesBefore } from './tries';

/*
 * `FAIL_FIRST_TRY=1 npx vitest run --project e2e <file>`: every first try fails at its end, so that
 * the second ones prove that they can pass from where the first ones left.
 */
if (process.env.FAIL_FIRST_TRY === '1') {
  afterEach((context) => {
    if (triesBefore(context) === 0) throw new Error('failed on purpose, to be tried again');
  });
}
