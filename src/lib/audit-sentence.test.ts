import { expect, test } from 'vitest';
import { auditSentence, partyLabel, type AuditWords } from './audit-sentence';

function read(words: AuditWords): string {
  const name = { actor: 'Ada', target: 'Ben' };
  return auditSentence(words)
    .map((part) => (typeof part === 'string' ? name[part] : part.text))
    .join('');
}

test('entries read as sentences, with labels instead of role names', () => {
  expect(
    read({ action: 'role.changed', before: { role: 'staff' }, after: { role: 'admin', rev: 2 } }),
  ).toBe('Ada changed the role of Ben from Staff to Admin');
  expect(read({ action: 'user.deactivated', after: { isActive: false } })).toBe(
    'Ada deactivated Ben',
  );
  expect(read({ action: 'bulk.completed', after: { total: 1200, changed: 3, refused: 1 } })).toBe(
    'A bulk change of 1,200 people by Ada ended: 3 changed, 1 refused',
  );
});

test('an action without a template is still told in words', () => {
  expect(read({ action: 'brake.openedAgain' })).toBe('Ada: brake opened again, Ben');
});

test('parties without a row have names of their own', () => {
  expect(['system', 'cli', 'token:abc', 'user:user_1'].map(partyLabel)).toEqual([
    'Rollcall',
    'The command line',
    'An API token',
    'user_1',
  ]);
});
