/** The files that the authors of POSTER V2 published, where they lie, and where `poster download` keeps them. */
import { join } from 'node:path';
import { cacheFolder } from '../io/cache-folder.js';

export interface OfficialFile {
  /** As the authors call it. */
  readonly file: string;
  /** Its number in Google Drive. */
  readonly drive: string;
  /** A copy elsewhere, trusted by its hash alone. */
  readonly mirror?: string;
  /** SHA-256 of the copy. */
  readonly sha256?: string;
  /** Whether it holds a whole network, which can be tried where no hash is known. */
  readonly network: boolean;
}

const mirror = (repository: string, file: string) =>
  `https://huggingface.co/${repository}/resolve/main/${file}`;

export const officialFiles = {
  'raf-db': { file: 'raf-db-model_best.pth', drive: '1aVm_hmJyZ5E_0p25XTbm3X9ophsKqCxv', network: true },
  'affectnet-7': {
    file: 'affectnet-7-model_best.pth',
    drive: '1c_gp5UdlcMjIB2dZtdhXFfHOQg1OqU-D',
    mirror: mirror('KaliberAI/posterv2_affectnet7', 'affectnet-7-model_best.pth'),
    sha256: '743dc66a8bf434ff828f3de31f0b0f2e038c271294c980134ffc8b91898aaaff',
    network: true,
  },
  'affectnet-8': {
    file: 'affectnet-8-model_best.pth',
    drive: '1tdYH12vgWnIWfupuBkP3jmWS0pJtDxvh',
    mirror: mirror('KaliberAI/posterv2_affectnet8', 'affectnet-8-model_best.pth'),
    sha256: 'b805fc1ec8f14eb562bd2a096c582246841f912fde3e5028c2feda687d128338',
    network: true,
  },
  'caer-s': { file: 'caer-s-model_best.pth', drive: '1Q7RDJxVPTkDH2rlhiAiOpSbIo1wUOqPv', network: true },
  ir50: {
    file: 'ir50.pth',
    drive: '17QAIPlpZUwkQzOTNiu-gUFLTqAxS-qHt',
    mirror: mirror('KaliberAI/posterv2_ir50', 'ir50.pth'),
    sha256: '62fcfa833776648f818b15fac4f5b760d76847316097e8e046f77ac445defb75',
    network: false,
  },
  mobilefacenet: {
    file: 'mobilefacenet_model_best.pth.tar',
    drive: '1SMYP5NDkmDE3eLlciN7Z4px-bvFEuHEX',
    mirror: mirror('py-feat/mobilefacenet', 'mobilefacenet_model_best.pth.tar'),
    sha256: 'b994af026bfddbafc507a6f1c8737a9896bab20ed2b0cfb6ae90b81736970313',
    network: false,
  },
} as const satisfies Record<string, OfficialFile>;

export type OfficialName = keyof typeof officialFiles;
export const officialNames = Object.keys(officialFiles) as OfficialName[];

export function isOfficialName(name: string): name is OfficialName {
  return Object.hasOwn(officialFiles, name);
}

/** Where a downloaded file is kept. */
export function officialPath(name: OfficialName): string {
  return join(cacheFolder(), officialFiles[name].file);
}

/** The name of the official file with this hash. */
export function nameOfHash(sha256: string): OfficialName | undefined {
  return officialNames.find((name) => (officialFiles[name] as OfficialFile).sha256 === sha256);
}
