import type { CommandGroup } from './commands.ts';

export const uart: CommandGroup = {
  summary: 'be one end of a serial line over the Nordic UART service',
  description: [
    'Carries octets between standard input and output here and a peer: a terminal where both are one, a pipe where they are files or programs. Many boards speak the Nordic UART service, and apps of phones do.',
  ],
  commands: {
    connect: {
      summary: 'connect to a device that has the service',
      load: async () => (await import('./uart-connect.ts')).uartConnect,
    },
    serve: {
      summary: 'be a device that has the service',
      load: async () => (await import('./uart-serve.ts')).uartServe,
    },
  },
  examples: ['jelling uart serve --name console', 'jelling uart connect console'],
};
