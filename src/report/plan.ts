import { createTwoFilesPatch } from 'diff';
import { shownText } from '../base/bytes.ts';
import type { Command, NetworkPlan } from '../network/types.ts';

/** The document of `rc-wait network plan`, `docs/schema/plan-v1.json`. */
export function planDocument(plan: NetworkPlan): unknown {
  const { stack, why, target, disabled, changes, commands } = plan;
  const shown = (text: string | undefined): string | null => (text === undefined ? null : shownText(text));
  return {
    schema: 'rc-wait/plan/v1',
    stack,
    why,
    interface: target.interfaceName,
    gateway_ip: target.gateway,
    disabled,
    files: changes.map(({ path, before, after }) => ({ path, before: shown(before), after: shown(after) })),
    commands: commands.map(({ argv }) => argv),
    ...(plan.warnings ? { warnings: plan.warnings } : {}),
  };
}

/**
 * A plan for a person: a unified diff of each file, as diff -u prints it, and the
 * commands that would run. Ends with a newline.
 */
export function describePlan({ why, disabled, changes, commands, warnings = [] }: NetworkPlan): string {
  const parts = [`# ${why}\n`, ...disabled.map((name) => `# ${name} is down from then on, at every boot\n`)];
  parts.push(...warnings.map((warning) => `# warning: ${warning}\n`));
  for (const { path, before, after } of changes) {
    parts.push(
      createTwoFilesPatch(
        before === undefined ? '/dev/null' : `a${path}`,
        after === undefined ? '/dev/null' : `b${path}`,
        before ?? '',
        after ?? '',
      ).replace(/^=+\n/, ''),
    );
  }
  if (commands.length > 0) parts.push('# then it would run:\n', ...commands.map(commandLine));
  if (changes.length === 0 && commands.length === 0)
    parts.push('# nothing to do: files and kernel already have this gateway\n');
  return shownText(parts.join(''));
}

function commandLine({ argv, unlessAddressed }: Command): string {
  const when = unlessAddressed === undefined ? '' : `   (only if ${unlessAddressed} has no IPv4 address)`;
  return `#   ${argv.join(' ')}${when}\n`;
}
