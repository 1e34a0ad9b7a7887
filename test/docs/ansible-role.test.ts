import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { blocks } from './pages.ts';

const folder = join(import.meta.dirname, '../../packaging/ansible');
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe('the Ansible role', () => {
  it('has the example that its page shows, which the system tests run', () => {
    expect(blocks('how-to/ansible', 'yaml')[1]?.trim()).toBe(read('example.yml').trim());
  });

  it('has on its page each variable, with a default that is checked by its type', () => {
    const defaults: Record<string, unknown> = parse(read('roles/rc_wait/defaults/main.yml'));
    const specs = parse(read('roles/rc_wait/meta/argument_specs.yml'));
    const options: Record<string, { default: unknown }> = specs.argument_specs.main.options;
    const page = readFileSync(join(folder, '../../docs/how-to/ansible.md'), 'utf8');
    expect(
      Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])),
    ).toEqual(defaults);
    expect([...page.matchAll(/^\| `(rc_wait_\w+)`/gm)].map(([, name]) => name)).toEqual(
      Object.keys(defaults),
    );
  });
});
