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

/** The mode, owner and group of a file. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
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
