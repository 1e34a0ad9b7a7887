import { describe, expect, it } from 'vitest';
import { withDump } from '../../../src/preflight/ssh/dumped.ts';
import { splitSshdLine } from '../../../src/preflight/ssh/lines.ts';
import { listOf, type SshdFiles, sshdSetting, statementsFor } from '../../../src/preflight/ssh/settings.ts';

const login = { groups: ['root', 'wheel'] };

function files(main: string, included: Readonly<Record<string, string>> = {}): SshdFiles {
  return {
    main: '/etc/ssh/sshd_config',
    texts: new Map([['/etc/ssh/sshd_config', main], ...Object.entries(included)]),
    included: new Map([['/etc/ssh/d/*', Object.keys(included)]]),
  };
}

function rootLogin(main: string, included?: Readonly<Record<string, string>>) {
  const { sure, possible } = sshdSetting(statementsFor(files(main, included), login), 'permitrootlogin');
  return [sure?.args[0], ...possible.map(({ args }) => `maybe ${args[0]}`)];
}

it('a keyword that every object has as a property is a keyword like any other', () => {
  expect(statementsFor(files('Constructor yes\ntoString x'), login).map(({ keyword }) => keyword)).toEqual([
    'constructor',
    'tostring',
  ]);
});

describe('a line of sshd_config', () => {
  it.each<[string, string | undefined]>([
    ['', undefined],
    ['  # Port 2222', undefined],
    ['Port 22', 'port 22'],
    ['\tPORT=22\r', 'port 22'],
    ['Port = 22', 'port 22'],
    ['"Port" "22"', 'port 22'],
    ['AllowUsers root  "a b" \'c d\' # all', 'allowusers root|a b|c d'],
    ['Banner /etc/issue#1', 'banner /etc/issue#1'],
    ['AllowUsers "unfinished', 'allowusers unfinished'],
    ['=', undefined],
  ])('%j is read as sshd reads it', (line, wanted) => {
    const split = splitSshdLine(line);
    expect(split && `${split.keyword} ${split.args.join('|')}`).toBe(wanted);
  });
});

// What OpenSSH 9.2 says of them: sshd -T -C user=root,addr=192.0.2.1,host=x,laddr=10.208.0.2,lport=22.
describe('the first value wins, and Match blocks override', () => {
  it.each<[string, (string | undefined)[]]>([
    ['PermitRootLogin no\nPermitRootLogin yes', ['no']],
    ['Match User root\nPermitRootLogin no\nMatch all\nPermitRootLogin yes', ['no']],
    ['PermitRootLogin yes\nMatch User root,admin\nPermitRootLogin no', ['no']],
    ['PermitRootLogin yes\nMatch User *,!root\nPermitRootLogin no', ['yes']],
    ['PermitRootLogin yes\nMatch User=root\nPermitRootLogin no', ['no']],
    ['PermitRootLogin yes\nMatch Group wheel User admin\nPermitRootLogin no', ['yes']],
    ['PermitRootLogin yes\nMatch Group whe?l\nPermitRootLogin no', ['no']],
    ['PermitRootLogin yes\nMatch Group *,!root\nPermitRootLogin no', ['yes']],
    ['PermitRootLogin yes\nMatch LocalPort 2222\nPermitRootLogin no', ['yes']],
    ['PermitRootLogin yes\nMatch LocalPort 22\nPermitRootLogin no', ['no']],
    ['PermitRootLogin yes\nMatch invalid-user\nPermitRootLogin no', ['yes']],
    ['PermitRootLogin no\nMatch Address 127.0.0.1,::1\nPermitRootLogin yes', ['no']],
    ['PermitRootLogin no\nMatch Address *\nPermitRootLogin yes', ['yes']],
    ['PermitRootLogin no\nMatch Address 10.0.0.0/8\nPermitRootLogin yes', ['no', 'maybe yes']],
    ['PermitRootLogin no\nMatch Host *.example.com\nPermitRootLogin yes', ['no', 'maybe yes']],
    ['Match Host *\nPermitRootLogin yes', ['yes']],
    ['Match User root\nPermitRootLogin no\nMatch Host a\nPermitRootLogin yes', ['no']],
    ['', [undefined]],
  ])('%j', (main, wanted) => expect(rootLogin(main)).toEqual(wanted));

  it('a block of an included file ends with the file, and one below another block needs both', () => {
    const one = { '/etc/ssh/d/1': 'Match User admin\nPermitRootLogin no\n' };
    expect(rootLogin('Include d/*\nPermitRootLogin yes', one)).toEqual(['yes']);
    const all = { '/etc/ssh/d/1': 'PermitRootLogin no\nMatch all\nPermitRootLogin no\n' };
    expect(rootLogin('PermitRootLogin yes\nMatch User admin\nInclude d/*', all)).toEqual(['yes']);
    expect(rootLogin('PermitRootLogin yes\nMatch Host a\nInclude /etc/ssh/d/*', all)).toEqual([
      'yes',
      'maybe no',
      'maybe no',
    ]);
  });

  it('a file that includes itself has an end', () => {
    expect(rootLogin('PermitRootLogin no', { '/etc/ssh/d/1': 'Include d/*\n' })).toEqual(['no']);
    expect(rootLogin('Include d/*\n', { '/etc/ssh/d/1': 'Include d/*\n' })).toEqual([undefined]);
  });

  it('lists add up, and those of a block take the place of the others', () => {
    const of = (main: string) =>
      listOf(statementsFor(files(main), login), 'allowusers').sure.flatMap(({ args }) => args);
    expect(of('AllowUsers a b\nAllowUsers root')).toEqual(['a', 'b', 'root']);
    expect(of('AllowUsers a\nMatch User root\nAllowUsers root')).toEqual(['root']);
  });
});

describe('sshd -T', () => {
  const dumped = (main: string, dump: string, keyword: string) =>
    sshdSetting(withDump(statementsFor(files(main), login), dump), keyword).sure;

  it('decides, with its defaults; the line stays that of the file where it says the same', () => {
    const dump = 'port 22\npermitrootlogin without-password\nchallengeresponseauthentication no\n';
    expect(dumped('PermitRootLogin prohibit-password', dump, 'permitrootlogin')?.at).toBe(
      '/etc/ssh/sshd_config:1: PermitRootLogin prohibit-password',
    );
    expect(dumped('', dump, 'permitrootlogin')?.at).toBe('sshd -T: permitrootlogin without-password');
    expect(dumped('', dump, 'kbdinteractiveauthentication')?.args).toEqual(['no']);
  });

  it('has no lists where it prints none, and the line for each name that it prints', () => {
    const statements = withDump(
      statementsFor(files('AllowUsers root admin\nDenyUsers x'), login),
      'allowusers root\nallowusers admin\n',
    );
    expect(listOf(statements, 'denyusers').sure).toEqual([]);
    expect(listOf(statements, 'allowusers').sure.map(({ at }) => at)).toEqual([
      '/etc/ssh/sshd_config:1: AllowUsers root admin',
      '/etc/ssh/sshd_config:1: AllowUsers root admin',
    ]);
  });

  it('does not decide on what sshd listens, which its command line may change', () => {
    const statements = withDump(
      statementsFor(files('Port 2222'), login),
      'port 22\nlistenaddress 0.0.0.0:22\n',
    );
    expect(statements.map(({ at }) => at)).toEqual(['/etc/ssh/sshd_config:1: Port 2222']);
  });

  it('does not decide where a block depends on an address, which was made up', () => {
    const main = 'PermitRootLogin no\nMatch Address 192.0.2.0/24\nPermitRootLogin yes';
    const { sure, possible } = sshdSetting(
      withDump(statementsFor(files(main), login), 'permitrootlogin yes\n'),
      'permitrootlogin',
    );
    expect([sure?.args, possible.length]).toEqual([['no'], 1]);
  });
});
