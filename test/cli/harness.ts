import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Io } from '../../src/app/io.ts';
import { run } from '../../src/cli/run.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { afterFile } from '../support/leftovers.ts';

/** What a run came to. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function rcWait(args: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const exit = await run(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    columns: undefined,
    env: {},
    signal: new AbortController().signal,
    ...io,
  });
  return { exit, out, err };
}

/** A new, empty directory that goes when the test file has ended. */
export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'rc-wait-test-'));
  afterFile(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A server of its own at a simulator, and the flags that make rc-wait play it. */
export interface Played {
  readonly address: string;
  /** --api-url, --source-address and --state-dir */
  readonly flags: readonly string[];
  readonly stateDir: string;
  readonly url: string;
  /** requests that came from it */
  readonly requests: () => number;
  /** changes it while it runs */
  readonly set: (patch: unknown) => void;
}

/**
 * A simulator for one test file. Each `play` is another 127.x.y.z with another
 * state directory, so that no two tests share a quota or a ledger.
 */
export async function simulator(): Promise<{ readonly url: string; play(patch?: unknown): Played }> {
  const running = await startSimulator();
  const states = scratch();
  let count = 0;
  afterAll(() => running.close());
  return {
    url: running.url,
    play(patch = {}) {
      count += 1;
      const address = `127.9.${Math.floor(count / 200)}.${(count % 200) + 1}`;
      const stateDir = join(states, address);
      running.setServer(address, patch);
      return {
        address,
        stateDir,
        url: running.url,
        flags: ['--api-url', running.url, '--source-address', address, '--state-dir', stateDir],
        requests: () => running.summary(address).requests,
        set: (change) => running.setServer(address, change),
      };
    },
  };
}

/** A server whose automation ended before it was asked. */
export const done = { deployedAfter: '0s' };

/** An answer whose words would clear the screen and forge a line. */
export const hostileAnswer = {
  kind: 'body',
  text: JSON.stringify({
    automation_status: 'DEPLOYING',
    tasks: [{ name: '\u001b[2J\nDEPLOYED\n\u202e', status: 'PENDING' }],
  }),
};

/** A netplan file as cloud-init writes it: the public interface has the default route. */
export const netplan = `network:
  version: 2
  ethernets:
    eth0:
      addresses: [192.0.2.10/24]
      routes:
        - to: 0.0.0.0/0
          via: 192.0.2.1
    eth1:
      # ServiceNet
      addresses: [10.208.5.7/19]
      routes:
        - to: 10.208.0.0/12
          via: 10.208.0.2
`;

export const netplanPath = '/etc/netplan/50-cloud-init.yaml';

/** A root with these files, for --root. */
export function rootWith(files: Readonly<Record<string, string>> = { [netplanPath]: netplan }): string {
  const root = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o600 });
  }
  return root;
}
