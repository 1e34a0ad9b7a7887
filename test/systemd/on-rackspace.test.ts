import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';

const script = new URL('../../systemd/on-rackspace', import.meta.url).pathname;

/**
 * What is run after a `doctor --condition` that ends by `ending`.
 * @param env variables besides PATH
 * @param onRackspace the script, or a copy of it
 */
function ranAfter(
  ending: string,
  env: Readonly<Record<string, string>> = {},
  onRackspace = script,
): readonly string[] {
  const folder = scratch();
  const log = join(folder, 'log');
  const program = (name: string, body: string): void => {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\necho "${name} $*\${RC_WAIT_METRICS_FILE+ with $RC_WAIT_METRICS_FILE}" >>${log}\n${body}\n`,
    );
    chmodSync(join(folder, name), 0o755);
  };
  program('rc-wait', `[ "$1" = wait ] || { ${ending}; }`);
  program('systemd-notify', '');
  execFileSync(onRackspace, [join(folder, 'rc-wait'), 'wait', '--once-per-instance'], {
    env: { PATH: `${folder}:/usr/bin:/bin`, ...env },
    stdio: 'ignore',
  });
  return readFileSync(log, 'utf8').trim().split('\n').slice(2);
}

describe('on-rackspace', () => {
  it('has the service ready, and waits for nothing, where the machine is surely none of Rackspace’s', () => {
    expect(ranAfter('echo "it is a laptop"; exit 100')).toEqual([
      'systemd-notify --ready --status=it is a laptop',
    ]);
  });

  it.each([
    ['may be one of theirs', 'exit 0'],
    ['Node cannot begin', 'exit 1'],
    ['Node cannot load its own parts', 'exit 10'],
    ['a variable is wrong', 'exit 64'],
    ['there is a bug', 'exit 70'],
    ['the program cannot be run', 'exit 126'],
    ['the program is not there', 'exit 127'],
    ['it is killed', 'kill -9 $$'],
  ])('waits where %s: only a sure no lets start at once what must come after', (_, ending) => {
    expect(ranAfter(ending)).toEqual(['rc-wait wait --once-per-instance']);
  });

  describe('the metrics of the service', () => {
    /** A copy of the script for which node_exporter's folder is another one. */
    const copyFor = (textfiles: string): string => {
      const path = join(scratch(), 'on-rackspace');
      const text = readFileSync(script, 'utf8');
      writeFileSync(path, text.replace('/var/lib/prometheus/node-exporter', textfiles), { mode: 0o755 });
      return path;
    };

    it('go where node_exporter reads them', () => {
      const folder = scratch();
      expect(ranAfter('exit 0', {}, copyFor(folder))).toEqual([
        `rc-wait wait --once-per-instance with ${folder}/rc-wait.prom`,
      ]);
    });

    it.each([
      ['/srv/x.prom', ' with /srv/x.prom'],
      // The log is trimmed.
      ['', ' with'],
    ])('go where the owner wants them: RC_WAIT_METRICS_FILE=%s', (path, expected) => {
      const ran = ranAfter('exit 0', { RC_WAIT_METRICS_FILE: path }, copyFor(scratch()));
      expect(ran.at(-1)).toBe(`rc-wait wait --once-per-instance${expected}`);
    });

    it('are not written where node_exporter is not installed', () => {
      expect(ranAfter('exit 0', {}, copyFor(`${scratch()}/missing`))).toEqual([
        'rc-wait wait --once-per-instance',
      ]);
    });
  });
});
