/** The confusion matrix as a table whose cells can be opened. Browser-safe. */

import { type ConfusionMatrix, total } from '../../evaluate/metrics.js';
import { heat } from '../../report/charts/palette.js';
import { counted, grouped, percent, shortened } from '../../report/display-text.js';

export interface Cell {
  readonly truth: number;
  readonly predicted: number;
}

interface ConfusionTableProps {
  /** matrix[truth][predicted] = number of images. */
  readonly matrix: ConfusionMatrix;
  readonly classes: readonly string[];
  readonly cell: Cell | undefined;
  readonly onCell: (cell: Cell) => void;
}

export function ConfusionTable({ matrix, classes, cell, onCell }: ConfusionTableProps) {
  return (
    <div class="scroll">
      <table class="confusion">
        <thead>
          <tr>
            <td />
            {classes.map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{shortened(name, 16)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, truth) => (
            <tr key={classes[truth]}>
              <th scope="row" title={classes[truth]}>
                {shortened(classes[truth]!, 16)}
              </th>
              {row.map((count, predicted) => (
                <CountCell
                  key={classes[predicted]}
                  count={count}
                  share={count / (total(row) || 1)}
                  isRight={truth === predicted}
                  name={confusionInWords({ truth, predicted }, count, classes)}
                  isOpen={cell?.truth === truth && cell.predicted === predicted}
                  onOpen={() => onCell({ truth, predicted })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CountCellProps {
  readonly count: number;
  /** Part of the true class's images, in [0, 1]. */
  readonly share: number;
  readonly isRight: boolean;
  readonly name: string;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function CountCell({ count, share, isRight, name, isOpen, onOpen }: CountCellProps) {
  // Square root, as in the report: the rare confusions, which a matrix is read for, still show.
  const { fill, ink } = heat(isRight ? 'right' : 'wrong', Math.sqrt(share));
  const style = { background: fill, color: ink };
  if (count === 0)
    return (
      <td>
        <span class="cell" style={style} role="img" aria-label="no images" />
      </td>
    );
  return (
    <td>
      <button type="button" class="cell" style={style} aria-pressed={isOpen} onClick={onOpen}>
        <span aria-hidden="true">
          {grouped(count)}
          <small>{percent(share, share < 0.1 ? 1 : 0)}</small>
        </span>
        <span class="unseen">{name}</span>
      </button>
    </td>
  );
}

/** Such as `3 images of anger taken for fear`. */
export function confusionInWords(
  { truth, predicted }: { readonly truth: number; readonly predicted: number },
  count: number,
  classes: readonly string[],
): string {
  const images = `${counted(count, 'image')} of ${classes[truth]}`;
  return truth === predicted ? `${images} recognised` : `${images} taken for ${classes[predicted]}`;
}
