import { spawn } from 'node:child_process';
import { bundledProgram } from '../../local/stack/bundled-program';
import type { World } from './stack-world';
import { rootDir } from './steps';

/** The command line as one file: it starts in a third of the time that `npm run rollcall` takes. */
export function rollcallProgram(): Promise<string> {
  return bundledProgram({
    name: 'rollcall-cli',
    entry: 'cli/main.ts',
    sources: ['cli', 'src/shared', 'app.config.ts'],
  });
}

/** The command line on a running stack, as a person runs it: exit code and what it printed. */
export async function rollcall(
  { dataDir, env }: World,
  ...args: string[]
): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [await rollcallProgram(), ...args], {
    cwd: rootDir,
    env: { ...process.env, ROLLCALL_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

interface Finding {
  id: string;
  state: string;
  detail?: string;
  remedy?: string;
}

export async function doctorOf(
  world: World,
): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, out } = await rollcall(world, 'doctor', '--json');
  return { code, ...(JSON.parse(out) as { findings: Finding[] }) };
}
