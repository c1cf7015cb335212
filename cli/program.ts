import { Command, CommanderError } from 'commander';
import { addDoctor } from './commands/doctor';
import { addPromote } from './commands/promote';
import { addStatus } from './commands/status';
import { addUsersGet } from './commands/users-get';
import { addUsersList } from './commands/users-list';
import { addUsersSetRole } from './commands/users-set-role';
import type { Run } from './command';
import { reportError, type CommandContext, type ExitCode } from './context';

/** Builds the command line. `finish` is told the exit code of the command that ran. */
export function buildProgram(
  makeContext: () => CommandContext,
  finish: (code: ExitCode) => void,
): Command {
  const run: Run = async (options, action) => {
    const context = makeContext();
    try {
      finish(await action(context));
    } catch (error) {
      finish(reportError(context.output, error, options.json ?? false));
    }
  };
  const program = new Command('rollcall')
    .description(
      "Looks after an installation of Rollcall: the local stack's, or the one named in .env.local.",
    )
    .showHelpAfterError('See npm run rollcall -- --help')
    .exitOverride();
  addStatus(program, run);
  const users = program.command('users').description('people and their roles');
  addUsersList(users, run);
  addUsersGet(users, run);
  addUsersSetRole(users, run);
  addPromote(program, run);
  addDoctor(program, run);
  return program;
}

/** Runs `argv` (without `node` and the script) and returns the exit code. */
export async function runProgram(
  argv: string[],
  makeContext: () => CommandContext,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(makeContext, (end) => {
    code = end;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Commander has printed help or the complaint already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    throw error;
  }
  return code;
}
