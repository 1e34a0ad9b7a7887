import { describe, expect, it } from 'vitest';
import { chooseStack, type StackFact } from '../../../src/network/plan/choose-stack.ts';

const netplan: StackFact = { stack: 'netplan', configures: true, installed: true };
const ifupdown: StackFact = { stack: 'ifupdown', configures: true, installed: true };
const networkd: StackFact = { stack: 'networkd', configures: true, installed: true };

describe('the stack that manages an interface', () => {
  it('is the one whose files configure it', () => {
    expect(chooseStack([netplan, { ...ifupdown, configures: false }], 'eth1', 'auto')).toEqual({
      stack: 'netplan',
      why: 'netplan manages eth1: its files configure it',
    });
  });

  it('is the installed one when the files of another are left over', () => {
    expect(chooseStack([{ ...netplan, installed: false }, ifupdown], 'eth1', 'auto')).toEqual({
      stack: 'ifupdown',
      why: 'ifupdown manages eth1: its files configure it; those of netplan do so too, but it is not installed',
    });
  });

  it('is not one whose daemon leaves it alone', () => {
    expect(chooseStack([{ ...networkd, manages: false }, ifupdown], 'eth1', 'auto').why).toBe(
      'ifupdown manages eth1: its files configure it; those of networkd do so too, but it leaves the interface alone',
    );
    expect(() => chooseStack([{ ...networkd, manages: false }], 'eth1', 'auto')).toThrowError(
      /; networkd would, but it leaves the interface alone$/,
    );
  });

  it('is not netplan where the daemon that it writes for uses a file of its own', () => {
    const served = { ...netplan, servedBy: ['networkd'] } as const;
    expect(chooseStack([served, { ...networkd, manages: true }], 'eth1', 'auto').stack).toBe('networkd');
    expect(chooseStack([served, { ...networkd, manages: false }], 'eth1', 'auto').stack).toBe('netplan');
    expect(() => chooseStack([served, networkd], 'eth1', 'auto')).toThrowError(/netplan and networkd all/);
  });

  it('is ambiguous all the same where a daemon manages it and another stack may do so too', () => {
    expect(() => chooseStack([ifupdown, { ...networkd, manages: true }], 'eth1', 'auto')).toThrowError(
      expect.objectContaining({ code: 'STACK_AMBIGUOUS' }),
    );
  });

  it('is told by the files alone below a root that is not running', () => {
    const facts = [
      { ...netplan, installed: undefined },
      { ...ifupdown, configures: false, installed: undefined },
    ];
    expect(chooseStack(facts, 'eth1', 'auto').stack).toBe('netplan');
  });

  it('is refused as ambiguous when two configure it, with the flag to use', () => {
    expect(() => chooseStack([netplan, ifupdown], 'eth1', 'auto')).toThrowError(
      expect.objectContaining({
        code: 'STACK_AMBIGUOUS',
        message: 'cannot tell what manages eth1: the files of netplan and ifupdown all configure it',
        hint: 'say which: --network netplan or --network ifupdown',
      }),
    );
  });

  it('is refused as unknown when none configures it', () => {
    const none = [netplan, ifupdown].map((fact) => ({ ...fact, configures: false }));
    expect(() => chooseStack(none, 'eth1', 'auto')).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot tell what manages eth1: no file of netplan and ifupdown configures it',
      }),
    );
  });

  it('is refused when the only one that configures it is not installed, and says so', () => {
    const facts = [
      { ...netplan, configures: false },
      { ...ifupdown, installed: false },
    ];
    expect(() => chooseStack(facts, 'eth1', 'auto')).toThrowError(
      /; ifupdown would, but it is not installed$/,
    );
  });
});

describe('a stack chosen by hand', () => {
  it('settles what is ambiguous', () => {
    expect(chooseStack([netplan, ifupdown], 'eth1', 'ifupdown')).toEqual({
      stack: 'ifupdown',
      why: 'ifupdown was chosen by hand',
    });
  });

  it('must configure the interface', () => {
    expect(() => chooseStack([{ ...netplan, configures: false }], 'eth1', 'netplan')).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot use netplan: none of its files configures eth1',
      }),
    );
  });

  it('must be one that rc-wait writes', () => {
    expect(() => chooseStack([netplan, ifupdown], 'eth1', 'wicked')).toThrowError(
      expect.objectContaining({ code: 'STACK_UNKNOWN', hint: 'it writes those of netplan and ifupdown' }),
    );
  });
});
