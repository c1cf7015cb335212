import { expect, it } from 'vitest';
import { zoneFromCookies } from './time-zone-cookie';

it.each([
  ['rollcall-tz=Europe%2FBerlin', 'Europe/Berlin'],
  ['a=b; rollcall-tz=Asia%2FTokyo; c=d', 'Asia/Tokyo'],
  ['rollcall-tz=Mars%2FBase', 'UTC'],
  ['rollcall-tz=%E0%A4%A', 'UTC'],
  ['x-rollcall-tz=Asia%2FTokyo', 'UTC'],
  [null, 'UTC'],
])('the zone in %s is %s', (header, zone) => {
  expect(zoneFromCookies(header)).toBe(zone);
});
