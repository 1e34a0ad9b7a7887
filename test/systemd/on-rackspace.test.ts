import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';

const script = new URL('../../systemd/on-rackspace', import.meta.url).pathname;

/** What is run after a `doctor --condition` that ends by `ending`. */
function ranAfter(ending: string): readonly string[] {
  const folder = scratch();
  const log = join(folder, 'log');
  const program = (name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>${log}\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program('rc-wait', `[ "$1" = wait ] || { ${ending}; }`);
  program('systemd-notify', '');
  execFileSync(script, [join(folder, 'rc-wait'), 'wait', '--once-per-instance'], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
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
});
