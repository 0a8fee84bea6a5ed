/** The Temperature characteristic: hundredths of a degree Celsius, signed, little-endian. */
export const encodeTemperature = (celsius: number): Uint8Array => {
  const value = new Uint8Array(2);
  new DataView(value.buffer).setInt16(0, Math.round(celsius * 100), true);
  return value;
};

export const decodeTemperature = (value: Uint8Array): number =>
  new DataView(value.buffer, value.byteOffset, value.byteLength).getInt16(0, true) / 100;
