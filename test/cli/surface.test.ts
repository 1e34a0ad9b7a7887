import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { allFlags, surfaceOf } from '../../src/cli/surface.ts';

describe('what is shown of the commands', () => {
  it('is every command but the hidden ones, with all its flags', () => {
    const shown = commands.filter(({ hidden }) => !hidden);
    expect(surfaceOf(commands).map(({ name, flags }) => [name, flags.map((flag) => flag.name)])).toEqual(
      shown.map(({ name, flags }) => [name, Object.keys(flags)]),
    );
  });

  it('has a word for the value of each flag that takes one', () => {
    const words = Object.fromEntries(allFlags(surfaceOf(commands)).map(({ name, value }) => [name, value]));
    expect(words).toMatchObject({
      quiet: undefined,
      timeout: 'DURATION',
      root: 'DIR',
      output: 'WORD',
      region: 'REGION',
    });
    expect(Object.values(words)).not.toContain('VALUE');
  });

  it('lists the regions, though any case of them is taken', () => {
    expect(allFlags(surfaceOf(commands)).find(({ name }) => name === 'region')?.choices).toContain('ord');
  });
});
