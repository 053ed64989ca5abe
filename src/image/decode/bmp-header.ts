/** The headers of a BMP file, from OS/2's 12 bytes to Windows' version 5. Browser-safe. */
import { ImageDefect } from './image-defect.js';

export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** The first stored row is the image's top one. */
  readonly topDown: boolean;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  /** Palette indices are run-length coded. */
  readonly runLength: boolean;
  /** Where the pixels begin in the file. */
  readonly pixelOffset: number;
  /** 256 colours of red, green, blue; empty above 8 bits. Entries the file does not give are black. */
  readonly palette: Uint8Array;
  /** The bits of red, green and blue in a pixel of more than 8 bits. */
  readonly masks: readonly [red: number, green: number, blue: number];
}

const fileHeaderSize = 14;
const os2HeaderSize = 12;
const windowsHeaderSize = 40;
const compressions = { none: 0, runLength8: 1, runLength4: 2, masks: 3, alphaMasks: 6 } as const;

/** Reads and checks the headers and the palette; the pixels are not looked at. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return parse(view);
  } catch (error) {
    if (error instanceof RangeError)
      throw new ImageDefect('it is truncated within its header', { cause: error });
    throw error;
  }
}

function parse(view: DataView): BmpHeader {
  const headerSize = view.getUint32(fileHeaderSize, true);
  const shape = headerSize === os2HeaderSize ? readOs2Shape(view) : readWindowsShape(view, headerSize);
  const { bits, compression } = shape;
  const runLength = bits === 8 ? compressions.runLength8 : bits === 4 ? compressions.runLength4 : undefined;
  const masked = compression === compressions.masks || compression === compressions.alphaMasks;
  if (compression !== compressions.none && compression !== runLength && !(masked && bits > 8))
    throw new ImageDefect(`its compression method ${compression} at ${bits} bits a pixel is not known`);
  const masksAfterHeader = masked && headerSize === windowsHeaderSize ? 12 : 0;
  const paletteOffset = fileHeaderSize + headerSize + masksAfterHeader;
  const paletteSize = bits <= 8 ? Math.min(shape.colours || 1 << bits, 256) : 0;
  const entrySize = headerSize === os2HeaderSize ? 3 : 4;
  return {
    ...shape,
    runLength: compression === runLength,
    pixelOffset: view.getUint32(10, true) || paletteOffset + paletteSize * entrySize,
    palette: readPalette(view, paletteOffset, paletteSize, entrySize),
    masks: readMasks(view, bits, masked),
  };
}

type BmpShape = Pick<BmpHeader, 'width' | 'height' | 'topDown' | 'bits'> & {
  compression: number;
  colours: number;
};

function readOs2Shape(view: DataView): BmpShape {
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bits: knownBits(view.getUint16(24, true)),
    compression: compressions.none,
    colours: 0,
  };
}

function readWindowsShape(view: DataView, headerSize: number): BmpShape {
  if (headerSize < windowsHeaderSize || headerSize > 256)
    throw new ImageDefect(`its header length of ${headerSize} bytes is that of no BMP version`);
  const height = view.getInt32(22, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits: knownBits(view.getUint16(28, true)),
    compression: view.getUint32(30, true),
    colours: view.getUint32(46, true),
  };
}

function knownBits(bits: number): BmpHeader['bits'] {
  if (bits === 1 || bits === 4 || bits === 8 || bits === 16 || bits === 24 || bits === 32) return bits;
  throw new ImageDefect(`its ${bits} bits a pixel are not 1, 4, 8, 16, 24 or 32`);
}

/** Stored as blue, green, red, which is turned to red, green, blue. */
function readPalette(view: DataView, offset: number, entries: number, entrySize: number): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < entries * 3; i++) {
    const entry = Math.floor(i / 3);
    palette[i] = view.getUint8(offset + entry * entrySize + 2 - (i % 3));
  }
  return palette;
}

function readMasks(view: DataView, bits: number, masked: boolean): BmpHeader['masks'] {
  const usual = bits === 16 ? ([0x7c00, 0x3e0, 0x1f] as const) : ([0xff0000, 0xff00, 0xff] as const);
  if (!masked) return usual;
  const given = [54, 58, 62].map((offset) => view.getUint32(offset, true)) as [number, number, number];
  return given.every((mask) => mask === 0) ? usual : given;
}
