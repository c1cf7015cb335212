import { describe, expect, it } from 'vitest';
import { checkSettings } from './check-settings';
import { isWebhookSecretRing, publishableKeyHost } from '../../src/shared/doctor/key-formats';

const live = `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`;
const test = `pk_test_${Buffer.from('happy-stub-42.clerk.accounts.dev$').toString('base64').replace(/=+$/, '')}`;

describe('F2: the forms of keys', () => {
  it('a publishable key carries the host of its instance, with or without padding', () => {
    expect(publishableKeyHost(live)).toBe('clerk.example.com');
    expect(publishableKeyHost(test)).toBe('happy-stub-42.clerk.accounts.dev');
    expect(publishableKeyHost('pk_test_bm90IGEgaG9zdA')).toBeUndefined();
    expect(publishableKeyHost(live.replace('pk_', 'sk_'))).toBeUndefined();
  });

  it('a ring of signing secrets is well-formed only when each one is', () => {
    const secret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
    expect(isWebhookSecretRing(secret)).toBe(true);
    expect(isWebhookSecretRing(`${secret} ${secret}`)).toBe(true);
    expect(isWebhookSecretRing(`${secret} plJ3nmyCDGBKInavdOK15jsl`)).toBe(false);
    expect(isWebhookSecretRing('')).toBe(false);
  });

  it('a production key beside a development key is a problem', () => {
    const values = { CLERK_PUBLISHABLE_KEY: live, CLERK_SECRET_KEY: 'sk_test_0123456789' };
    const pair = checkSettings({ values, source: 'test' }).find(
      ({ id }) => id === 'setting.key-pair',
    );
    expect(pair?.state).toBe('problem');
    expect(pair?.remedy).toContain('same instance');
  });
});
