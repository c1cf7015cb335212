import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  lockDataFolder,
  prepareDataFolder,
  removeDataFolder,
  writePrivateFile,
} from './data-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rollcall-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the data folder', () => {
  it('is made for its owner alone, and so is every private file, also when rewritten', () => {
    const data = path.join(folder, 'data');
    prepareDataFolder(data);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    const file = path.join(data, 'env');
    writeFileSync(file, 'old', { mode: 0o644 });
    writePrivateFile(file, 'A=1\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe('A=1\n');
  });

  it('that cannot be written is named with the way out', () => {
    const blocked = path.join(folder, 'file');
    writeFileSync(blocked, '');
    expect(() => prepareDataFolder(path.join(blocked, 'data'))).toThrow('cannot be used');
  });

  it('takes one stack at a time, and a lock left by a killed one does not count', () => {
    // The parent is alive and is not this process.
    writeFileSync(path.join(folder, 'stack.pid'), String(process.ppid));
    expect(() => lockDataFolder(folder)).toThrow(`process ${process.ppid}`);
    // Above the largest process id of Linux.
    writeFileSync(path.join(folder, 'stack.pid'), '4194305');
    const unlock = lockDataFolder(folder);
    expect(readFileSync(path.join(folder, 'stack.pid'), 'utf8')).toBe(String(process.pid));
    unlock();
    expect(existsSync(path.join(folder, 'stack.pid'))).toBe(false);
  });

  it('loses only what Rollcall put there', () => {
    prepareDataFolder(folder);
    mkdirSync(path.join(folder, 'clerk'));
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    expect(removeDataFolder(folder)).toEqual(['notes.txt']);
    expect(existsSync(path.join(folder, 'clerk'))).toBe(false);
    rmSync(path.join(folder, 'notes.txt'));
    expect(removeDataFolder(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
