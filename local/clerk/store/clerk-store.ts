import type { OrganizationQueries } from './organization-query';
import type { Entities, TableName, UserEntity } from './types';
import type { UserQueries } from './user-query';

/** The fields by which each table can be filtered and sorted; each is an indexed column. */
export const indexedFields = {
  users: [
    'createdAt',
    'updatedAt',
    'lastSignInAt',
    'lastActiveAt',
    'externalId',
    'username',
    'firstName',
    'lastName',
    'banned',
  ],
  sessions: ['createdAt', 'userId', 'clientId', 'status'],
  clients: ['createdAt', 'devBrowserToken', 'cookieToken'],
  signIns: ['createdAt', 'clientId'],
  signUps: ['createdAt', 'clientId'],
  organizations: ['createdAt', 'name', 'slug'],
  memberships: ['createdAt', 'organizationId', 'userId', 'role'],
  invitations: ['createdAt', 'emailAddress', 'status', 'ticket'],
  organizationInvitations: ['createdAt', 'organizationId', 'emailAddress', 'status', 'ticket'],
  mails: ['createdAt', 'to'],
} as const satisfies { [T in TableName]: readonly (keyof Entities[T])[] };

export type IndexedField<T extends TableName> = (typeof indexedFields)[T][number] &
  keyof Entities[T];

/** Every named field must be equal to the given value; an array means "one of". */
export type Where<T extends TableName> = {
  [F in IndexedField<T>]?: Entities[T][F] | readonly Entities[T][F][];
};

export interface FindOptions<T extends TableName> {
  orderBy?: IndexedField<T>;
  direction?: 'ascending' | 'descending';
  limit?: number;
  offset?: number;
}

/** Synchronous reads. Order without `orderBy` is by `createdAt`, oldest first. */
export interface ClerkReader {
  get<T extends TableName>(table: T, id: string): Entities[T] | null;
  find<T extends TableName>(table: T, where: Where<T>, options?: FindOptions<T>): Entities[T][];
  first<T extends TableName>(table: T, where: Where<T>): Entities[T] | null;
  count<T extends TableName>(table: T, where: Where<T>): number;
  /** Finds the owner of an address, whatever its case and whether or not it is the primary one. */
  userByEmail(email: string): UserEntity | null;
  userByEmailId(emailId: string): UserEntity | null;
  readonly users: UserQueries;
  readonly organizations: OrganizationQueries;
}

/** Writes of one transaction. `update` sets `updatedAt` itself, always later than before. */
export interface ClerkTransaction extends ClerkReader {
  insert<T extends TableName>(table: T, entity: Entities[T]): Entities[T];
  /** Throws when there is no such entity: callers answer 404 before they change anything. */
  update<T extends TableName>(table: T, id: string, patch: Partial<Entities[T]>): Entities[T];
  remove(table: TableName, id: string): void;
}

/** Where a change came from; goes into the `event_attributes` of its webhooks. */
export interface ChangeOrigin {
  clientIp: string;
  userAgent: string;
}

export interface ClerkStore extends ClerkReader {
  /**
   * Runs `change` in one durable transaction. The webhook messages that the change causes
   * (`webhooks/events-of-changes.ts`) are derived from what was written and saved in the same
   * transaction, so that no caller can forget one or send one for a change that was rolled back.
   * Synchronous: hash passwords before. Throwing rolls everything back.
   */
  transact<R>(change: (tx: ClerkTransaction) => R, origin?: ChangeOrigin): R;
  close(): void;
}
