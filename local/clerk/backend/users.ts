import { banUser, unbanUser } from '../actions/users';
import { route, type Route } from '../http/router';
import { createUser } from './user-create';
import { countUsers, listUsers } from './user-list';
import { mergeUserMetadata, replaceUserMetadata } from './user-metadata';
import { getUser } from './user-access';
import {
  banOne,
  bulkChange,
  checkPassword,
  lockOne,
  removePassword,
  removeUser,
  unbanOne,
  unlockOne,
  updateUser,
} from './user-write';

export const userRoutes: readonly Route[] = [
  route('GET', '/v1/users', listUsers),
  route('POST', '/v1/users', createUser),
  route('GET', '/v1/users/count', countUsers),
  route('POST', '/v1/users/ban', bulkChange(banUser)),
  route('POST', '/v1/users/unban', bulkChange(unbanUser)),
  route('GET', '/v1/users/:userId', getUser),
  route('PATCH', '/v1/users/:userId', updateUser),
  route('DELETE', '/v1/users/:userId', removeUser),
  route('PATCH', '/v1/users/:userId/metadata', mergeUserMetadata),
  route('PUT', '/v1/users/:userId/metadata', replaceUserMetadata),
  route('POST', '/v1/users/:userId/ban', banOne),
  route('POST', '/v1/users/:userId/unban', unbanOne),
  route('POST', '/v1/users/:userId/lock', lockOne),
  route('POST', '/v1/users/:userId/unlock', unlockOne),
  route('POST', '/v1/users/:userId/verify_password', checkPassword),
  route('POST', '/v1/users/:userId/remove_password', removePassword),
];
