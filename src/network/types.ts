import type { Ipv4Address, Ipv4Prefix } from '../base/ipv4.ts';

/** The network stacks that rc-wait knows by name. */
export type StackName = 'netplan' | 'ifupdown' | 'networkd' | 'networkmanager' | 'ifcfg' | 'wicked';

/** What is wished for: the default route of this server goes through `gateway` on `interfaceName`. */
export interface GatewayWish {
  readonly gateway: Ipv4Address;
  readonly interfaceName: string;
}

/** A network file as it is, or as it shall be: path below the root, with its leading slash. */
export interface NetworkFile {
  readonly path: string;
  readonly text: string;
}

/** One file's change. `before` undefined: the file is new. `after` undefined: the file goes. */
export interface FileChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** the mode of a new file; an existing file keeps its own */
  readonly mode: number;
}

/** A command with its arguments; never a line for a shell. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** a failure of this command does not fail the reload (say `ifdown` of an interface that is down) */
  readonly mayFail?: boolean;
}

/**
 * A network stack: pure text in, text out. Adding one touches its folder and
 * the table in `stacks.ts`.
 */
export interface Stack {
  readonly name: StackName;
  /** the files it reads, as globs below the root, in the order in which the stack reads them */
  readonly sources: readonly string[];
  /**
   * The changes that make the gateway of `wish` the one default route.
   * An empty list: all is as wished already.
   * @throws RcWaitError NETWORK_FILE when a file cannot be understood; nothing is changed then
   */
  edit(files: readonly NetworkFile[], wish: GatewayWish): readonly FileChange[];
  /** whether these files configure `interfaceName` in this stack; undefined: they cannot tell */
  configures(files: readonly NetworkFile[], interfaceName: string): boolean;
  /** the stack's own tools that bring the new files into the kernel */
  reload(wish: GatewayWish, changes: readonly FileChange[]): readonly Command[];
}

/** An interface of this server with its IPv4 addresses. */
export interface HostInterface {
  readonly name: string;
  readonly addresses: readonly Ipv4Prefix[];
}

/** What would be done, before anything is. */
export interface NetworkPlan {
  readonly stack: StackName;
  /** one line for a person: why this stack */
  readonly why: string;
  readonly wish: GatewayWish;
  readonly changes: readonly FileChange[];
  readonly commands: readonly Command[];
}

/** What was done: the `network` member of the result document. */
export type NetworkResult =
  | {
      readonly action: 'changed' | 'unchanged';
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
    }
  | { readonly action: 'skipped'; readonly reason: string }
  | {
      readonly action: 'rolled-back';
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
      readonly reason: string;
    };
