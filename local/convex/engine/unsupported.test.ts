import { expect, it } from 'vitest';
import { unsupportedOperation } from './unsupported';

it.each([
  ['1.0/storageGetUrl', /File storage.*elsewhere/],
  ['1.0/storageGenerateUploadUrl', /File storage.*elsewhere/],
  ['1.0/storageStoreBlob', /File storage.*elsewhere/],
  ['1.0/actions/vectorSearch', /Vector search.*search index/],
  ['1.0/signJwt', /signJwt.*crypto\.subtle/],
  ['1.0/auditLog', /Audit log.*table of your own/],
  ['1.0/somethingNew', /"1\.0\/somethingNew".*Convex Cloud or self-hosted/],
])('%s is refused by name, with the way out', (op, words) => {
  expect(unsupportedOperation(op)).toMatch(words);
});
