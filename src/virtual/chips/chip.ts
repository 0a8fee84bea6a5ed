/** What a controller is beside the host controller interface: the chip under it, which has its firmware or waits for it. */
export interface Chip {
  /** In the place of the profile's, as firmware changes them. */
  readonly hciSubversion: number;
  readonly lmpSubversion: number;
  /** While the chip starts anew it hears nothing. */
  isDeaf(nowMs: number): boolean;
  /** Whether it knows a command now; a boot loader knows few. All, where this is not said. */
  takes?(opcode: number): boolean;
  /** Of a command that it does not know: whether a host may find that out by sending it. */
  mayBeTried?(opcode: number): boolean;
}
