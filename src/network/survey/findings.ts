import type { NextHop } from '../stacks/text/route-command.ts';

/** A default route that is set at boot, but not by the stacks' own settings. */
export interface ScriptDefault extends NextHop {
  readonly path: string;
  /** undefined if the file has no lines of commands */
  readonly line: number | undefined;
}

/** What scripts do with default routes at boot. */
export interface ScriptFindings {
  readonly defaults: readonly ScriptDefault[];
  /** commands that certainly take the gateway away, for a person */
  readonly losses: readonly string[];
  /** scripts that rc-wait cannot evaluate, for a person */
  readonly warnings: readonly string[];
  /** the number of scripts read */
  readonly count: number;
}
