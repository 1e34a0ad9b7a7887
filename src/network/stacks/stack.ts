import type { StackName } from '../../base/stack-names.ts';
import type {
  BootContext,
  BootObstacle,
  Command,
  Daemon,
  FileAttributes,
  FileChange,
  FileDefault,
  GatewayTarget,
  Generated,
  HostInterface,
  InterfaceRef,
  NetworkFile,
  Parser,
  ReloadContext,
  SoughtTarget,
} from '../types.ts';
import type { AtBoot } from './at-boot.ts';

/**
 * A network stack: pure text in, text out. To add one, add its folder and a row in the
 * table of `stacks/index.ts`. Every method throws RcWaitError NETWORK_FILE, naming the
 * file and the line, if it cannot parse a file; nothing has changed then.
 */
export interface Stack {
  readonly name: StackName;
  /** its programs; the stack can be in use only if the running system has one of them */
  readonly tools: readonly [string, ...string[]];
  /** the files it reads, as globs below the root; `*` and `?` never match a leading dot */
  readonly sources: readonly string[];
  /** whether to ignore a file because of its name (a backup, a certificate); such a file is not opened */
  ignores?(path: string): boolean;
  /** whether its tool gives up if it cannot open one of its files, such as a symbolic link that leads nowhere */
  readonly needsEveryFile?: boolean;
  /** why the stack ignores a file because of its mode or owner; undefined if it reads the file */
  whyIgnored?(attributes: Omit<FileAttributes, 'gid'>, isRunning: boolean): string | undefined;
  /** the account as which its daemon reads the files, without root's capabilities; default: root */
  readonly readsAs?: string;
  /** further globs that a file of the stack names, such as `source` of interfaces(5) */
  includes?(file: NetworkFile): readonly string[];
  /** stacks that apply these files; if one of them uses a file of its own instead, these files do not count */
  readonly servedBy?: readonly StackName[];
  /** reports which interfaces the stack manages on the running system */
  readonly daemon?: Daemon;
  /**
   * How long the route must stay after a reload, in ms; default: 0. networkd and NetworkManager answer
   * before they act, so the route may disappear and come back a moment later
   */
  readonly holdMs?: number;
  readonly atBoot: AtBoot;
  /** whether these files configure the interface in this stack */
  configures(files: readonly NetworkFile[], link: InterfaceRef): boolean;
  /** the static IPv4 addresses of interfaces in the files, for a root that is not running */
  addresses(files: readonly NetworkFile[]): readonly HostInterface[];
  /**
   * Names in `addresses` that are only labels, because the files match these interfaces by MAC address alone;
   * the running system will use other names
   */
  labels?(files: readonly NetworkFile[]): readonly string[];
  /** what the stack ignores in the files, or may refuse depending on its release; for a person */
  doubts?(files: readonly NetworkFile[], isRunning: boolean): readonly string[];
  /**
   * Interfaces other than the gateway's that have an IPv4 default route in the files, or had one before
   * rc-wait disabled it, under the names that they will have as far as the files show.
   */
  publicInterfaces(files: readonly NetworkFile[], target: GatewayTarget): readonly string[];
  /** all IPv4 default routes in the files, whoever added them; the files need not have the gateway's interface */
  defaults(files: readonly NetworkFile[]): readonly FileDefault[];
  /** what in the files keeps the interface from coming up at boot; without it no route is set */
  bootObstacles(
    files: readonly NetworkFile[],
    link: InterfaceRef,
    context: BootContext,
  ): readonly BootObstacle[];
  /** the files that this stack generates for others */
  generates?(files: readonly NetworkFile[]): readonly Generated[];
  /** what in these files keeps a file that another stack generates from having its effect */
  overrules?(
    files: readonly NetworkFile[],
    generated: Generated,
    link: SoughtTarget,
  ): readonly BootObstacle[];
  /**
   * The changes that make the gateway of `target` the only default route; empty if the files need no change.
   * Resolvers of a public interface move to the gateway's interface, because they are now reached through it.
   */
  edit(files: readonly NetworkFile[], target: GatewayTarget): readonly FileChange[];
  /** the stack's own tool, if it has one that can parse files before they are in use */
  readonly parser?: Parser;
  /** the stack's own tools: first the commands that check the new files, then those that load them */
  reload(target: GatewayTarget, context: ReloadContext): readonly Command[];
  /** the commands that load the restored files after a failed reload */
  restore(target: GatewayTarget, context: ReloadContext): readonly Command[];
}
