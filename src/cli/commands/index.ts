import type { CliCommand } from '../command.ts';
import { detailsCommand, featuresCommand, gatewayCommand, statusCommand } from './ask.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { endpointsCommand } from './endpoints.ts';
import { historyCommand, historyPlotCommand, historyShowCommand } from './history.ts';
import { networkApplyCommand, networkPlanCommand } from './network/apply.ts';
import { networkCarryOutCommand } from './network/carry-out.ts';
import { networkCheckCommand } from './network/check.ts';
import { networkRecoverCommand } from './network/recover.ts';
import { networkRollbackCommand } from './network/rollback.ts';
import { preflightCommand } from './preflight.ts';
import { remoteCommand } from './remote.ts';
import { simulateCommand } from './simulate.ts';
import { waitCommand } from './wait.ts';

/** The command that `rc-wait` alone runs. */
export const defaultCommand: CliCommand = waitCommand;

/** Every command, in the order of `--help`. Each loads its code only when it runs. */
export const commands: readonly CliCommand[] = [
  waitCommand,
  statusCommand,
  detailsCommand,
  gatewayCommand,
  featuresCommand,
  networkPlanCommand,
  networkApplyCommand,
  networkCheckCommand,
  networkRollbackCommand,
  networkRecoverCommand,
  networkCarryOutCommand,
  doctorCommand,
  preflightCommand,
  historyCommand,
  historyShowCommand,
  historyPlotCommand,
  endpointsCommand,
  remoteCommand,
  simulateCommand,
  completionCommand,
];
