import { detailsCommand, featuresCommand, gatewayCommand, statusCommand } from './ask.ts';
import type { Command } from './command.ts';
import { networkApplyCommand, networkPlanCommand } from './network.ts';
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
  simulateCommand,
];
