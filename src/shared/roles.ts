import { appConfig } from '../../app.config';
import type { RoleVocabulary } from './role-presets';

/** A role of this installation; the union follows from `app.config.ts`. */
export type Role = (typeof appConfig.roles.order)[number];

/** The vocabulary of this installation, typed by its own role names. */
export const roleVocabulary: RoleVocabulary<Role> = appConfig.roles;

/** Highest rank first. */
export const roleNames = roleVocabulary.order;

export const defaultRole = roleVocabulary.default;

/** The role that must never be left without an active holder (design rule 7). */
export const ownerRole = roleVocabulary.owner;

/** Narrows a value from outside (metadata, form, query string) to a role by exact name. */
export function isRole(value: unknown): value is Role {
  return typeof value === 'string' && (roleNames as readonly string[]).includes(value);
}

export function roleLabel(role: Role): string {
  return roleVocabulary.definitions[role].label;
}

/** A role inside a sentence, as `staff`. */
export function roleInText(role: Role): string {
  return roleLabel(role).toLowerCase();
}

/** The owners' role inside a sentence, without an article and with one: `a superadmin`, `an admin`. */
export const ownerInText = roleInText(ownerRole);
export const anOwner = `${/^[aeiou]/.test(ownerInText) ? 'an' : 'a'} ${ownerInText}`;

/** True when `a` ranks strictly above `b`. */
export function outranks(a: Role, b: Role): boolean {
  return roleNames.indexOf(a) < roleNames.indexOf(b);
}
