import { ByteReader, concatBytes } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';

/** What the sections of a file hold. Others are for other tools. */
const Section = { snippets: 1, dummyHeader: 2, securityHeader: 3 } as const;

const SIGNATURE_AND_VERSION_LENGTH = 16;

/** For which chip a part is wanted. */
export interface RealtekPartWanted {
  readonly romVersion: number;
  readonly keyId: number;
}

interface Part {
  readonly priority: number;
  readonly data: Uint8Array;
}

/**
 * Reads a firmware file of Realtek's second form, without its tail: sections, each of parts that are for one revision of the chip, and joins those for this chip.
 * A chip with a key takes the header that is signed for it, one without a key none.
 *
 * @throws MalformedPduError for a section or part that is cut, and where there is nothing for this chip.
 */
export const realtekSections = (file: Uint8Array, wanted: RealtekPartWanted): Uint8Array => {
  const reader = new ByteReader(file);
  reader.view(SIGNATURE_AND_VERSION_LENGTH);
  const parts: Part[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const section = reader.u32();
    const content = new ByteReader(reader.view(reader.u32()));
    if (section === Section.securityHeader && wanted.keyId === 0) continue;
    if (section > Section.securityHeader || section === 0) continue;
    for (const part of partsOf(section, content, wanted)) insertBehind(parts, part);
  }
  const image = concatBytes(...parts.map(({ data }) => data));
  if (image.length === 0) {
    throw new MalformedPduError(`the Realtek firmware file has nothing for ROM version ${wanted.romVersion}`);
  }
  return image;
};

const partsOf = (section: number, reader: ByteReader, { romVersion, keyId }: RealtekPartWanted): Part[] => {
  const parts: Part[] = [];
  let left = reader.u16();
  reader.u16();
  for (; left > 0; left--) {
    const revision = reader.u8();
    const priority = reader.u8();
    const key = reader.u8();
    reader.u8();
    const data = reader.view(reader.u32());
    if (revision !== romVersion + 1) continue;
    if (section === Section.securityHeader && key !== keyId) continue;
    parts.push({ priority, data });
  }
  return parts;
};

/** In ascending order of priority; of equals the one that stands later in the file goes first. */
const insertBehind = (parts: Part[], part: Part): void => {
  const at = parts.findIndex(({ priority }) => priority >= part.priority);
  parts.splice(at < 0 ? parts.length : at, 0, part);
};
