/** A handle that keeps the process alive and does nothing else. */
export class KeepAlive {
  #channel: InstanceType<typeof MessageChannel> | undefined;

  /** Idempotent. */
  hold(): void {
    if (this.#channel !== undefined) return;
    this.#channel = new MessageChannel();
    // A browser's port has no reference to give: nothing there ends by itself.
    const port: { ref?: () => void } = this.#channel.port1;
    port.ref?.();
  }

  /** Idempotent. */
  release(): void {
    this.#channel?.port1.close();
    this.#channel = undefined;
  }
}
