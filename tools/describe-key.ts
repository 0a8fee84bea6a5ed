/** What is told of a key, whoever uses it. */
interface KeyQuality {
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** Octets. */
  readonly keySize: number;
}

/** `authenticated, Secure Connections`. */
export const describeKey = ({ authenticated, secureConnections, keySize }: KeyQuality): string =>
  [
    authenticated ? 'authenticated' : 'unauthenticated',
    secureConnections ? 'Secure Connections' : 'legacy pairing',
    ...(keySize < 16 ? [`key of ${keySize} octets`] : []),
  ].join(', ');
