import { describe, expect, it } from 'vitest';
import { checkRootPassword, rootAccount } from '../../src/preflight/account.ts';

const today = 20_000;

function state(line: string, isImage = false) {
  const account = rootAccount('/etc/shadow', line, today);
  const { level } = checkRootPassword(account, isImage);
  return [account?.password, account?.expired !== undefined, level];
}

describe("root's password", () => {
  it.each<[string, unknown[]]>([
    ['root:$6$salt$hash:19000:0:99999:7:::', ['set', false, 'PASS']],
    ['root:$y$j9T$salt$hash:19000:0:99999:7:::', ['set', false, 'PASS']],
    ['root:abJnggxhB/yWI:19000::::::', ['set', false, 'PASS']],
    ['root:_J9..rasmBYk8r9AiWNc:19000::::::', ['set', false, 'PASS']],
    ['root:$6$salt$hash:19000:0::7:::', ['set', false, 'PASS']],
    ['root:$6$salt$hash', ['set', false, 'PASS']],
    ['root:!$6$salt$hash:19000::::::', ['locked', false, 'FAIL']],
    ['root:!!$6$salt$hash:19000::::::', ['locked', false, 'FAIL']],
    ['root:*LK*$6$salt$hash:19000::::::', ['locked', false, 'FAIL']],
    ['root:*:19000::::::', ['none', false, 'FAIL']],
    ['root:!!:19000::::::', ['none', false, 'FAIL']],
    ['root:x:19000::::::', ['none', false, 'FAIL']],
    ['root::19000::::::', ['empty', false, 'FAIL']],
    ['root:$6$salt$hash:19000:0:999:7:::', ['set', true, 'FAIL']],
    ['root:$6$salt$hash:19000:0:1000:7:::', ['set', false, 'PASS']],
    ['root:$6$salt$hash:0:0:99999:7:::', ['set', true, 'FAIL']],
    ['root:$6$salt$hash:20001:0:0:7:::', ['set', false, 'PASS']],
    ['root:$6$salt$hash:19000:::::20000:', ['set', true, 'FAIL']],
    ['root:$6$salt$hash:19000:::::20001:', ['set', false, 'PASS']],
    ['daemon:*:19000::::::', [undefined, false, 'FAIL']],
  ])('%s', (line, wanted) => expect(state(line)).toEqual(wanted));

  it('is yet to be set in an image; one that was locked stays a cause', () => {
    expect(state('root:*:19000::::::', true)[2]).toBe('WARN');
    expect(state('root:!$6$salt$hash:19000::::::', true)[2]).toBe('FAIL');
  });

  it('is unlocked only where there is one behind the lock: else the way out is a new one', () => {
    const remedy = (line: string, isImage = false) =>
      checkRootPassword(rootAccount('/etc/shadow', line, today), isImage).remedy;
    expect(remedy('root:!$6$salt$hash:19000::::::')).toContain('passwd -u root');
    for (const line of ['root:*:19000::::::', 'root:!!:19000::::::', 'root::19000::::::'])
      expect(remedy(line), line).toBe('a new password for root, by the Cloud Control Panel');
    expect(remedy('root:*:19000::::::', true)).toBe(
      'see that the image has the guest agent, and that it is enabled',
    );
  });
});
