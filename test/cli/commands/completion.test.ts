import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { bashCompletion } from '../../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../../src/cli/completion/fish.ts';
import { zshCompletion } from '../../../src/cli/completion/zsh.ts';
import { surfaceOf } from '../../../src/cli/surface.ts';
import { rcWait } from '../harness.ts';

describe('rc-wait completion', () => {
  it.each([
    ['bash', bashCompletion],
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ])('%s prints what the packages install', async (shell, completion) => {
    expect(await rcWait(['completion', shell])).toEqual({
      exit: 0,
      out: completion(surfaceOf(commands)),
      err: '',
    });
  });

  it.each([
    [[], '""', ''],
    [['tcsh'], '"tcsh"', ''],
    [['bassh'], '"bassh"', 'did you mean bash? '],
    [['bash', 'zsh'], '"bash zsh"', ''],
  ])('%j is refused with the shells that there are', async (operands, given, meant) => {
    expect(await rcWait(['completion', ...operands])).toEqual({
      exit: 64,
      out: '',
      err: `rc-wait: cannot complete for ${given}: bash, zsh or fish is expected\n         ${meant}see rc-wait completion --help\n`,
    });
  });
});
