import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit';
import { addBrakes } from './commands/brakes';
import { addDeliveries } from './commands/deliveries';
import { addDoctor } from './commands/doctor';
import { addPromote } from './commands/promote';
import { addStatus } from './commands/status';
import { addSummary } from './commands/summary';
import { addSweep } from './commands/sweep';
import { addSync } from './commands/sync';
import { addTestConnection } from './commands/test-connection';
import { addTokens } from './commands/tokens';
import { addUsersDeactivate } from './commands/users-deactivate';
import { addUsersDelete } from './commands/users-delete';
import { addUsersGet } from './commands/users-get';
import { addUsersInvite } from './commands/users-invite';
import { addUsersList } from './commands/users-list';
import { addUsersReactivate } from './commands/users-reactivate';
import { addUsersSetRole } from './commands/users-set-role';
import { addWebhook } from './commands/webhook-send-test';
import { CliError } from './cli-error';
import type { Run } from './command';
import { reportError, type CommandContext, type ExitCode } from './context';

/** With `--json` every answer is one JSON value on stdout, complaints about the command included. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json');
}

/** Builds the command line. `finish` is told the exit code of the command that ran. */
export function buildProgram(
  makeContext: () => CommandContext,
  finish: (code: ExitCode) => void,
  options: { quiet: boolean } = { quiet: false },
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
  // Commands made from here on inherit it.
  if (options.quiet) program.configureOutput({ writeErr: () => undefined });
  addStatus(program, run);
  addSummary(program, run);
  addSync(program, run);
  addSweep(program, run);
  addTestConnection(program, run);
  const users = program.command('users').description('people, their roles and their access');
  addUsersList(users, run);
  addUsersGet(users, run);
  addUsersSetRole(users, run);
  addUsersDeactivate(users, run);
  addUsersReactivate(users, run);
  addUsersDelete(users, run);
  addUsersInvite(users, run);
  addPromote(program, run);
  addAudit(program, run);
  addDeliveries(program, run);
  addBrakes(program, run);
  addTokens(program, run);
  addWebhook(program, run);
  addDoctor(program, run);
  return program;
}

function usageError({ code, message }: CommanderError): CliError {
  const wayOut = 'See npm run rollcall -- --help.';
  if (code === 'commander.help') return new CliError('USAGE', { wayOut });
  return new CliError('USAGE', { message: message.replace(/^error: /, ''), wayOut });
}

/** Runs `argv` (without `node` and the script) and returns the exit code. */
export async function runProgram(
  argv: string[],
  makeContext: () => CommandContext,
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const json = wantsJson(argv);
  const finish = (end: ExitCode) => {
    code = end;
  };
  const program = buildProgram(makeContext, finish, { quiet: json });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Without --json Commander has printed help or the complaint already.
    return json ? reportError(makeContext().output, usageError(error), true) : 1;
  }
  return code;
}
