import { TINY } from './quote';

/** The rendered forms of a double, by its kind; SQL expressions. */
export interface RealForms {
  /** A number that 17 digits represent exactly. */
  readonly normal: string;
  readonly zero: string;
  readonly negativeZero: string;
  /** A number nearer to zero than {@link TINY}. */
  readonly tiny: string;
  readonly infinite: string;
  readonly negativeInfinite: string;
}

/** Returns an SQL expression that separates the kinds of doubles; the most frequent come first. */
export function realCase(column: string, forms: RealForms): string {
  const largest = '1.7976931348623157e308';
  return `CASE WHEN ${column}>=${TINY} AND ${column}<=${largest} OR ${column}<=-${TINY} AND ${column}>=-${largest}
      THEN ${forms.normal}
    WHEN ${column}=0.0 THEN iif(atan2(${column},-1)<0,${forms.negativeZero},${forms.zero})
    WHEN abs(${column})<1 THEN ${forms.tiny}
    ELSE iif(${column}<0,${forms.negativeInfinite},${forms.infinite}) END`;
}
