/** The older name of `init`. */
export { default } from './init';
