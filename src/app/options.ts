import type { StackName } from '../base/stack-names.ts';

/** Which API to ask and how; `root` for commands that work on network files. */
export interface ApiOptions {
  readonly region: string | undefined;
  readonly 'api-url': string | undefined;
  readonly interface: string | undefined;
  readonly 'source-address': string | undefined;
  readonly 'ca-file': string | undefined;
  readonly 'state-dir': string;
  readonly root?: string;
}

/** Options of a single question to the API. */
export interface QuestionOptions extends ApiOptions {
  /** ms, or Infinity */
  readonly timeout: number;
  readonly quiet: boolean;
  readonly output: 'human' | 'json';
  /** the API's own answer in this format; undefined: plain words */
  readonly format?: 'text' | 'json' | 'xml' | undefined;
}

/** Options of a wait on this server. Durations are in ms, or Infinity. */
export interface WaitOptions extends ApiOptions {
  readonly timeout: number;
  readonly network: StackName | 'auto' | 'off';
  readonly 'public-interface': 'keep' | 'disable';
  readonly privileges: 'own' | 'service';
  readonly probe: string | undefined;
  readonly source: 'auto' | 'api' | 'xenstore';
  readonly managed: 'auto' | 'yes' | 'no';
  readonly 'once-per-instance': boolean;
  readonly signal: string | undefined;
  readonly 'signal-token': string | undefined;
  readonly 'hooks-dir': string;
  readonly 'hook-timeout': number;
  readonly 'metrics-file': string | undefined;
  readonly root: string;
  readonly output: 'human' | 'json';
  readonly quiet: boolean;
  readonly 'log-level': 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly 'log-format': 'auto' | 'human' | 'json' | 'journal';
  readonly color: 'auto' | 'always' | 'never';
}

/** The options for announcing how a wait ended. */
export type AnnounceOptions = Pick<
  WaitOptions,
  | 'signal'
  | 'signal-token'
  | 'hooks-dir'
  | 'hook-timeout'
  | 'root'
  | 'privileges'
  | 'output'
  | 'quiet'
  | 'ca-file'
>;

/** How to log in. */
export interface LoginOptions {
  readonly 'auth-url': string | undefined;
  readonly 'os-cloud': string | undefined;
  readonly 'token-cache': string | undefined;
}

/** Options of a wait for many servers. Durations are in ms. */
export interface RemoteOptions extends LoginOptions {
  readonly color: 'auto' | 'always' | 'never';
  readonly all: boolean;
  readonly name: string | undefined;
  readonly metadata: string | undefined;
  readonly timeout: number;
  readonly 'no-rackconnect-after': number;
  readonly managed: boolean;
  readonly interval: number;
  readonly exec: string | undefined;
  readonly 'exec-jobs': string;
  readonly regions: string | undefined;
  readonly service: string | undefined;
  readonly tenant: string | undefined;
  readonly 'ca-file': string | undefined;
  readonly 'exec-timeout': number;
  readonly output: 'human' | 'json' | 'ndjson';
  /** the file of the page */
  readonly report: string | undefined;
  readonly 'log-format': 'auto' | 'human' | 'json' | 'journal';
  readonly quiet: boolean;
}

/** The default of `--state-dir`. */
export const usualStateDir = '/run/rc-wait';

/** The folder of deployed.d and failed.d. */
export const usualHooksFolder = '/etc/rc-wait';

/** The environment variable of a flag, or of a command and its flag. */
export function variableNamed(...words: readonly string[]): string {
  return `RC_WAIT_${words.join('_').toUpperCase().replaceAll(/[- ]/g, '_')}`;
}
