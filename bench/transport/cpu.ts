import process from 'node:process';

/** Processor time of this process so far, user and system. */
export const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
