import { type Bytes, reversedBytes } from '../../core/bytes.ts';
import type { Log } from '../../core/log.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import type { LongTermKey } from '../../smp/bond.ts';
import type { LinkEncryption } from '../../smp/security-context.ts';

/** Keys on their way to the controller, where they have their least significant octet first (Vol 4, Part E, 7.8.24 to 7.8.26). */
export class HciEncryption implements LinkEncryption {
  readonly #hci: HciController;
  readonly #acl: AclLink;
  readonly #log: Log;

  constructor(hci: HciController, acl: AclLink, log: Log) {
    this.#hci = hci;
    this.#acl = acl;
    this.#log = log;
  }

  async enable({ value, ediv, rand }: LongTermKey): Promise<void> {
    await this.#hci.send(HciCommand.leEnableEncryption, {
      connectionHandle: this.#acl.handle,
      randomNumber: reversedBytes(rand),
      encryptedDiversifier: ediv,
      longTermKey: reversedBytes(value),
    });
  }

  answer(key: Bytes | undefined): void {
    const connectionHandle = this.#acl.handle;
    const answered =
      key === undefined
        ? this.#hci.send(HciCommand.leLongTermKeyRequestNegativeReply, { connectionHandle })
        : this.#hci.send(HciCommand.leLongTermKeyRequestReply, {
            connectionHandle,
            longTermKey: reversedBytes(key),
          });
    answered.catch((error: unknown) => {
      this.#log.write('warn', 'gap', () => `a request for a key was not answered: ${String(error)}`);
    });
  }
}
