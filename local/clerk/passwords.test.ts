import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './passwords';

describe('passwords', () => {
  it('verifies the password it hashed and no other', async () => {
    const hash = await hashPassword('correct-horse-9');
    expect(await verifyPassword('correct-horse-9', hash)).toBe(true);
    expect(await verifyPassword('correct-horse-8', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  it('salts: the same password never hashes alike', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  it('takes the two spellings of an accent for the same letter', async () => {
    expect(await verifyPassword('cafe\u0301-9000', await hashPassword('caf\u00e9-9000'))).toBe(
      true,
    );
  });

  it.each(['', 'plain', 'bcrypt$x', 'scrypt$1$1$1'])(
    'refuses the malformed hash "%s"',
    async (hash) => {
      expect(await verifyPassword('x', hash)).toBe(false);
    },
  );
});
