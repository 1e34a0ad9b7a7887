import { RcWaitError } from '../../base/error.ts';

/** An interface that stands on another: a VLAN on its link, a bond or a bridge on its ports. */
export interface Standing {
  readonly upper: string;
  readonly lower: string;
  /** the file that says so */
  readonly path: string;
  /** the lower one's own definition says so: brought up, it brings the upper one up */
  readonly isPort: boolean;
}

/**
 * Refuses to disable interfaces on which others stand that must stay, and those
 * that a port of theirs would bring up again.
 * @throws RcWaitError NETWORK_FILE naming the file
 */
export function refuseStanding(interfaceNames: readonly string[], standings: readonly Standing[]): void {
  const isDisabled = (name: string) => interfaceNames.includes(name);
  const all = [
    ...standings,
    ...standings.flatMap(({ upper, lower, path }) => impliedBy([upper, lower], path)),
  ];
  for (const { upper, lower, path, isPort } of all) {
    if (isDisabled(lower) && !isDisabled(upper)) {
      throw cannotDisable(lower, `${upper} stands on it, says ${path}`);
    }
    if (isDisabled(upper) && isPort) {
      throw cannotDisable(upper, `its port ${lower} would bring it up again, says ${path}`);
    }
  }
}

/** The VLANs that names such as `eth0.100` stand for (interfaces(5), ifcfg of RHEL and SUSE). */
export function impliedBy(names: readonly string[], path: string): Standing[] {
  return names.flatMap((upper) => {
    const [, lower] = /^(.+)\.\d+$/.exec(upper) ?? [];
    return lower === undefined ? [] : [{ upper, lower, path, isPort: false }];
  });
}

/** The error for an interface that cannot be taken out of use. */
export function cannotDisable(interfaceName: string, reason: string): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot disable ${interfaceName}: ${reason}`, {
    hint: 'nothing was changed; keep the public interface with --public-interface keep, or disable it by hand',
  });
}
