import { ConvexError } from 'convex/values';
import { describe, expect, it } from 'vitest';
import { errorBody } from '../shared/error-codes';
import { CodedError, errorBodyOf } from './coded-error';

const body = errorBody('LAST_OWNER');

describe('what went wrong, from whatever was caught', () => {
  it.each([
    ['our own error', new CodedError(body)],
    ['an error of Convex', new ConvexError({ ...body })],
    ['an error of tRPC', Object.assign(new Error('x'), { data: { error: body } })],
  ])('finds the code in %s', (_name, error) => {
    expect(errorBodyOf(error)).toEqual(body);
  });

  it.each([
    new Error('at secret.ts:1'),
    'text',
    null,
    { code: 'LAST_OWNER' },
    new ConvexError('x'),
  ])('takes %s for INTERNAL and keeps its text to itself', (error) => {
    expect(errorBodyOf(error)).toEqual(errorBody('INTERNAL'));
  });

  it('tells a lost connection from a failure of ours', () => {
    expect(errorBodyOf(new TypeError('Failed to fetch')).message).toMatch(/cannot be reached/);
  });
});
