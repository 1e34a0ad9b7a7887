import type { StackName } from '../../base/stack-names.ts';
import type { BootObstacle, GatewayTarget, InterfaceRef, NetworkFile } from '../types.ts';

/** Whether something runs before or after the boot has set the gateway's route. */
export type Order = 'before' | 'after' | 'unknown';

/** Scripts that run at boot or when the network comes up. */
export interface ScriptGroup {
  /** globs below the root */
  readonly globs: readonly string[];
  /** the names that run; default: all except hidden files and backups */
  readonly names?: RegExp;
  /** true: only executable scripts run; false: the scripts are sourced */
  readonly isExecuted: boolean;
  /** whether they run before or after the gateway's route is set; default: `after` */
  readonly order?: Order;
  /** an administrator writes them, not a package */
  readonly isOwners?: boolean;
}

/** A command in a stack's own file that a shell runs when an interface comes up. */
export interface BootCommand {
  /** the file that holds it */
  readonly path: string;
  readonly line: string;
  /** from 1 */
  readonly number: number;
  readonly order: Order;
}

/** The configuration of a stack's daemon itself, beside the files of interfaces. */
export interface DaemonConfig {
  /** globs below the root */
  readonly sources: readonly string[];
  /** what keeps the daemon off the interface after a boot; undefined if it manages it */
  leavesAlone(config: readonly NetworkFile[], link: InterfaceRef): BootObstacle | undefined;
  /** what it does about an interface that no file configures, for a person; undefined: nothing */
  bringsUp(config: readonly NetworkFile[], link: InterfaceRef): string | undefined;
}

/** How a boot uses a stack's files, and what else a boot runs because of the stack. */
export interface AtBoot {
  /** the units that apply its files; one of them is enough. Empty: a generator does, wherever the stack is installed */
  readonly units: readonly string[];
  /** globs of what its generator has written at this boot, if it has one */
  readonly generated?: readonly string[];
  /** the stacks whose units its generator starts, without a link of `systemctl enable` */
  readonly starts?: readonly StackName[];
  /** the one of `units` whose scripts apply all of its files, whatever its daemon reports */
  readonly scriptUnit?: string;
  /** the units that are started once its routes are set */
  readonly setUpWith: readonly string[];
  /** further names of its scripts of SysV init; each of `units` is one, too */
  readonly sysvNames?: readonly string[];
  /** the scripts that it, and each stack whose files it applies, runs */
  readonly scripts?: readonly ScriptGroup[];
  /** the names of scripts that packages bring for it; they set no default route but for an interface in a variable */
  readonly shipped?: RegExp;
  /** the names of scripts by which a distribution applies its files; they set what the files say */
  readonly appliedBy?: RegExp;
  /** a script to which rc-wait adds lines, and its text without them */
  readonly ownHook?: { readonly path: string; without(text: string): string };
  /** the commands in its files that a shell runs at boot */
  commands?(files: readonly NetworkFile[], target: GatewayTarget): readonly BootCommand[];
  /** whether a file is used with the one that its daemon names */
  isUsedWith?(path: string, named: string): boolean;
  readonly daemonConfig?: DaemonConfig;
  /** the setting that keeps a link down at boot, if not every release of its program knows it */
  readonly downSetting?: {
    readonly program: string;
    readonly name: string;
    /** the first release of systemd that knows it; older ones bring the link up */
    readonly since: number;
  };
}

/** The names that run-parts(8) of Debian accepts. */
export const lsbName = /^[A-Za-z0-9_-]+$/;
