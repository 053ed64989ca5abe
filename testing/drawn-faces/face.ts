/** What a drawn face is made of. */
import type { Mimic } from './expressions.js';

/** Colours as CSS writes them. */
export type Colour = string;

export const hairStyles = [
  'bald',
  'short',
  'parted',
  'fringe',
  'bob',
  'long',
  'curly',
  'bun',
  'spiky',
] as const;

export type HairStyle = (typeof hairStyles)[number];

export const beards = ['none', 'moustache', 'full', 'goatee'] as const;

export type Beard = (typeof beards)[number];

/** The parts of a face that no expression moves. Lengths are in hundredths of the picture. */
export interface Look {
  readonly skin: Colour;
  /** Skin in shadow: ears, nose, folds. */
  readonly shade: Colour;
  readonly blush: Colour;
  /** Half the head's width at the cheekbones, and at the chin relative to it. */
  readonly headWidth: number;
  readonly jaw: number;
  /** Height of the chin below the eyes, and of the skull above them. */
  readonly chin: number;
  readonly skull: number;
  readonly hair: HairStyle;
  readonly hairColour: Colour;
  readonly browColour: Colour;
  readonly browThickness: number;
  readonly beard: Beard;
  readonly glasses: boolean;
  readonly freckles: boolean;
  readonly earrings: boolean;
  /** Distance of the eyes from the middle, and half their width. */
  readonly eyeDistance: number;
  readonly eyeWidth: number;
  readonly irisColour: Colour;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly lip: Colour;
  readonly lipThickness: number;
  readonly clothes: Colour;
  readonly line: Colour;
  readonly lineWidth: number;
}

/** How the face is held and seen. */
export interface View {
  /** The head's place against the middle of the picture. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Degrees, clockwise. */
  readonly tilt: number;
  readonly scale: number;
  /** Turn of the head: the features' shift towards a side; and their shift downwards. */
  readonly turn: number;
  readonly nod: number;
  readonly background: readonly [Colour, Colour];
  /** Where the light comes from in degrees, and its strength, 0 to 1. */
  readonly lightFrom: number;
  readonly light: number;
}

/** How the picture is taken. */
export interface Exposure {
  readonly brightness: number;
  readonly saturation: number;
  /** Standard deviation of a Gaussian blur in pixels; below 0.3 none is applied. */
  readonly blur: number;
  /** Standard deviation of each pixel's noise in grey levels of 256. */
  readonly noise: number;
  readonly jpegQuality: number;
}

export interface FaceParameters {
  readonly mimic: Mimic;
  readonly look: Look;
  readonly view: View;
}
