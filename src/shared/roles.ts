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

/** One person of that role inside a sentence: `a superadmin`, `an admin`. */
export function aRole(role: Role): string {
  const text = roleLabel(role).toLowerCase();
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`;
}

/** The owners' role inside a sentence, without an article and with one. */
export const ownerInText = roleLabel(ownerRole).toLowerCase();
export const anOwner = aRole(ownerRole);

/** True when `a` ranks strictly above `b`. */
export function outranks(a: Role, b: Role): boolean {
  return roleNames.indexOf(a) < roleNames.indexOf(b);
}
