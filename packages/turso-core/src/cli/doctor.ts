import { Command } from 'commander';
import { doctor } from '../commands/doctor';
import { doctorText } from '../report/text';
import type { Subcommand } from './commands';

/** What `doctor` may be told. */
interface DoctorFlags {
  readonly readOnly?: boolean;
  readonly showHost?: boolean;
}

/** Exit code if a check has failed. */
const UNHEALTHY = 2;

/** `turso-sync doctor` */
export function doctorCommand(): Subcommand<DoctorFlags, 'doctor'> {
  const command = new Command('doctor')
    .description(
      'Test whether turso-sync can work with the remote: connection, token, clock, features of the server, and a self-test in its own table.',
    )
    .option('--read-only', 'skip the self-test, and write nothing')
    .option('--show-host', 'print the host of the database, its URL and the environment')
    .addHelpText(
      'after',
      '\nThe output holds no secrets, no paths and no data: paste it into an issue.\n\nExit codes: 0 all is well, 1 failed, 2 a check failed.\n\nExample:\n  $ turso-sync doctor --json > doctor.json',
    );
  return [
    command,
    'doctor',
    async (project, { readOnly = false, showHost = false }, { onEvent }) => {
      const result = await doctor(project, { readOnly, showHost, onEvent });
      return { result, text: doctorText(result), exitCode: result.outcome === 'healthy' ? 0 : UNHEALTHY };
    },
  ];
}
