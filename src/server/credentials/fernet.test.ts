import { createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFernet } from './fernet';

/** The key and tokens of the Fernet specification's own test vectors. */
const specKey = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const specToken =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';

/** What does not depend on the time, which an import does not look at. */
const invalid = {
  'incorrect mac':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
  'too short': 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==',
  'invalid base64':
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
  'payload size not multiple of block size':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
  'payload padding error':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
  'incorrect IV (causes padding error)':
    'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
};

/** An independent writer, by the specification. */
function write(text: string, key: Buffer, iv: Buffer): string {
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const signed = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(8), iv, sealed]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  const bare = Buffer.concat([signed, mac]).toString('base64url');
  return bare + '='.repeat((4 - (bare.length % 4)) % 4);
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

describe('E6: reading Fernet tokens', () => {
  it('reads the token of the specification', async () => {
    expect(await readFernet(specToken, specKey)).toBe('hello');
  });

  it.each(Object.entries(invalid))('refuses the one with %s', async (_, token) => {
    expect(await readFernet(token, specKey)).toBeUndefined();
  });

  it('reads whatever a writer of the specification wrote, and only with its key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        bytes(32),
        bytes(16),
        async (text, key, iv) => {
          const token = write(text, key, iv);
          expect(await readFernet(token, key.toString('base64url'))).toBe(text);
          expect(await readFernet(token, specKey)).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses a token with any one of its characters changed', async () => {
    for (let at = 0; at < specToken.length - 2; at += 1) {
      const other = specToken[at] === 'A' ? 'B' : 'A';
      const changed = specToken.slice(0, at) + other + specToken.slice(at + 1);
      expect(await readFernet(changed, specKey), `at ${at}`).toBeUndefined();
    }
  });

  it.each(['', 'short', `${specKey}AAAA`, 'ü'])('refuses the key %j', async (key) => {
    expect(await readFernet(specToken, key)).toBeUndefined();
  });
});
