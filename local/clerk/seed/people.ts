import { newEmailAddress } from '../actions/identifiers';
import { newUser } from '../actions/users';
import type { Metadata, UserEntity } from '../store/types';
import { defaultRole, roleNames } from '../../../src/shared/roles';

/** `admin` of the default roles. */
const roleAboveLast = roleNames.at(-2) ?? defaultRole;

const firstNames = [
  'Ada',
  'Amara',
  'Aiko',
  'Alejandro',
  'Anaïs',
  'Andrzej',
  'Anjali',
  'Aroha',
  'Björn',
  'Brigid',
  'Carlos',
  'Chiara',
  'Chidi',
  'Daniel',
  'Dilnoza',
  'Emeka',
  'Emma',
  'Fatima',
  'Freya',
  'Giulia',
  'Grace',
  'Hana',
  'Hiroshi',
  'Ingrid',
  'Ivan',
  'Jamal',
  'Jana',
  'Jun',
  'Kwame',
  'Laila',
  'Lars',
  'Leilani',
  'Lucía',
  'Mairéad',
  'Marek',
  'María',
  'Mei',
  'Miguel',
  'Nadia',
  'Noah',
  'Nour',
  'Olga',
  'Omar',
  'Priya',
  'Quynh',
  'Rahul',
  'Renée',
  'Sana',
  'Sinéad',
  'Søren',
  'Tariq',
  'Thandiwe',
  'Tomás',
  'Uma',
  'Viktor',
  'Wanjiru',
  'Xavier',
  'Yara',
  'Yusuf',
  'Zoë',
];
const lastNames = [
  'Abara',
  'Adeyemi',
  'Andersson',
  'Aoki',
  'Baptiste',
  'Bianchi',
  'Byrne',
  'Castillo',
  'Chen',
  'Cohen',
  'Demir',
  'Diallo',
  'Dubois',
  'Eriksen',
  'Fernández',
  'Fischer',
  'García',
  'Gupta',
  'Haddad',
  'Hakimi',
  'Ito',
  'Jensen',
  'Kaya',
  'Kim',
  'Kovács',
  'Kowalska',
  'Lindqvist',
  'López',
  'Mahlangu',
  'Martin',
  'Mbeki',
  'Moreau',
  'Müller',
  'Nakamura',
  'Ngata',
  'Nguyen',
  'Novák',
  "O'Brien",
  'Okafor',
  'Park',
  'Patel',
  'Petrov',
  'Quispe',
  'Rahman',
  'Rossi',
  'Sato',
  'Schmidt',
  'Silva',
  'Singh',
  'Sørensen',
  'Tanaka',
  'Torres',
  'van der Berg',
  'Vargas',
  'Walker',
  'Wójcik',
  'Yılmaz',
  'Zhang',
  'Ziegler',
  'Zulu',
];
const domains = [
  'example.com',
  'example.org',
  'example.net',
  'mail.example.com',
  'staff.example.org',
  'clinic.example.net',
  'school.example.org',
  'studio.example.com',
];
const departments = [
  'Care',
  'Finance',
  'Operations',
  'Reception',
  'Teaching',
  'Support',
  'Engineering',
  'Marketing',
];
const locales = ['en-US', 'en-GB', 'de-DE', 'fr-FR', 'es-ES', 'ja-JP', 'pt-BR', null];

const dayMs = 24 * 60 * 60_000;
/** Everybody signed up within these two years before the load. */
const historyMs = 730 * dayMs;

/** Small, fast and the same everywhere (mulberry32): the same numbers make the same people. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * The `index`-th made-up person: the same every time, apart from ids. Deliberately varied, as real
 * directories are: names with accents, people without any name, without a role or with a role that
 * nobody knows, banned ones, several addresses of which the first is not the primary one.
 */
export function makePerson(index: number, now: number): UserEntity {
  const random = seededRandom(index + 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const createdAt = now - Math.floor(random() * historyMs) - 1;
  const firstName = random() < 0.04 ? null : pick(firstNames);
  const lastName = random() < 0.06 ? null : pick(lastNames);
  const address = addressOf(firstName, lastName, index, pick(domains));
  const primary = newEmailAddress(address, createdAt);
  const second = random() < 0.08 ? newEmailAddress(`second.${address}`, createdAt) : null;
  const everSignedIn = random() < 0.85;
  const lastSignInAt = everSignedIn ? createdAt + Math.floor(random() * (now - createdAt)) : null;
  return newUser(createdAt, {
    firstName,
    lastName,
    locale: pick(locales),
    emails: second ? [second, primary] : [primary],
    primaryEmailId: primary.id,
    externalId: random() < 0.2 ? `legacy-${index}` : null,
    publicMetadata: metadataOf(random),
    banned: random() < 0.01,
    lastSignInAt,
    lastActiveAt: lastSignInAt,
    updatedAt: lastSignInAt ?? createdAt,
  });
}

/** Accents are dropped, as mail systems do; the number keeps every address unique. */
function addressOf(
  first: string | null,
  last: string | null,
  index: number,
  domain: string,
): string {
  const name = [first, last]
    .filter(Boolean)
    .join('.')
    .normalize('NFKD')
    .replaceAll('ø', 'o')
    .replaceAll('ı', 'i')
    .toLowerCase()
    .replaceAll(/[^a-z.]+/g, '');
  return `${name || 'person'}.${index}@${domain}`;
}

function metadataOf(random: () => number): Metadata {
  const department = departments[Math.floor(random() * departments.length)] ?? 'Care';
  const roll = random();
  if (roll < 0.4) return { department };
  if (roll < 0.92) return { department, role: defaultRole };
  if (roll < 0.985) return { department, role: roleAboveLast };
  if (roll < 0.995) return { department, role: 'intern' };
  return {};
}
