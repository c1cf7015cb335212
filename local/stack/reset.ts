/** `npm run reset`: empties the data folder after asking. */
import { confirm, isCancel } from '@clack/prompts';
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { knownContents, removeDataFolder, runningOn } from './data-folder';
import { dataDirFrom } from './settings';
import { describeError, StackError } from './stack-error';

async function agreed(dataDir: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new StackError(
      'Nothing was removed: there is no terminal to ask on.',
      'Say it beforehand: npm run reset -- --yes',
    );
  }
  const answer = await confirm({
    message: `Remove all local data in ${dataDir} (people, roles, audit log, keys)?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

async function reset(): Promise<void> {
  const { values } = parseArgs({
    options: { yes: { type: 'boolean', default: false }, data: { type: 'string' } },
  });
  const dataDir = dataDirFrom(process.env, values.data);
  if (!existsSync(dataDir)) {
    process.stdout.write(`There is nothing at ${dataDir}.\n`);
    return;
  }
  const pid = runningOn(dataDir);
  if (pid !== undefined) {
    throw new StackError(
      `Nothing was removed: Rollcall (process ${pid}) runs on ${dataDir}.`,
      'Stop it with Ctrl-C first.',
    );
  }
  if (!readdirSync(dataDir).some((name) => (knownContents as readonly string[]).includes(name))) {
    throw new StackError(
      `Nothing was removed: ${dataDir} holds no Rollcall data.`,
      'Name the right folder with --data DIR or ROLLCALL_DATA_DIR.',
    );
  }
  if (!(await agreed(dataDir, values.yes))) {
    process.stdout.write('Nothing was removed.\n');
    return;
  }
  const rest = removeDataFolder(dataDir);
  const left = rest.length === 0 ? '' : ` Left alone, not Rollcall's: ${rest.join(', ')}.`;
  process.stdout.write(`Removed the local data in ${dataDir}.${left}\n`);
}

try {
  await reset();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
