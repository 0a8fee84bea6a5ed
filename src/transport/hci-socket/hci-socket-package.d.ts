/** The part of the package that is used; it comes without types of its own. */
declare module 'hci-socket' {
  interface DeviceInfo {
    readonly devId: number;
    /** A bit for each flag of the kernel's HCIGETDEVINFO: HCI_UP is the first. */
    readonly flags: number;
  }

  /** Errors carry the negative errno. What an interface that is up does here is to be taken down. */
  class HciSocket {
    constructor(index: number);
    static getDevList(): readonly DeviceInfo[];
    static getDevInfo(index: number): DeviceInfo;
    on(event: 'data', listener: (packet: Uint8Array) => void): this;
    /** After close(), too. */
    on(event: 'close', listener: () => void): this;
    /** Octets written, or a negative errno. Throws when it is closed, and for packets below 4 and above 1028 octets. */
    write(packet: Uint8Array): number;
    close(): void;
  }
  export = HciSocket;
}
