import type { Ipv4Address, Ipv4Prefix } from '../base/ipv4.ts';
import type { StackName } from '../base/stack-names.ts';
import type { Replacement } from '../system/files.ts';
import type { ToolCall } from '../system/tool.ts';

/** An interface by what configuration files may call it. */
export interface Target {
  readonly interfaceName: string;
  /** lower case, as in `bc:76:4e:20:6c:5b`; files may match by it (netplan `match: macaddress`) */
  readonly macAddress?: string;
  /** the file by which the stack's daemon says that it configures the interface; on a running system only */
  readonly file?: string;
  /** the name is only a label of the files, which tell the interface by its MAC address; left out: it is its name */
  readonly isLabel?: boolean;
}

/** What is wished for: the default route of this server goes through `gateway` on the interface. */
export interface GatewayWish extends Target {
  readonly gateway: Ipv4Address;
  /** what becomes of the interfaces that had the default route before; `keep` when left out */
  readonly publicInterface?: PublicInterface;
}

/**
 * What becomes of an interface that loses its default route to the gateway: it
 * keeps its addresses, or it is down from now on and stays down at the next boot.
 */
export type PublicInterface = 'keep' | 'disable';

/** A network file as it is, or as it shall be: path below the root, with its leading slash. */
export interface NetworkFile {
  readonly path: string;
  readonly text: string;
}

/** An IPv4 default route of the main table that a stack's files bring. */
export interface FileDefault {
  /** the file that holds it */
  readonly path: string;
  /** the gateway; undefined where it names none, or a DHCP server names it */
  readonly via: string | undefined;
  /** the interface, for a person; undefined where the files alone do not tell it */
  readonly device: string | undefined;
  /** a DHCP client brings it, if a server names one */
  readonly isLeased: boolean;
  /** it comes at boot, and not only when somebody asks for it */
  readonly isAtBoot: boolean;
  /** whether it may be on that interface, as far as files tell */
  mayBeOn(target: Target): boolean;
}

export type FileChange = Replacement;

/** A command of a change. */
export interface Command extends ToolCall {
  /** it only reads the new files and says whether they are sound: its failure leaves the kernel as it was */
  readonly check?: boolean;
  /**
   * An interface: the command is run only where this has no IPv4 address, as after a boot that found it
   * disabled. Its failure alone counts for nothing: ifup ends so where another default route is in its way
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

/**
 * The file by which each interface is configured, as a stack's daemon tells it.
 * Interfaces that it leaves alone are missing.
 */
export type Reign = ReadonlyMap<string, string>;

/** A stack's daemon, as far as it can be asked. */
export interface Daemon {
  /** its unit; it is asked only while that is active, for being asked would start it (D-Bus activation) */
  readonly unit: string;
  /** how it is asked; without, all that is known is whether it is at work */
  readonly question?: {
    readonly command: Command;
    /** asked where that fails: an older release may lack one of its options */
    readonly olderCommand?: Command;
    understand(output: string): Reign;
  };
}

/** The running system, as far as reloading goes. */
export interface Scene {
  /** the stack's files as they will be */
  readonly files: readonly NetworkFile[];
  /** the stack's files as they are before the change; undefined where nobody looked at what has been down so far */
  readonly before?: readonly NetworkFile[];
  /** empty where the stack has no daemon that could be asked */
  readonly reign: Reign;
}

/** An IPv4 route of the main table, as a stack's own tool makes it of files. */
export interface ParsedRoute {
  /** the interface, by the name that the tool uses; empty where it names none */
  readonly on: string;
  /** `0.0.0.0/0` for the default route */
  readonly to: string;
  /** undefined where it leads to the interface alone */
  readonly via: string | undefined;
}

/** What a stack's own tool is asked of files that are not in use yet. */
interface ParserQuestion {
  /** the files as they are laid into the folder */
  readonly files: readonly NetworkFile[];
  /** reads them there, and touches nothing else */
  readonly command: Command;
}

/** What the tool answered. */
interface ParserAnswer {
  readonly files: readonly NetworkFile[];
  readonly wish: GatewayWish;
  /** what it wrote to stdout and stderr */
  readonly printed: string;
  /** the files that it made below the folders of `makes` */
  readonly made: readonly NetworkFile[];
}

/**
 * A stack's own tool that says what it makes of files before they are in use: rc-wait reads them as the manuals
 * say, and a release of the tool may read them otherwise.
 */
export interface Parser {
  /** the program; where the machine does not have it nothing is asked */
  readonly tool: string;
  /** folders into which it writes what it makes, below the folder with the files */
  readonly makes: readonly string[];
  /**
   * How it is asked about the files; undefined where it cannot be kept from looking elsewhere.
   * @param folder a private folder, into which the files are laid by their paths
   */
  question(files: readonly NetworkFile[], folder: string, wish: GatewayWish): ParserQuestion | undefined;
  /** the routes that it makes of the files; undefined where the answer does not tell */
  routes(answer: ParserAnswer): readonly ParsedRoute[] | undefined;
}

/**
 * A network stack: pure text in, text out. Adding one touches its folder and
 * the table in `stacks/index.ts`. Every method throws RcWaitError NETWORK_FILE when a
 * file cannot be understood, naming the file and the line; nothing is changed then.
 */
export interface Stack {
  readonly name: StackName;
  /** programs, of which a running system must have one for the stack to be at work */
  readonly tools: readonly [string, ...string[]];
  /** the files it reads, as globs below the root; `*` and `?` never match a leading dot */
  readonly sources: readonly string[];
  /** whether a file among them is passed over for its name: a backup, a certificate; it is not even opened */
  passesOver?(path: string): boolean;
  /** further globs that a file of the stack names, such as `source` of interfaces(5) */
  includes?(file: NetworkFile): readonly string[];
  /** stacks that carry out what these files say; where one of them goes by a file of its own, these do not count */
  readonly servedBy?: readonly StackName[];
  /** says which interfaces the stack manages on the running system */
  readonly daemon?: Daemon;
  /**
   * How long the route must stay after a reload, in ms: networkd and NetworkManager answer before
   * they act, so it may be there, go, and come back a moment later. 0 when left out
   */
  readonly holdMs?: number;
  /** whether these files configure the interface in this stack */
  configures(files: readonly NetworkFile[], target: Target): boolean;
  /** the static IPv4 addresses that the files give to interfaces, for work on a root that is not running */
  addresses(files: readonly NetworkFile[]): readonly HostInterface[];
  /**
   * Those of `addresses` that the files tell by their MAC addresses alone: their names there are only labels,
   * and the running system will have others
   */
  labels?(files: readonly NetworkFile[]): readonly string[];
  /**
   * The interfaces but that of the wish to which the files give an IPv4 default route, or gave one
   * before rc-wait took it out of use, under the names that they will have as far as the files tell.
   */
  publicInterfaces(files: readonly NetworkFile[], wish: GatewayWish): readonly string[];
  /** the IPv4 default routes that the files bring as they are, by whoever's wish; they need not name the interface of a wish */
  defaults(files: readonly NetworkFile[]): readonly FileDefault[];
  /**
   * The changes that make the gateway of `wish` the one default route; empty when all is as wished already.
   * The resolvers that the files tie to a public interface go to the gateway's, for they are reached by it now.
   */
  edit(files: readonly NetworkFile[], wish: GatewayWish): readonly FileChange[];
  /** the stack's own tool, where it has one that can be asked before anything is changed */
  readonly parser?: Parser;
  /** the stack's own tools: first those that check the new files, then those that bring them into the kernel */
  reload(wish: GatewayWish, scene: Scene): readonly Command[];
  /** what brings the restored files back into the kernel after a failed reload */
  restore(wish: GatewayWish, scene: Scene): readonly Command[];
}

/** What would be done, before anything is. */
export interface NetworkPlan {
  readonly stack: StackName;
  /** how long the route must stay after a reload, see `Stack` */
  readonly holdMs?: number;
  /** one line for a person: why this stack */
  readonly why: string;
  readonly wish: GatewayWish;
  /** interfaces that are down from then on, as was asked for */
  readonly disabled: readonly string[];
  readonly changes: readonly FileChange[];
  /** empty when files and kernel are as wished, and below a root that is not running */
  readonly commands: readonly Command[];
  /** what would bring the old files back into the kernel if `commands` failed */
  readonly restore: readonly Command[];
  /** what may bring another default route and cannot be told, in words for a person; left out: nothing */
  readonly warnings?: readonly string[];
}

/** What was done: the `network` member of the result document. */
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
