/** What the command ends with, for scripts. */
export const Exit = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  timeout: 4,
  adapter: 5,
  disconnected: 6,
  refused: 7,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** As `--help` tells it. */
export const exitMeanings: readonly (readonly [code: string, meaning: string])[] = [
  [`${Exit.ok}`, 'done'],
  [`${Exit.failure}`, 'failed for another reason'],
  [`${Exit.usage}`, 'the command line cannot be read'],
  [`${Exit.notFound}`, 'the peer, attribute, file or adapter is not there, or its name is ambiguous'],
  [`${Exit.timeout}`, 'a deadline has passed'],
  [`${Exit.adapter}`, 'the adapter cannot be opened, or was lost'],
  [`${Exit.disconnected}`, 'the link was lost'],
  [`${Exit.refused}`, 'the peer or the controller refused'],
  [`${Exit.interrupted}, ${Exit.terminated}`, 'ended by Ctrl-C, by SIGTERM'],
];

/** The command line cannot be read. Nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The user, or whoever read the output, has gone: everything is closed, and nothing more is said. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exit: Exit;

  constructor(what: string, exit: Exit) {
    super(what);
    this.exit = exit;
  }
}

const byCode: Readonly<Record<string, Exit>> = {
  BLE_TIMEOUT: Exit.timeout,
  BLE_DISCONNECTED: Exit.disconnected,
  BLE_TRANSPORT: Exit.adapter,
  BLE_ATT: Exit.refused,
  BLE_HCI: Exit.refused,
  BLE_SMP: Exit.refused,
  BLE_L2CAP: Exit.refused,
  BLE_NOT_FOUND: Exit.notFound,
  AMBIGUOUS: Exit.notFound,
  BLE_INVALID_ARGUMENT: Exit.usage,
};

/** The stable code of an error of the library or of Node.js. */
export const codeOf = (error: unknown): string | undefined => {
  if (error instanceof UsageError) return 'USAGE';
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

export const exitOf = (error: unknown): Exit => {
  if (error instanceof Interruption) return error.exit;
  if (error instanceof UsageError) return Exit.usage;
  const code = codeOf(error);
  if (code === 'BLE_FILE' && error instanceof Error) return exitOfFile(error);
  return byCode[code ?? ''] ?? Exit.failure;
};

/** FileErrorReason.notFound; the library is not loaded for it. */
const FILE_NOT_FOUND = 0x04;

/** An error of a file transfer says more than its code does. */
const exitOfFile = (error: Error): Exit => {
  if ('reason' in error && error.reason === FILE_NOT_FOUND) return Exit.notFound;
  return 'origin' in error && error.origin === 'peer' ? Exit.refused : Exit.failure;
};
