import { detailsCommand, featuresCommand, gatewayCommand, statusCommand } from './ask.ts';
import { networkCarryOutCommand } from './carry-out.ts';
import { networkCheckCommand } from './check.ts';
import type { Command } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { endpointsCommand } from './endpoints.ts';
import { networkApplyCommand, networkPlanCommand } from './network.ts';
import { networkRecoverCommand } from './recover.ts';
import { remoteCommand } from './remote.ts';
import { networkRollbackCommand } from './rollback.ts';
import { simulateCommand } from './simulate.ts';
import { waitCommand } from './wait.ts';

/** What `rc-wait` without a command does. */
export const defaultCommand: Command = waitCommand;

/** Every command, in the order of `--help`. Each loads what it needs only when it runs. */
export const commands: readonly Command[] = [
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
  endpointsCommand,
  remoteCommand,
  simulateCommand,
];
