/** Versions of the Core Specification as controllers report them (Assigned Numbers, 2.1). */
export const CoreVersion = {
  '1.0b': 0,
  '1.1': 1,
  '1.2': 2,
  '2.0': 3,
  '2.1': 4,
  '3.0': 5,
  '4.0': 6,
  '4.1': 7,
  '4.2': 8,
  '5.0': 9,
  '5.1': 10,
  '5.2': 11,
  '5.3': 12,
  '5.4': 13,
  '6.0': 14,
  '6.1': 15,
  '6.2': 16,
} as const;
export type CoreVersion = (typeof CoreVersion)[keyof typeof CoreVersion];

/** `5.4`, or the number where it is newer than this table. */
export const describeVersion = (version: number): string =>
  Object.entries(CoreVersion).find(([, number]) => number === version)?.[0] ?? `version number ${version}`;

/** Makers of controllers that messages name and whose habits matter (Assigned Numbers, 7.1). */
export const CompanyIdentifier = {
  intel: 0x0002,
  cambridgeSiliconRadio: 0x000a,
  texasInstruments: 0x000d,
  broadcom: 0x000f,
  mediaTek: 0x0046,
  nordicSemiconductor: 0x0059,
  realtek: 0x005d,
  rivieraWaves: 0x0060,
  google: 0x00e0,
  cypress: 0x0131,
  espressif: 0x02e5,
  actions: 0x03e0,
  apacheMynewt: 0x0555,
  linuxFoundation: 0x05f1,
} as const;
