import { describe, expect, it } from 'vitest';
import { parseBody, parseCookies } from './request-body';

const parse = (text: string, type?: string) => parseBody(Buffer.from(text), type);

describe('parseBody', () => {
  it('reads JSON objects and forms alike, and nothing as an empty object', () => {
    expect(parse('{"a":1}', 'application/json; charset=utf-8')).toEqual({ a: 1 });
    expect(parse('a=1&b=x+y&b=z&c%5B%5D=q', 'application/x-www-form-urlencoded')).toEqual({
      a: '1',
      b: ['x y', 'z'],
      c: ['q'],
    });
    expect(parse('')).toEqual({});
    expect(parse('--x', 'multipart/form-data; boundary=x')).toEqual({});
  });

  it.each(['{', '[1]', 'null', '"x"', '12'])('refuses %s with Clerk’s 400', (text) => {
    expect(() => parse(text, 'application/json')).toThrow('request_body_invalid');
  });
});

describe('parseCookies', () => {
  it('takes the first of a name, decodes, and skips what is no cookie', () => {
    expect(parseCookies('a=1; a=2; b=x%20y; junk; c=%zz; d=p=q')).toEqual({
      a: '1',
      b: 'x y',
      c: '%zz',
      d: 'p=q',
    });
    expect(parseCookies(undefined)).toEqual({});
  });
});
