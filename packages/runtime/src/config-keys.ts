const prefix = 'config.';

/** Where the ledger keeps the configuration of a revision. */
export const configKey = (revision: string): string => `${prefix}${revision}`;

/** The revision that is kept under a key. */
export const revisionIn = (key: string): string => key.slice(prefix.length);

/** Which revision is in force. */
export const activeKey = configKey('active');

/** Since when each of the others is not. */
export const retiredKey = configKey('retired');
