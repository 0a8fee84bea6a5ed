/** The file for the rules of this program: before 73, where the system hands tagged devices to whoever sits at the machine. */
export const UDEV_RULES_FILE = '/etc/udev/rules.d/70-jelling.rules';

/** Rules take effect when they are read again and the device is announced again. */
export const UDEV_RELOAD = 'sudo udevadm control --reload && sudo udevadm trigger';

/** The rule that lets ordinary users open one kind of USB device on Linux. The identifiers are four lower-case hexadecimal digits each. */
export const udevRule = (vendor: string, product: string, group = 'plugdev'): string =>
  `SUBSYSTEM=="usb", ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}", MODE="0660", GROUP="${group}", TAG+="uaccess"`;
