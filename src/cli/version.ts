import manifest from '../../package.json' with { type: 'json' };

/** The version of rc-wait. */
export const version: string = manifest.version;
