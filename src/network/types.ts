import type { Ipv4Address, Ipv4Prefix } from '../base/ipv4.ts';
import type { StackName } from '../base/stack-names.ts';
import type { Replacement } from '../system/files.ts';
import type { ToolCall } from '../system/tool.ts';

/** An interface, and how configuration files may refer to it. */
export interface InterfaceRef {
  readonly interfaceName: string;
  /** lower case, as in `bc:76:4e:20:6c:5b`; files may match by it (netplan `match: macaddress`) */
  readonly macAddress?: string;
  /** the file from which the stack's daemon says that it configures the interface; on a running system only */
  readonly file?: string;
  /** true: the name is only a label in files that match by MAC address; default: the interface has this name */
  readonly isLabel?: boolean;
}

/** The wanted default route of this server: through `gateway` on the interface. */
export interface GatewayTarget extends InterfaceRef {
  readonly gateway: Ipv4Address;
  /** what happens to the interfaces that had the default route before; default: `keep` */
  readonly publicInterface?: PublicInterface;
}

/** An interface, and the gateway if it is known already. */
export type SoughtTarget = InterfaceRef & Partial<Pick<GatewayTarget, 'gateway'>>;

/**
 * What happens to an interface that loses its default route to the gateway: it keeps
 * its addresses, or it is taken down and stays down at the next boot.
 */
export type PublicInterface = 'keep' | 'disable';

/** A network file, current or planned. The path is below the root and starts with a slash. */
export interface NetworkFile {
  readonly path: string;
  readonly text: string;
  /** why its stack ignores the file because of its mode or owner; default: it does not */
  readonly ignored?: string;
  /** below a root: why its stack will ignore the file unless its mode changes; copies of a tree often lose modes */
  readonly ignoredAsItIs?: string;
}

/** The mode and owner of a file. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
}

/** An IPv4 default route of the main table that a stack's files set. */
export interface FileDefault {
  /** the file that holds it */
  readonly path: string;
  /** the gateway; undefined if the route has none, or a DHCP server decides on it */
  readonly via: string | undefined;
  /** the interface, for a person; undefined if the files alone do not name it */
  readonly device: string | undefined;
  /** a DHCP client sets the route if the server names a router */
  readonly isLeased: boolean;
  /** set at every boot, not only on request */
  readonly isAtBoot: boolean;
  /** the release of systemd from which on the files clear it again; default: none does */
  readonly clearedFrom?: number;
  /** whether the route may be on that interface, judging by the files */
  mayBeOn(link: InterfaceRef): boolean;
}

/** Something in the files that keeps the gateway from being used after a boot. */
export interface BootObstacle {
  /** for a person: the file, its line or key, and what it does; the end of a sentence */
  readonly reason: string;
  /** what to do about it, for a person; an imperative */
  readonly way: string;
  /** false if the files alone do not tell; then it is only a warning */
  readonly isCertain: boolean;
}

/** What a stack's files do not tell about the boot. */
export interface BootContext {
  /** whether scripts apply the files at boot (network.service), so no daemon has to */
  readonly isScripted: boolean;
}

/** A file that a stack generates for another one, at every boot. */
export interface Generated {
  /** the stack that reads it */
  readonly reader: StackName;
  /** its name, without the folder */
  readonly name: string;
  /** the interface that it configures, as far as the files of the generating stack name it */
  readonly interfaceName: string;
  /** whether it is the file of the interface */
  isFor(link: InterfaceRef): boolean;
}

export type FileChange = Replacement;

/** A command of a change. */
export interface Command extends ToolCall {
  /** it only validates the new files, so the kernel is unchanged if it fails */
  readonly check?: boolean;
  /**
   * An interface: the command runs only if the interface has no IPv4 address, for example because it was disabled
   * at boot. Its failure alone is ignored: ifup fails this way if another default route conflicts with its own
   */
  readonly unlessAddressed?: string;
}

/** An interface of this server with its IPv4 addresses. */
export interface HostInterface {
  readonly name: string;
  readonly addresses: readonly Ipv4Prefix[];
  /** lower case */
  readonly macAddress?: string;
}

/** Interface → the file that configures it, as a stack's daemon reports. Unmanaged interfaces are missing. */
export type ConfigFileOf = ReadonlyMap<string, string>;

/** A stack's daemon, and how to query it. */
export interface Daemon {
  /** its unit; it is queried only while the unit is active, because a query would start it (D-Bus activation) */
  readonly unit: string;
  /** how to query it; without this only its state (active or not) is known */
  readonly question?: {
    readonly command: Command;
    /** the fallback if `command` fails: an older release may lack one of its options */
    readonly olderCommand?: Command;
    understand(output: string): ConfigFileOf;
  };
}

/** What a stack needs to know about the running system for a reload. */
export interface ReloadContext {
  /** the stack's files after the change */
  readonly files: readonly NetworkFile[];
  /** the stack's files before the change; undefined if it is not known which interfaces they disabled */
  readonly before?: readonly NetworkFile[];
  /** empty if the stack has no daemon to query */
  readonly configFileOf: ConfigFileOf;
}

/** An IPv4 route of the main table that a stack's own tool derives from files. */
export interface ParsedRoute {
  /** the interface, by the name that the tool uses; empty if it names no interface */
  readonly on: string;
  /** `0.0.0.0/0` for the default route */
  readonly to: string;
  /** undefined for a route without a gateway */
  readonly via: string | undefined;
}

/** A query to a stack's own tool about files that are not in use yet. */
interface ParserQuestion {
  /** the files as they are copied into the folder */
  readonly files: readonly NetworkFile[];
  /** reads the files there, and touches nothing else */
  readonly command: Command;
}

/** The tool's answer. */
interface ParserAnswer {
  readonly files: readonly NetworkFile[];
  readonly target: GatewayTarget;
  /** stdout and stderr */
  readonly printed: string;
  /** the files that it wrote below the folders of `makes` */
  readonly made: readonly NetworkFile[];
}

/**
 * A stack's own tool that can parse files before they are in use. rc-wait reads the files according to the
 * manuals; a release of the tool may read them differently.
 */
export interface Parser {
  /** the program; if it is not installed, the check is skipped */
  readonly tool: string;
  /** the folders for its output, below the folder with the files */
  readonly makes: readonly string[];
  /**
   * The query for the files; undefined if the tool would also read files elsewhere.
   * @param folder a private folder, into which the files are copied under their paths
   */
  question(files: readonly NetworkFile[], folder: string, target: GatewayTarget): ParserQuestion | undefined;
  /** the routes that it derives from the files; undefined if the answer does not show them */
  routes(answer: ParserAnswer): readonly ParsedRoute[] | undefined;
}

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
  whyIgnored?(attributes: FileAttributes, isRunning: boolean): string | undefined;
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

/** A planned change, before anything is done. */
export interface NetworkPlan {
  readonly stack: StackName;
  /** how long the route must stay after a reload, see `Stack` */
  readonly holdMs?: number;
  /** why this stack, in one line for a person */
  readonly why: string;
  readonly target: GatewayTarget;
  /** interfaces that the change takes down permanently, as requested */
  readonly disabled: readonly string[];
  readonly changes: readonly FileChange[];
  /** empty if files and kernel need no change, and below a root that is not running */
  readonly commands: readonly Command[];
  /** the commands that load the old files if `commands` fail */
  readonly restore: readonly Command[];
  /** possible sources of another default route that rc-wait cannot evaluate, for a person; default: none */
  readonly warnings?: readonly string[];
}

/** What was done; the `network` member of the result document. */
export type NetworkResult =
  | {
      readonly action: 'changed' | 'unchanged';
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
      /** see `NetworkPlan` */
      readonly warnings?: readonly string[];
    }
  | { readonly action: 'skipped'; readonly reason: string }
  | {
      readonly action: 'rolled-back';
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
      readonly reason: string;
    };
