/** The command HCI_Reset, as H4 carries it (Vol 4, Part E, 7.3.2). */
export const RESET: readonly number[] = [0x01, 0x03, 0x0c, 0x00];

/** Its Command Complete with status Success; -1 stands for Num_HCI_Command_Packets, which may be anything. */
export const RESET_COMPLETE: readonly number[] = [0x04, 0x0e, 0x04, -1, 0x03, 0x0c, 0x00];

/** Whether the octets are those of the pattern, where -1 stands for any octet. */
export const matches = (octets: ArrayLike<number>, pattern: readonly number[]): boolean =>
  octets.length === pattern.length && pattern.every((octet, i) => octet < 0 || octet === octets[i]);
