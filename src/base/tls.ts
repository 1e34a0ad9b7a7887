/**
 * What is asked of every TLS connection, in the code: NODE_TLS_REJECT_UNAUTHORIZED=0 and
 * `--tls-min-v1.0` change Node's defaults, and what is said here stands whatever they are.
 */
export const tlsDemands = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
