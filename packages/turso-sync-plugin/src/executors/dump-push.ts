/** The older name of `push`. */
export { default } from './push';
